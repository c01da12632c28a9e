import { useMemo, type JSX } from 'react';
import { coloursOf } from '../../chart/palette';
import { count, percent } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { EffectBar, effectDomain } from './effect-bar';
import type { ExperimentProps } from './effect-over-time';
import type { Effect, Results } from './rows';
import { lift, liftInterval, metricValue, reasonWords, scaleWords } from './words';

interface ArmRow {
  readonly metric: string;
  readonly role: string;
  readonly type: string;
  readonly arm: string;
  readonly n: number;
  readonly value: number | null;
  readonly effect: Effect | undefined;
  readonly chance: number | undefined;
  readonly reason: string | null;
}

function rowsOf({ metrics }: Results): readonly ArmRow[] {
  return metrics.flatMap(({ metric, role, type, arms, comparisons }) =>
    arms.map(({ arm, n, value }) => {
      const comparison = comparisons.find((one) => one.arm === arm);
      const { relative, bayesian } = comparison ?? {};
      const effect = relative?.reason === null ? relative : undefined;
      const reason = relative?.reason ?? null;
      return { metric, role, type, arm, n, value, effect, reason, chance: bayesian?.chance_to_win };
    }),
  );
}

/** Beyond it a whisker ends at the border. */
const MOST_SHOWN = 2;

function columnsFor(colours: ReadonlyMap<string, number>, domain: readonly [number, number]): readonly Column<ArmRow>[] {
  return [
    {
      id: 'metric',
      label: 'Metric',
      value: (row) => row.metric,
      show: (row) => `${row.metric}${row.role === 'primary' ? ' (primary)' : row.role === 'guardrail' ? ' (guardrail)' : ''}`,
    },
    { id: 'arm', label: 'Arm', value: (row) => row.arm },
    { id: 'n', label: 'People', value: (row) => row.n, show: (row) => count(row.n), numeric: true },
    { id: 'value', label: 'Value', value: (row) => row.value, show: (row) => metricValue(row.type, row.value), numeric: true },
    {
      id: 'interval',
      label: 'Change, always valid',
      value: (row) => row.effect?.effect,
      files: [],
      show: (row) =>
        row.effect ? (
          <EffectBar
            effect={row.effect}
            domain={domain}
            colour={colours.get(row.arm)}
            label={`${lift(row.effect.effect)}, ${liftInterval(row.effect.interval)}`}
          />
        ) : row.reason === null ? (
          'control'
        ) : (
          reasonWords(row.reason)
        ),
    },
    { id: 'effect', label: 'Change', value: (row) => row.effect?.effect, show: (row) => lift(row.effect?.effect), numeric: true },
    {
      id: 'low',
      label: 'Interval',
      value: (row) => row.effect?.interval[0],
      files: [
        { id: 'low', value: (row) => row.effect?.interval[0] },
        { id: 'high', value: (row) => row.effect?.interval[1] },
      ],
      show: (row) => (row.effect ? liftInterval(row.effect.interval) : '–'),
      numeric: true,
    },
    { id: 'chance_to_win', label: 'Chance to win', value: (row) => row.chance, show: (row) => percent(row.chance), numeric: true },
  ];
}

/** Every metric in every arm. */
export function Arms({ results, asOf }: ExperimentProps): JSX.Element {
  const rows = useMemo(() => rowsOf(results), [results]);
  const colours = useMemo(() => coloursOf(rows.map(({ arm }) => arm)), [rows]);
  const domain = effectDomain(
    rows.flatMap(({ effect }) => effect ?? []),
    MOST_SHOWN,
  );
  const columns = columnsFor(colours, domain);
  return (
    <Panel
      id="arms"
      title="What every arm came to, against the control"
      unit={`change in percent of the control's value; ${scaleWords(domain)}, the dotted line is no change`}
      n={`n = ${count(results.metrics[0]?.arms.reduce((sum, { n }) => sum + n, 0))} people, intervals valid at any time`}
      asOf={asOf}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.metric} ${row.arm}`}
    />
  );
}
