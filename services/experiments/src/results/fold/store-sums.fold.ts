import { type FoldSql, plainArray, textArray } from '@picly/projections';
import { STAT_SUMS } from '../../../migrations/1796000000001-experiment-results';
import { BIN_SUMS } from '../../../migrations/1796083200002-value-bins';
import type { Sums } from './sums';

const STAT_KEY = ['experiment', 'dimension', 'metric', 'arm', 'segment', 'phase', 'bucket'] as const;
const STAT_KEY_TYPES = ['text', 'text', 'text', 'text', 'text', 'int', 'timestamptz'] as const;
const STAT_VALUES = ['n', ...STAT_SUMS] as const;

interface AddedTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly keyTypes: readonly string[];
  readonly values: readonly string[];
  readonly valueTypes: readonly string[];
}

/** Adds to rows, and answers where those stand that have come to nothing: sums of an hour may be below zero, so that also more may make nothing of them. */
function addTo({ name, key, keyTypes, values, valueTypes }: AddedTable): string {
  const parameters = [...keyTypes, ...valueTypes].map((type, n) => `$${n + 1}::${type}[]`);
  return `with added as (
      insert into ${name} as t (${[...key, ...values].join(', ')}) select * from unnest(${parameters.join(', ')})
      on conflict (${key.join(', ')}) do update set ${values.map((value) => `${value} = t.${value} + excluded.${value}`).join(', ')}
      returning ctid, ${values.map((value) => `t.${value} = 0`).join(' and ')} as is_nothing
    )
    select ctid::text as place from added where is_nothing`;
}

const ADD_STATS = addTo({
  name: 'experiment_stats',
  key: STAT_KEY,
  keyTypes: STAT_KEY_TYPES,
  values: STAT_VALUES,
  valueTypes: ['bigint', ...STAT_SUMS.map(() => 'numeric')],
});
const ADD_BINS = addTo({
  name: 'experiment_bins',
  key: ['experiment', 'metric', 'arm', 'bucket', 'bin'],
  keyTypes: ['text', 'text', 'text', 'timestamptz', 'int'],
  values: ['n'],
  valueTypes: ['bigint'],
});

const BIN_VALUES = ['n', ...BIN_SUMS] as const;
const ADD_VALUE_BINS = addTo({
  name: 'experiment_value_bins',
  key: ['experiment', 'metric', 'arm', 'phase', 'bucket', 'bin'],
  keyTypes: ['text', 'text', 'text', 'int', 'timestamptz', 'int'],
  values: BIN_VALUES,
  valueTypes: ['bigint', ...BIN_SUMS.map(() => 'numeric')],
});

const instant = (ms: number): string => new Date(ms).toISOString();

type StatRow = ReturnType<Sums['statRows']>[number];
type BinRow = ReturnType<Sums['binRows']>[number];
type ValueBinRow = ReturnType<Sums['valueBinRows']>[number];

function statKeys(rows: readonly StatRow[]): string[] {
  return [
    textArray(rows.map(({ key }) => key.experiment)),
    textArray(rows.map(({ key }) => key.dimension)),
    textArray(rows.map(({ key }) => key.metric)),
    textArray(rows.map(({ key }) => key.arm)),
    textArray(rows.map(({ key }) => key.segment)),
    plainArray(rows.map(({ key }) => key.phase)),
    plainArray(rows.map(({ key }) => instant(key.bucket))),
  ];
}

function binKeys(rows: readonly BinRow[]): string[] {
  return [
    textArray(rows.map(({ key }) => key.experiment)),
    textArray(rows.map(({ key }) => key.metric)),
    textArray(rows.map(({ key }) => key.arm)),
    plainArray(rows.map(({ key }) => instant(key.bucket))),
    plainArray(rows.map(({ key }) => key.bin)),
  ];
}

function valueBinKeys(rows: readonly ValueBinRow[]): string[] {
  return [
    textArray(rows.map(({ key }) => key.experiment)),
    textArray(rows.map(({ key }) => key.metric)),
    textArray(rows.map(({ key }) => key.arm)),
    plainArray(rows.map(({ key }) => key.phase)),
    plainArray(rows.map(({ key }) => instant(key.bucket))),
    plainArray(rows.map(({ key }) => key.bin)),
  ];
}

interface Nothing {
  readonly place: string;
}

/** The rows were written by this transaction: nobody else moves them. */
async function sweep(sql: FoldSql, table: string, nothing: readonly Nothing[]): Promise<void> {
  if (nothing.length === 0) return;
  await sql.query(
    `delete from ${table} where ctid = any ($1::tid[])`,
    [textArray(nothing.map(({ place }) => place))],
    `results sweep ${table}`,
  );
}

/** Adds the changes. A row that comes to nothing goes: a fold of the same events in another order would not have made it. */
export async function storeSums(sql: FoldSql, sums: Sums): Promise<void> {
  const stats = sums.statRows();
  if (stats.length > 0) {
    const values = STAT_VALUES.map((_, index) => plainArray(stats.map((row) => row.sums[index] ?? 0n)));
    await sweep(sql, 'experiment_stats', await sql.query<Nothing>(ADD_STATS, [...statKeys(stats), ...values], 'results add stats'));
  }
  const valueBins = sums.valueBinRows();
  if (valueBins.length > 0) {
    const values = BIN_VALUES.map((_, index) => plainArray(valueBins.map((row) => row.sums[index] ?? 0n)));
    const added = await sql.query<Nothing>(ADD_VALUE_BINS, [...valueBinKeys(valueBins), ...values], 'results add value bins');
    await sweep(sql, 'experiment_value_bins', added);
  }
  const bins = sums.binRows();
  if (bins.length === 0) return;
  await sweep(
    sql,
    'experiment_bins',
    await sql.query<Nothing>(ADD_BINS, [...binKeys(bins), plainArray(bins.map(({ n }) => n))], 'results add bins'),
  );
}
