/** What makes a row of a summary. */
export const RATING_GROUPINGS = ['total', 'engine', 'engine,model_version', 'day', 'week', 'month', 'day,engine', 'tag', 'prompt'] as const;
export const ACTION_GROUPINGS = ['total', 'engine', 'engine,model_version', 'day', 'week', 'month', 'day,engine'] as const;
export type RatingGrouping = (typeof RATING_GROUPINGS)[number];
export type ActionGrouping = (typeof ACTION_GROUPINGS)[number];

/** Where in a query the things are found that rows can be grouped by. */
export interface GroupSource {
  readonly engine: string;
  readonly modelVersion: string;
  /** What the clocks showed, a timestamp without zone. */
  readonly local: string;
  readonly tag: string;
  readonly promptHash: string;
}

type Part = 'engine' | 'model_version' | 'day' | 'week' | 'month' | 'tag' | 'prompt_hash';

const PARTS: Readonly<Record<RatingGrouping, readonly Part[]>> = {
  total: [],
  engine: ['engine'],
  'engine,model_version': ['engine', 'model_version'],
  day: ['day'],
  week: ['week'],
  month: ['month'],
  'day,engine': ['day', 'engine'],
  tag: ['tag'],
  prompt: ['prompt_hash'],
};

/** The columns that name the rows of a grouping. */
export const keysOf = (grouping: RatingGrouping): readonly string[] => PARTS[grouping];

export type WeekStart = 'monday' | 'sunday';

function expressionOf(part: Part, source: GroupSource, weekStart: WeekStart): string {
  const { local } = source;
  const week =
    weekStart === 'monday' ? `date_trunc('week', ${local})` : `(date_trunc('week', ${local} + interval '1 day') - interval '1 day')`;
  const expressions: Readonly<Record<Part, string>> = {
    engine: `nullif(${source.engine}, '')`,
    model_version: `nullif(${source.modelVersion}, '')`,
    day: `${local}::date`,
    week: `${week}::date`,
    month: `date_trunc('month', ${local})::date`,
    tag: source.tag,
    prompt_hash: source.promptHash,
  };
  return expressions[part];
}

/** The grouping columns as they are selected, each followed by a comma; empty for a total. */
export function selectKeys(grouping: RatingGrouping, source: GroupSource, weekStart: WeekStart): string {
  return PARTS[grouping].map((part) => `${expressionOf(part, source, weekStart)} as ${part}, `).join('');
}

/** ` group by ...`, or nothing for a total. */
export const groupByKeys = (grouping: RatingGrouping): string =>
  PARTS[grouping].length === 0 ? '' : ` group by ${PARTS[grouping].join(', ')}`;
export const orderByKeys = (grouping: RatingGrouping): string =>
  PARTS[grouping].length === 0 ? '' : ` order by ${PARTS[grouping].map((part) => `${part} nulls last`).join(', ')}`;
