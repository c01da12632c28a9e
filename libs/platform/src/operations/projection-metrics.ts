import type { AuditResult, RunnerMetrics } from '@picly/projections';
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
  const lag = new Gauge({
    name: 'picly_projection_lag_events',
    help: 'Events between the position and the end of the log, over the partitions of this process.',
    labelNames: ['projection'],
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
    lag: (projection, count) => lag.labels(projection).set(count),
    failure: (projection, kind) => failures.labels(projection, kind).inc(),
  };
}

/** The latest audits, as Prometheus metrics. */
export function auditMetrics(registry: Registry): (result: AuditResult) => void {
  const registers = [registry];
  const labelNames = ['projection', 'audit'];
  const offending = new Gauge({
    name: 'picly_projection_audit_offending_rows',
    help: 'Rows that break the rule of an audit, when it ran last; -1 when it could not be asked.',
    labelNames,
    registers,
  });
  const ranAt = new Gauge({
    name: 'picly_projection_audit_timestamp_seconds',
    help: 'When an audit ran last, seconds since the epoch.',
    labelNames,
    registers,
  });
  return (result) => {
    offending.labels(result.projection, result.audit).set(result.offending);
    ranAt.labels(result.projection, result.audit).set(Date.parse(result.ran_at) / 1_000);
  };
}
