import type { JSX } from 'react';
import { IntervalBar } from '../../parts/interval-bar';
import type { Effect } from './rows';

/** The ends of a scale that effects share, around no change; what lies beyond `most` ends at the border. */
export function effectDomain(effects: readonly Effect[], most: number): readonly [number, number] {
  const ends = effects.flatMap(({ effect, interval }) => [effect, interval[0] ?? 0, interval[1] ?? 0]);
  const end = Math.min(most, Math.max(0.05, ...ends.map(Math.abs)));
  return [-end, end];
}

interface EffectBarProps {
  readonly effect: Effect;
  readonly domain: readonly [number, number];
  readonly colour: number | undefined;
  /** The same in words. */
  readonly label: string;
}

/** An effect and its interval beside no change; an open end goes on beyond the border. */
export function EffectBar({ effect: { effect, interval }, domain, colour = 0, label }: EffectBarProps): JSX.Element {
  const [low, high] = [interval[0] ?? -Infinity, interval[1] ?? Infinity];
  return <IntervalBar value={effect} low={low} high={high} domain={domain} mark={0} colour={colour} label={label} />;
}
