import type { JSX } from 'react';
import { Answer } from '../../parts/answer';
import { Link } from '../../parts/link';
import { Stream } from './feedback';

/** Everything that one person rated; their id is found exactly or not at all. */
export function Person({ id }: { readonly id: string }): JSX.Element {
  return (
    <>
      <p className="back">
        <Link to={['ratings']}>All ratings</Link>
      </p>
      <Answer so="All of their ratings, whenever they were given. To erase or export a person, see Operations.">What {id} rated</Answer>
      <section className="panel" aria-label="Their ratings">
        <Stream query={{ user_id: id, order: 'newest', limit: 20, min_rating: 1 }} />
      </section>
    </>
  );
}
