import type { JSX } from 'react';
import type { PageProps } from '../../app/page';
import { AllRatings } from './all-ratings';
import { Generation } from './generation';

/** What are people telling us? */
export default function Ratings({ rest }: PageProps): JSX.Element {
  const [generation] = rest;
  return generation === undefined ? <AllRatings /> : <Generation key={generation} id={generation} />;
}
