import { QUALITY_UNITS_PER_POINT, SQUARE_UNITS } from '../projection/measures';

const starCounter = (alias: string) => (stars: number) => `count(*) filter (where ${alias}.rating = ${stars})::int as r${stars}`;

/** The counters of ratings, added up from the ratings themselves under an alias. */
export const ratingCounters = (alias: string): string => `${[1, 2, 3, 4, 5].map(starCounter(alias)).join(', ')},
  count(${alias}.quality_score)::int as quality_count, coalesce(round(sum(${alias}.quality_score) * ${QUALITY_UNITS_PER_POINT}), 0) as quality_nanos,
  coalesce(round(sum(${alias}.quality_score * ${alias}.quality_score) * ${SQUARE_UNITS}), 0) as quality_squares`;

/** The counters of a prompt, from `prompt_totals` or `prompt_analytics` under an alias. */
export const counterColumns = (alias: string): string =>
  [
    ...[
      'r1',
      'r2',
      'r3',
      'r4',
      'r5',
      'quality_count',
      'quality_nanos',
      'quality_squares',
      'generations',
      'downloaded',
      'shared',
      'edited',
      'regenerated',
      'used',
    ],
    ...['downloads', 'shares', 'edits', 'regenerations', 'uses'],
  ]
    .map((column) => `${alias}.${column}`)
    .join(', ');

/** The engines a prompt was given to, in order. */
export const enginesOf = (promptHash: string): string =>
  `array(select e.engine from picly.prompt_analytics e where e.prompt_hash = ${promptHash} order by e.engine) as engines`;
