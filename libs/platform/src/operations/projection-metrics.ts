import { idOf, type AuditResult, type Checks, type Lag, type RunnerMetrics, type Verification } from '@picly/projections';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const BATCH_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BATCH_RECORDS = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** What the runner tells, as Prometheus metrics. */
export function projectionMetrics(registry: Registry): RunnerMetrics {
  const registers = [registry];
  const events = new Counter({
    name: 'picly_projection_events_total',
    help: 'Events by what became of them: folded, duplicate, parked.',
    labelNames: ['projection', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'picly_projection_batch_seconds',
    help: 'Time of one committed transaction.',
    labelNames: ['projection'],
    buckets: BATCH_SECONDS,
    registers,
  });
  const records = new Histogram({
    name: 'picly_projection_batch_records',
    help: 'Records of one committed transaction.',
    labelNames: ['projection'],
    buckets: BATCH_RECORDS,
    registers,
  });
  const failures = new Counter({
    name: 'picly_projection_failures_total',
    help: 'Batches that did not commit: transient, fault (most likely code or tables), fenced (someone else took over).',
    labelNames: ['projection', 'kind'],
    registers,
  });
  return {
    events: (projection, outcome, count) => events.labels(projection, outcome).inc(count),
    batch: (projection, count, took) => {
      seconds.labels(projection).observe(took);
      records.labels(projection).observe(count);
    },
    failure: (projection, kind) => failures.labels(projection, kind).inc(),
  };
}

/**
 * How far projections are behind the log, as a Prometheus metric. Looked up when it is asked for: what nobody folds is behind too.
 * While it cannot be read, the last one stands.
 */
export function lagMetric(registry: Registry, read: () => Promise<readonly Lag[]>): void {
  const collect = async (): Promise<void> => {
    const known = await read().catch(() => []);
    if (known.length > 0) lag.reset();
    for (const { projection, version, lag_events } of known) lag.labels(idOf({ name: projection, version })).set(lag_events);
  };
  const lag: Gauge = new Gauge({
    name: 'picly_projection_lag_events',
    help: 'Events between the position and the end of the log, over all partitions, whoever folds them.',
    labelNames: ['projection'],
    registers: [registry],
    collect,
  });
}

const VERIFY_LABELS = ['projection'];
const AUDIT_LABELS = ['projection', 'audit'];

/** What is told of a check: a gauge, and its value. */
interface CheckGauge<Found> {
  readonly name: string;
  readonly help: string;
  readonly value: (found: Found) => number;
}

const OF_VERIFICATIONS: readonly CheckGauge<Verification>[] = [
  {
    name: 'picly_projection_verify_differing_rows',
    help: 'Rows that differed from a fold of the whole log, when they were compared last.',
    value: ({ differences }) => differences,
  },
  {
    name: 'picly_projection_verify_timestamp_seconds',
    help: 'When a projection was last compared with a fold of the whole log, seconds since the epoch.',
    value: ({ finished_at: at }) => Date.parse(at) / 1_000,
  },
];
const OF_AUDITS: readonly CheckGauge<AuditResult>[] = [
  {
    name: 'picly_projection_audit_offending_rows',
    help: 'Rows that break the rule of an audit, when it ran last; -1 when it could not be asked.',
    value: ({ offending }) => offending,
  },
  {
    name: 'picly_projection_audit_timestamp_seconds',
    help: 'When an audit ran last, seconds since the epoch.',
    value: ({ ran_at: at }) => Date.parse(at) / 1_000,
  },
];

/**
 * What audits and verifications of these projections found last, as Prometheus metrics. Read when they are asked for: they are the same in
 * every process, and known again after a restart. While they cannot be read, the last ones stand.
 */
export function checkMetrics(registry: Registry, projections: readonly string[], read: () => Promise<Checks>): void {
  let reading: Promise<Checks | undefined> | undefined;
  // All gauges are asked at once: one reading serves them.
  const checks = (): Promise<Checks | undefined> =>
    (reading ??= read()
      .catch(() => undefined)
      .finally(() => (reading = undefined)));
  const isOwn = ({ projection }: { readonly projection: string }): boolean => projections.includes(projection);
  const registers = [registry];
  for (const { name, help, value } of OF_VERIFICATIONS) {
    const collect = async (): Promise<void> => {
      for (const found of (await checks())?.verifications.filter(isOwn) ?? []) gauge.labels(found.projection).set(value(found));
    };
    const gauge: Gauge = new Gauge({ name, help, labelNames: VERIFY_LABELS, registers, collect });
  }
  for (const { name, help, value } of OF_AUDITS) {
    const collect = async (): Promise<void> => {
      for (const found of (await checks())?.audits.filter(isOwn) ?? []) gauge.labels(found.projection, found.audit).set(value(found));
    };
    const gauge: Gauge = new Gauge({ name, help, labelNames: AUDIT_LABELS, registers, collect });
  }
}
