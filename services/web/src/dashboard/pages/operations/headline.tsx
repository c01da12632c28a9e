import type { JSX } from 'react';
import { Answer } from '../../parts/answer';
import { healthOf } from './health';
import type { Job, ViewStatus } from './rows';

export function Headline({ views, jobs }: { readonly views: readonly ViewStatus[]; readonly jobs: readonly Job[] }): JSX.Element {
  const { text, isGood, so } = healthOf(views, jobs);
  return (
    <Answer so={so}>
      <span className={isGood ? 'status-good' : 'status-bad'} aria-hidden="true">
        {isGood ? '✓' : '!'}
      </span>{' '}
      {text}
    </Answer>
  );
}
