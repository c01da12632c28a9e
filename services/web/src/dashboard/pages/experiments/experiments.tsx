import type { JSX } from 'react';
import type { PageProps } from '../../app/page';
import { AllExperiments } from './all-experiments';
import { OneExperiment } from './one-experiment';

/** Can I ship it? */
export default function Experiments({ rest }: PageProps): JSX.Element {
  const [key] = rest;
  return key === undefined ? <AllExperiments /> : <OneExperiment key={key} name={key} />;
}
