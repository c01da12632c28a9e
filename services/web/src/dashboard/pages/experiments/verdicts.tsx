import { useQueries } from '@tanstack/react-query';
import type { JSX } from 'react';
import { apiAddress, type AsOf } from '../../api/client';
import { readOptions } from '../../api/use-read';
import { coloursOf } from '../../chart/palette';
import { count, counted } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { EffectBar, effectDomain } from './effect-bar';
import type { ExperimentRow, Results } from './rows';
import { aboutWords, effectOf, wordsOf, type Verdict } from './verdict-words';
import { isSound, lift, liftInterval, ranWords, scaleWords, stateWords } from './words';

/** The results of more are one click away. */
const MOST_JUDGED = 30;
/** A change beyond it ends at the border of its drawing. */
const MOST_SHOWN = 1;

const VIEWS = ['experiment-results', 'experiments'] as const;

/** What was decided does not move with what people do; only another decision is asked for. */
function queryOf({ experiment, state }: ExperimentRow) {
  const address = apiAddress(`experiments/${encodeURIComponent(experiment)}/results`);
  const isDecided = state === 'shipped' || state === 'rolled_back';
  return {
    ...readOptions<Results>(address, isDecided ? [] : VIEWS),
    ...(isDecided && { queryKey: [address, state] }),
    enabled: state !== null && state !== 'draft',
  };
}

/** Asks for the results of each that has any: the page of one that is not decided has the same ones at once. */
export function useVerdicts(rows: readonly ExperimentRow[]): readonly Verdict[] {
  const found = useQueries({ queries: rows.slice(0, MOST_JUDGED).map(queryOf) });
  return rows.map((row, i) => ({ row, results: found[i]?.data, isLoading: found[i]?.isLoading ?? false }));
}

type Primary = NonNullable<ReturnType<typeof effectOf>>;

function columnsFor(primaries: readonly Primary[], domain: readonly [number, number]): readonly Column<Verdict>[] {
  const colours = coloursOf(primaries.map(({ arm }) => arm));
  return [
    {
      id: 'experiment',
      label: 'Experiment',
      value: ({ row }) => row.experiment,
      show: ({ row }) => (
        <>
          <Link to={['experiments', row.experiment]}>{row.experiment}</Link>
          <span className="range">{aboutWords(row)}</span>
        </>
      ),
    },
    {
      id: 'state',
      label: 'State',
      value: ({ row }) => row.state,
      files: [
        { id: 'state', value: ({ row }) => row.state },
        { id: 'run_hours', value: ({ results }) => results?.run_hours },
      ],
      show: ({ row, results }) => (
        <>
          {row.state === null ? 'not defined' : stateWords(row.state)}
          {results && <span className="range">{ranWords(results)}</span>}
        </>
      ),
    },
    { id: 'verdict', label: 'What to do', value: ({ results }) => results?.decision.verdict, show: wordsOf, wide: true },
    {
      id: 'effect',
      label: 'Change of its primary metric',
      value: (verdict) => effectOf(verdict)?.effect.effect,
      files: [
        { id: 'arm', value: (verdict) => effectOf(verdict)?.arm },
        { id: 'effect', value: (verdict) => effectOf(verdict)?.effect.effect },
        { id: 'low', value: (verdict) => effectOf(verdict)?.effect.interval[0] },
        { id: 'high', value: (verdict) => effectOf(verdict)?.effect.interval[1] },
      ],
      show: (verdict) => <EffectCell verdict={verdict} domain={domain} colours={colours} />,
    },
    { id: 'units', label: 'People', value: ({ row }) => row.units, show: ({ row }) => count(row.units), numeric: true },
    {
      id: 'sound',
      label: 'Sound',
      value: ({ results }) => results && isSound(results.health),
      show: ({ results }) => (results === undefined ? '–' : <Sound ok={isSound(results.health)} />),
    },
  ];
}

interface EffectCellProps {
  readonly verdict: Verdict;
  readonly domain: readonly [number, number];
  readonly colours: ReadonlyMap<string, number>;
}

function EffectCell({ verdict, domain, colours }: EffectCellProps): JSX.Element {
  const primary = effectOf(verdict);
  if (primary === undefined) return <>–</>;
  const { arm, effect } = primary;
  const words = `${arm} ${lift(effect.effect)}, ${liftInterval(effect.interval)}`;
  return (
    <>
      <EffectBar effect={effect} domain={domain} colour={colours.get(arm)} label={words} />
      <span className="range" aria-hidden="true">
        {words}
      </span>
    </>
  );
}

function Sound({ ok }: { readonly ok: boolean }): JSX.Element {
  return <span className={ok ? 'status-good' : 'status-bad'}>{ok ? '✓ sound' : '! alarm'}</span>;
}

interface VerdictsProps {
  readonly verdicts: readonly Verdict[];
  readonly asOf: AsOf | undefined;
  readonly address: string;
}

/** Every experiment that people take part in, with what is to be done with it. */
export function Verdicts({ verdicts, asOf, address }: VerdictsProps): JSX.Element {
  const primaries = verdicts.flatMap((verdict) => effectOf(verdict) ?? []);
  const domain = effectDomain(
    primaries.map(({ effect }) => effect),
    MOST_SHOWN,
  );
  return (
    <Panel
      id="experiments"
      title="What to do with each experiment, and how sure that is"
      unit={`change of the primary metric in percent of the control's value; ${scaleWords(domain)}, the dotted line is no change`}
      n={`${counted(verdicts.length, 'experiment')}, intervals valid at any time`}
      asOf={asOf}
      columns={columnsFor(primaries, domain)}
      rows={verdicts}
      rowKey={({ row }) => row.experiment}
      apiAddress={address}
    />
  );
}
