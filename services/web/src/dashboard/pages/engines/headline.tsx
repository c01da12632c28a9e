import { useQuery } from '@tanstack/react-query';
import { useMemo, type JSX } from 'react';
import { apiAddress, call, type ApiError } from '../../api/client';
import type { ModelRow } from '../../api/rows';
import { interval, money, percent, seconds } from '../../format/numbers';
import { Answer } from '../../parts/answer';
import { analysisBody, bestBy, bestByQuality, notToldApart, type Analysis } from './ranking';

const list = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** What the API says about the best against the others. */
function useAnalysis(rows: readonly ModelRow[]): Analysis | undefined {
  const body = useMemo(() => analysisBody(rows), [rows]);
  const { data } = useQuery<Analysis, ApiError>({
    queryKey: ['analyze', JSON.stringify(body ?? null)],
    queryFn: ({ signal }) => call<Analysis>(apiAddress('experiments/analyze'), { method: 'POST', body, signal }),
    enabled: body !== undefined,
  });
  return data;
}

/** Whether the best is told apart, in words. */
function apartWords(best: ModelRow | undefined, analysis: Analysis | undefined): string {
  if (best === undefined || analysis === undefined) return '';
  const alike = notToldApart(analysis);
  const isApart = alike.length === 0;
  const from = isApart ? 'is told apart from every other engine' : `cannot be told apart from ${list(alike)} yet`;
  return `${best.engine} ${from} (always-valid intervals, Holm).`;
}

function Best({ best }: { readonly best: ModelRow | undefined }): JSX.Element {
  if (best === undefined) return <>No engine has ratings in this time</>;
  return (
    <>
      {best.engine} makes the best pictures: success {percent(best.rating_success_rate)}{' '}
      <span className="soft">({interval(best.rating_success_lower, best.rating_success_upper)})</span>
    </>
  );
}

export function Headline({ rows }: { readonly rows: readonly ModelRow[] }): JSX.Element {
  const analysis = useAnalysis(rows);
  const best = bestByQuality(rows);
  const cheapest = bestBy(rows, (row) => row.cost_per_well_rated, 'least');
  const fastest = bestBy(rows, (row) => row.p50, 'least');
  const cost =
    cheapest && `Cheapest per well-rated picture: ${cheapest.engine} at ${money(cheapest.currency)(cheapest.cost_per_well_rated)}.`;
  const speed = fastest && `Fastest: ${fastest.engine}, half of its calls within ${seconds(fastest.p50)}.`;
  return (
    <Answer so={[apartWords(best, analysis), cost, speed].filter((text) => text !== undefined && text !== '').join(' ')}>
      <Best best={best} />
    </Answer>
  );
}
