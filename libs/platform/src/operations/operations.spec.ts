import { Controller, Get, Module, Param } from '@nestjs/common';
import { MemoryLog } from '@picly/testing';
import { Registry } from 'prom-client';
import { RequireScope } from '../auth/auth.guard';
import { startTestApp } from '../testing/test-app';
import { measuredLog } from './measured-log';
import { checkMetrics, lagMetric, projectionMetrics } from './projection-metrics';
import { NotReadyError, Readiness } from './readiness';

@Controller('things')
@RequireScope('public')
class ThingsController {
  @Get(':id')
  one(@Param('id') id: string): object {
    return { id };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}

it('requests are counted by route, not by path, and unknown paths share one label', async () => {
  const app = await startTestApp({ module: ThingsModule });
  for (const path of ['things/a', 'things/b', 'nowhere/1', 'nowhere/2']) await fetch(`${app.url}/${path}`);
  const response = await fetch(`${app.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await response.text();
  expect(text).toMatch(/picly_http_request_seconds_count\{.*method="GET",route="\/things\/:id",status="200".*\} 2/);
  expect(text).toMatch(/picly_http_request_seconds_count\{.*route="none",status="404".*\} 2/);
  expect(text).not.toContain('nowhere');
  expect(text).toContain('process_resident_memory_bytes');
  await app.close();
});

it('a reason that may be told to everybody is told', async () => {
  const reason = 'halted: toy@1: picly.rating-submitted/0: expected offset 3, the log begins at 9: 6 records are lost to this reader';
  const app = await startTestApp({ module: ThingsModule, checks: { projections: () => Promise.reject(new NotReadyError(reason)) } });
  const response = await fetch(`${app.url}/health/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ checks: { projections: reason } });
  await app.close();
});

it('a process is ready when every part answers', async () => {
  const app = await startTestApp({ module: ThingsModule, checks: { database: () => Promise.resolve() } });
  const response = await fetch(`${app.url}/health/ready`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok', checks: { database: 'ok' } });
  await app.close();
});

it('a part that fails or hangs makes it not ready, and is named without its message', async () => {
  const app = await startTestApp({
    module: ThingsModule,
    checks: {
      database: () => Promise.reject(Object.assign(new Error('password wrong for alice'), { code: '28P01' })),
      log: () => new Promise(() => undefined),
      projections: () => Promise.resolve(),
    },
  });
  const response = await fetch(`${app.url}/health/ready`);
  expect(response.status).toBe(503);
  const { checks } = (await response.json()) as Ready;
  expect(checks).toEqual({ database: 'does not answer (28P01)', log: 'does not answer in time', projections: 'ok' });
  await app.close();
});

it('many probes at once ask the parts once', async () => {
  let asked = 0;
  const readiness = new Readiness({ database: () => Promise.resolve(asked++) }, () => false);
  await Promise.all(Array.from({ length: 20 }, () => readiness.check()));
  expect(asked).toBe(1);
});

it('appends are counted and timed, failures by code', async () => {
  const registry = new Registry();
  const log = measuredLog(new MemoryLog(), registry);
  await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: null }]);
  const record = { topic: 't', key: 'k', value: Buffer.from('{}'), headers: {}, timestamp: 0 };
  await log.append([record, record]);
  await expect(log.append([{ ...record, value: Buffer.alloc(20_000_000) }])).rejects.toThrow();
  const text = await registry.metrics();
  expect(text).toContain('picly_log_appended_records_total 2');
  expect(text).toContain('picly_log_append_failures_total{code="LOG_RECORD_TOO_LARGE"} 1');
  expect(text).toContain('picly_log_append_seconds_count 2');
  await log.close();
});

it('what verifications and audits found last becomes metrics, of the projections of the process, from one reading', async () => {
  const registry = new Registry();
  const audit = { version: 1, took_ms: 1, sample: [], error: null, ran_at: '2026-03-01T08:00:00.000Z' };
  const verified = { version: 1, job: 3, message: null, finished_at: '2026-03-01T09:00:00.000Z' };
  let readings = 0;
  let isAway = false;
  checkMetrics(registry, ['ratings'], async () => {
    readings++;
    if (isAway) throw new Error('the database is away');
    return {
      verifications: [
        { ...verified, projection: 'ratings', differences: 3 },
        { ...verified, projection: 'others', differences: 9 },
      ],
      audits: [
        { ...audit, projection: 'ratings', audit: 'sums', offending: 2 },
        { ...audit, projection: 'others', audit: 'sums', offending: 1 },
      ],
    };
  });
  const text = await registry.metrics();
  expect(readings).toBe(1);
  expect(text).toContain('picly_projection_verify_differing_rows{projection="ratings"} 3');
  expect(text).toContain(`picly_projection_verify_timestamp_seconds{projection="ratings"} ${Date.UTC(2026, 2, 1, 9) / 1_000}`);
  expect(text).toContain('picly_projection_audit_offending_rows{projection="ratings",audit="sums"} 2');
  expect(text).toContain(`picly_projection_audit_timestamp_seconds{projection="ratings",audit="sums"} ${Date.UTC(2026, 2, 1, 8) / 1_000}`);
  expect(text).not.toContain('others');
  isAway = true;
  expect(await registry.metrics()).toContain('picly_projection_audit_offending_rows{projection="ratings",audit="sums"} 2');
});

it('how far a projection is behind is looked up when it is asked for, and stands while that cannot be had', async () => {
  const registry = new Registry();
  let behind = [{ projection: 'ratings', version: 1, lag_events: 7 }];
  let isAway = false;
  lagMetric(registry, () => (isAway ? Promise.reject(new Error('the database is away')) : Promise.resolve(behind)));
  const text = await registry.metrics();
  expect(text).toContain('picly_projection_lag_events{projection="ratings@1"} 7');
  behind = [{ projection: 'ratings', version: 2, lag_events: 3 }];
  const switched = await registry.metrics();
  expect(switched).toContain('picly_projection_lag_events{projection="ratings@2"} 3');
  expect(switched).not.toContain('ratings@1');
  isAway = true;
  expect(await registry.metrics()).toContain('picly_projection_lag_events{projection="ratings@2"} 3');
});

it('what the runner tells becomes metrics', async () => {
  const registry = new Registry();
  const metrics = projectionMetrics(registry);
  metrics.events('ratings@1', 'folded', 5);
  metrics.batch('ratings@1', 5, 0.02);
  metrics.failure('ratings@1', 'fenced');
  const text = await registry.metrics();
  expect(text).toContain('picly_projection_events_total{projection="ratings@1",outcome="folded"} 5');
  expect(text).toContain('picly_projection_batch_records_sum{projection="ratings@1"} 5');
  expect(text).toContain('picly_projection_failures_total{projection="ratings@1",kind="fenced"} 1');
});
