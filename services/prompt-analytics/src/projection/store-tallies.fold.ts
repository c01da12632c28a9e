import { plainArray, textArray } from '@picly/projections';
import { BUCKET_MEASURES, PROMPT_MEASURES, TAG_MEASURES, type Counters } from './measures';
import type { BucketKey, PromptKey, Tallies } from './tallies';
import type { StatementWriter } from './statement-writer';
import { changed, shrunk, type TallyRow } from './tally';

interface KeyColumn<Key> {
  readonly name: string;
  readonly type: 'text' | 'hash' | 'int' | 'timestamptz';
  readonly read: (key: Key) => string | number;
}

/** An aggregate as the fold sees it: key columns and counters that add. */
interface AggregateTable<Key> {
  readonly name: string;
  readonly key: readonly KeyColumn<Key>[];
  readonly measures: readonly string[];
  /** True of a row that counts nothing; a rebuild would not have made it. */
  readonly isEmpty: string;
  readonly upsert: string;
  readonly sweep: string;
}

const NO_RATINGS = 'r1 = 0 and r2 = 0 and r3 = 0 and r4 = 0 and r5 = 0';
const NO_ACTIONS = 'downloads = 0 and shares = 0 and edits = 0 and regenerations = 0 and uses = 0';

const BIG_MEASURES: readonly string[] = ['quality_nanos', 'quality_squares'];
const measureType = (measure: string): string => (BIG_MEASURES.includes(measure) ? 'int8' : 'int');

function aggregateTable<Key>(table: Pick<AggregateTable<Key>, 'name' | 'key' | 'measures' | 'isEmpty'>): AggregateTable<Key> {
  const { name, key, measures } = table;
  const keyNames = key.map((column) => column.name);
  const types = [...key.map((column) => (column.type === 'hash' ? 'text' : column.type)), ...measures.map(measureType)];
  const parameters = types.map((type, index) => `$${index + 1}::${type}[]`);
  return {
    ...table,
    upsert: `insert into ${name} as t (${[...keyNames, ...measures].join(', ')}) select * from unnest(${parameters.join(', ')})
      on conflict (${keyNames.join(', ')}) do update set ${measures.map((measure) => `${measure} = t.${measure} + excluded.${measure}`).join(', ')}`,
    sweep: `delete from ${name} t using unnest(${parameters.slice(0, key.length).join(', ')}) as k (${keyNames.join(', ')})
      where ${keyNames.map((column) => `t.${column} = k.${column}`).join(' and ')} and ${table.isEmpty}`,
  };
}

const PROMPT_HASH = { name: 'prompt_hash', type: 'hash', read: (key: Pick<PromptKey, 'promptHash'>) => key.promptHash } as const;
const ENGINE = { name: 'engine', type: 'text', read: (key: { readonly engine: string }) => key.engine } as const;
const BUCKET_KEY: readonly KeyColumn<BucketKey>[] = [
  { name: 'grain_minutes', type: 'int', read: (key) => key.grainMinutes },
  { name: 'starts_at', type: 'timestamptz', read: (key) => key.startsAt },
  ENGINE,
  { name: 'model_version', type: 'text', read: (key) => key.modelVersion },
];

const PROMPT_TOTALS = aggregateTable<Pick<PromptKey, 'promptHash'>>({
  name: 'prompt_totals',
  key: [PROMPT_HASH],
  measures: PROMPT_MEASURES,
  isEmpty: 'generations = 0',
});
const PROMPT_ANALYTICS = aggregateTable<PromptKey>({
  name: 'prompt_analytics',
  key: [PROMPT_HASH, ENGINE],
  measures: PROMPT_MEASURES,
  isEmpty: 'generations = 0',
});
const RATING_BUCKETS = aggregateTable<BucketKey>({
  name: 'rating_buckets',
  key: BUCKET_KEY,
  measures: BUCKET_MEASURES,
  isEmpty: `generations = 0 and ${NO_RATINGS} and ${NO_ACTIONS}`,
});
const TAG_BUCKETS = aggregateTable<BucketKey & { readonly tag: string }>({
  name: 'tag_buckets',
  key: [...BUCKET_KEY, { name: 'tag', type: 'text', read: (key) => key.tag }],
  measures: TAG_MEASURES,
  isEmpty: NO_RATINGS,
});
const TIME_TO_RATE_BINS = aggregateTable<BucketKey & { readonly bin: number }>({
  name: 'time_to_rate_bins',
  key: [...BUCKET_KEY, { name: 'bin', type: 'int', read: (key) => key.bin }],
  measures: ['n'],
  isEmpty: 'n = 0',
});

function arrayOf(type: KeyColumn<never>['type'], values: readonly (string | number)[]): string {
  switch (type) {
    case 'text':
      return textArray(values.map(String));
    case 'timestamptz':
      return plainArray(values.map((value) => new Date(Number(value)).toISOString()));
    case 'hash':
    case 'int':
      return plainArray(values);
  }
}

/** One array literal per key column. */
function keyArrays<Key>(columns: readonly KeyColumn<Key>[], keys: readonly Key[]): string[] {
  return columns.map(({ type, read }) => arrayOf(type, keys.map(read)));
}

const counterArrays = (measures: readonly string[], rows: readonly { readonly counters: Counters }[]): string[] =>
  measures.map((_, index) => plainArray(rows.map(({ counters }) => counters[index] ?? 0)));

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

function byKey<Key>(columns: readonly KeyColumn<Key>[]): (a: Key, b: Key) => number {
  return (a, b) => {
    for (const { read } of columns) {
      const order = compare(read(a), read(b));
      if (order !== 0) return order;
    }
    return 0;
  };
}

async function store<Key>(writer: StatementWriter, table: AggregateTable<Key>, tally: Iterable<TallyRow<Key>>): Promise<void> {
  const rows = changed(tally, byKey(table.key));
  if (rows.length === 0) return;
  const keys = keyArrays(
    table.key,
    rows.map(({ key }) => key),
  );
  await writer.send(table.upsert, [...keys, ...counterArrays(table.measures, rows)], `add-${table.name}`);
  const maybeEmpty = shrunk(rows);
  if (maybeEmpty.length > 0) await writer.send(table.sweep, keyArrays(table.key, maybeEmpty), `sweep-${table.name}`);
}

/** Adds the changes to the aggregates; the rows all instances share come last, to be locked briefly. */
export async function storeTallies(writer: StatementWriter, tallies: Tallies): Promise<void> {
  const times = [...tallies.timeTallies()];
  await store(writer, PROMPT_TOTALS, tallies.promptRows());
  await store(writer, PROMPT_ANALYTICS, tallies.promptEngineRows());
  await store(
    writer,
    TAG_BUCKETS,
    times.flatMap((time) => [...time.tagRows()]),
  );
  await store(
    writer,
    TIME_TO_RATE_BINS,
    times.flatMap((time) => [...time.binRows()]),
  );
  await store(
    writer,
    RATING_BUCKETS,
    times.flatMap((time) => [...time.bucketRows()]),
  );
}
