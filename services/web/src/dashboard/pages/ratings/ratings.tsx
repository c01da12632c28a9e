import type { JSX } from 'react';
import type { PageProps } from '../../app/page';
import { AllRatings } from './all-ratings';
import { useParam } from '../../app/use-filters';
import { Generation } from './generation';
import { Person } from './person';

/** What are people telling us? */
export default function Ratings({ rest }: PageProps): JSX.Element {
  const [generation] = rest;
  const [person] = useParam('person');
  if (generation === undefined && person !== '') return <Person key={person} id={person} />;
  return generation === undefined ? <AllRatings /> : <Generation key={generation} id={generation} />;
}
