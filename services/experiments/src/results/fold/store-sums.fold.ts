import { type FoldSql, plainArray, textArray } from '@picly/projections';
import { STAT_SUMS } from '../../../migrations/1796000000001-experiment-results';
import type { Sums } from './sums';

const STAT_KEY = ['experiment', 'dimension', 'metric', 'arm', 'segment', 'phase', 'bucket'] as const;
const STAT_KEY_TYPES = ['text', 'text', 'text', 'text', 'text', 'int', 'timestamptz'] as const;
const STAT_VALUES = ['n', ...STAT_SUMS] as const;

const statParameters = [...STAT_KEY_TYPES, 'bigint', ...STAT_SUMS.map(() => 'numeric')].map((type, n) => `$${n + 1}::${type}[]`);
const ADD_STATS = `insert into experiment_stats as t (${[...STAT_KEY, ...STAT_VALUES].join(', ')})
  select * from unnest(${statParameters.join(', ')})
  on conflict (${STAT_KEY.join(', ')}) do update set ${STAT_VALUES.map((name) => `${name} = t.${name} + excluded.${name}`).join(', ')}`;
const SWEEP_STATS = `delete from experiment_stats t using unnest(${statParameters.slice(0, STAT_KEY.length).join(', ')}) as k (${STAT_KEY.join(', ')})
  where ${STAT_KEY.map((name) => `t.${name} = k.${name}`).join(' and ')} and ${STAT_VALUES.map((name) => `t.${name} = 0`).join(' and ')}`;

const BIN_KEY = ['experiment', 'metric', 'arm', 'bucket', 'bin'] as const;
const binParameters = ['text', 'text', 'text', 'timestamptz', 'int', 'bigint'].map((type, n) => `$${n + 1}::${type}[]`);
const ADD_BINS = `insert into experiment_bins as t (${BIN_KEY.join(', ')}, n) select * from unnest(${binParameters.join(', ')})
  on conflict (${BIN_KEY.join(', ')}) do update set n = t.n + excluded.n`;
const SWEEP_BINS = `delete from experiment_bins t using unnest(${binParameters.slice(0, BIN_KEY.length).join(', ')}) as k (${BIN_KEY.join(', ')})
  where ${BIN_KEY.map((name) => `t.${name} = k.${name}`).join(' and ')} and t.n = 0`;

const instant = (ms: number): string => new Date(ms).toISOString();

type StatRow = ReturnType<Sums['statRows']>[number];
type BinRow = ReturnType<Sums['binRows']>[number];

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

/** Adds the changes. A row that comes to nothing goes: a fold of the same events in another order would not have made it. */
export async function storeSums(sql: FoldSql, sums: Sums): Promise<void> {
  const stats = sums.statRows();
  if (stats.length > 0) {
    const values = STAT_VALUES.map((_, index) => plainArray(stats.map((row) => row.sums[index] ?? 0n)));
    await sql.query(ADD_STATS, [...statKeys(stats), ...values], 'results add stats');
    const shrunk = stats.filter((row) => row.sums.some((value) => value !== undefined && value < 0n));
    if (shrunk.length > 0) await sql.query(SWEEP_STATS, statKeys(shrunk), 'results sweep stats');
  }
  const bins = sums.binRows();
  if (bins.length === 0) return;
  await sql.query(ADD_BINS, [...binKeys(bins), plainArray(bins.map(({ n }) => n))], 'results add bins');
  const shrunk = bins.filter(({ n }) => n < 0n);
  if (shrunk.length > 0) await sql.query(SWEEP_BINS, binKeys(shrunk), 'results sweep bins');
}
