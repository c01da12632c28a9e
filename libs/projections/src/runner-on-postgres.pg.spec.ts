import { EVENT_TYPES } from '@picly/contracts';
import { createPool } from '@picly/database';
import { createPostgresLog, type EventLog } from '@picly/event-log';
import { PersonKeys } from '@picly/personal-data';
import { createTestDatabase, recordsOf, topicSpecs, toyProjection } from '@picly/testing';
import { tableRows } from './digest';
import { ViewFreshness } from './freshness';
import { installProjections } from './install';
import { ProjectionRunner } from './runner';
import { toyHistory, toyTables } from './toy-model.features';

it('runners on the log in Postgres share, hand over, and fold every event once', async () => {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url });
  await installProjections(pool, [toyProjection]);
  const keys = new PersonKeys({ pool });
  const logs: EventLog[] = [];
  const start = async (): Promise<ProjectionRunner> => {
    const log = await createPostgresLog({ url: database.url });
    logs.push(log);
    await log.ensureTopics(topicSpecs(EVENT_TYPES, 4));
    const runner = new ProjectionRunner({
      log,
      pool,
      personKeys: keys,
      projections: [toyProjection],
      group: 'picly.toy',
      maxBatchRecords: 20,
    });
    await runner.start();
    return runner;
  };
  const events = toyHistory(600);
  const first = await start();
  const log = logs[0]!;
  const freshness = new ViewFreshness({ pool, log });
  const append = async (from: number, to: number) => log.append(await recordsOf(events.slice(from, to), keys));
  expect(await freshness.waitFor(['toy'], await append(0, 200), 60_000)).toBe(true);
  const second = await start();
  const positions = await append(200, 400);
  await first.stop();
  expect(await freshness.waitFor(['toy'], [...positions, ...(await append(400, 600))], 60_000)).toBe(true);
  expect(await freshness.asOf(['toy'])).toMatchObject({ lag_events: 0 });
  for (const table of toyProjection.tables) {
    expect({ [table.name]: await tableRows(pool, 'toy_v1', table) }).toEqual({ [table.name]: toyTables(events)[table.name] });
  }
  await second.stop();
  await Promise.all(logs.map((one) => one.close()));
  await pool.close();
  await database.drop();
}, 60_000);
