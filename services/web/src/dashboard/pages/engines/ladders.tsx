import { useEffect, type JSX } from 'react';
import { useIsDark } from '../../app/theme';
import { useEngines } from '../../app/use-engines';
import type { OnDrawn } from '../../chart/picture';
import { money } from '../../format/numbers';
import { EngineName } from '../../parts/engine-name';
import { laddersDrawing } from './ladders-drawing';
import { AXIS_MARKS, enginesOf, farthest, kindName, ladderWords, type Ladder, type Step } from './kind-rows';

const WIDTH = 400;
const HEIGHT = 26;
const BAR = 10;

interface LadderProps {
  readonly ladder: Ladder;
  readonly end: number;
}

/** The stretches of worth in the colours of their engines, each switch point with its interval. */
function LadderBar({ ladder, end }: LadderProps): JSX.Element {
  const { colourOf } = useEngines();
  const x = (worth: number): number => Math.min(1, worth / end) * WIDTH;
  const { steps } = ladder;
  // One below the other, as intervals of neighbouring switch points overlap.
  const whisker = ({ engine, lower, upper }: Step, i: number): JSX.Element => (
    <line
      key={engine}
      className={upper === null ? 'whisker open' : 'whisker'}
      x1={x(lower)}
      x2={upper === null ? WIDTH : x(upper)}
      y1={BAR + 6 + i * 5}
      y2={BAR + 6 + i * 5}
    />
  );
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {steps.map(({ engine, from }, i) => (
        <rect
          key={engine}
          className={`series-${colourOf(engine)}`}
          x={x(from)}
          width={Math.max(0, x(steps[i + 1]?.from ?? end) - x(from))}
          height={BAR}
        />
      ))}
      {steps.slice(1).map(whisker)}
    </svg>
  );
}

/** One row per kind of prompt on one axis of worth; the same in words beside it. */
export function Ladders({ ladders, onDrawn }: { readonly ladders: readonly Ladder[]; readonly onDrawn: OnDrawn }): JSX.Element {
  const { colourOf } = useEngines();
  const isDark = useIsDark();
  const end = farthest(ladders);
  const engines = enginesOf(ladders);
  const content = JSON.stringify([ladders, engines.map(colourOf)]);
  useEffect(() => {
    onDrawn('ladders', laddersDrawing(ladders, end, colourOf));
    return () => onDrawn('ladders', null);
  }, [content, isDark]);
  const format = money(ladders[0]?.currency);
  return (
    <div className="ladders">
      <ul className="legend" aria-hidden="true">
        {engines.map((engine) => (
          <li key={engine}>
            <EngineName engine={engine} />
          </li>
        ))}
        <li>
          <span className="swatch whisker" /> where the choice changes; dotted: not known how far up
        </li>
      </ul>
      <ul>
        {ladders.map((ladder) => (
          <li key={ladder.kind} className="ladder">
            <span className="ladder-kind">{kindName(ladder.kind)}</span>
            <LadderBar ladder={ladder} end={end} />
            <span className="ladder-words">{ladderWords(ladder)}</span>
          </li>
        ))}
      </ul>
      <p className="ladder ladder-axis" aria-hidden="true">
        <span />
        <span>
          {AXIS_MARKS.map((share) => (
            <span key={share}>{format(share * end)}</span>
          ))}
        </span>
        <span />
      </p>
    </div>
  );
}
