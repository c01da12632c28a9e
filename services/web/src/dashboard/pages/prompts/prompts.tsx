import type { JSX } from 'react';
import type { PageProps } from '../../app/page';
import { OnePrompt } from './one-prompt';
import { TopPrompts } from './top-prompts';

/** What do people love, and what could be offered to others? */
export default function Prompts({ rest }: PageProps): JSX.Element {
  const [hash] = rest;
  return hash === undefined ? <TopPrompts /> : <OnePrompt key={hash} hash={hash} />;
}
