import { useState, type JSX } from 'react';
import { Icon } from '../parts/icon';
import { useLive, type LiveState } from './live';

const WORDS: Readonly<Record<LiveState, string>> = {
  live: 'Live',
  paused: 'Paused',
  connecting: 'Connecting',
  lost: 'Not live',
};

/** Says whether figures move by themselves, and stops them while somebody wants to look. */
export function LiveControl(): JSX.Element {
  const [paused, setPaused] = useState(false);
  const state = useLive(paused);
  return (
    <button
      type="button"
      className={`tool live ${state}`}
      aria-pressed={paused}
      onClick={() => setPaused(!paused)}
      title={paused ? 'Let figures move' : 'Pause: figures stay as they are'}
    >
      <span className="dot" aria-hidden="true" />
      <span role="status" className="live-word">
        {WORDS[state]}
      </span>
      <Icon name={paused ? 'start' : 'pause'} />
      <span className="sr-only">{paused ? 'Go on' : 'Pause'}</span>
    </button>
  );
}
