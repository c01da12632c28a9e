import { EVENT_TYPES, type DecodedEvent } from '@picly/contracts';
import { createPool, type DatabasePool } from '@picly/database';
import { Eraser, Erasures, installErasures } from '@picly/erasure';
import { readDefinition } from '@picly/experiments';
import { PersonKeys } from '@picly/personal-data';
import { installProjections, ProjectionRunner, runAudits, schemaOf, type AuditResult } from '@picly/projections';
import { anEvent, createTestDatabase, MemoryLog, recordsOf, seededRandom, topicSpecs, uuidOf, type TestDatabase } from '@picly/testing';
import { standalone } from './standalone.module';

const START = Date.UTC(2026, 4, 1);
const HOUR = 3_600_000;
const SEED = 7;
const { projections } = standalone;
const TOPICS = EVENT_TYPES.map((type) => `picly.${type}`);

let database: TestDatabase;
let pool: DatabasePool;
let keys: PersonKeys;
let log: MemoryLog;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, maxConnections: 12 });
  await installProjections(pool, projections);
  await installErasures(pool);
  keys = new PersonKeys({ pool, staleMs: 0 });
  log = new MemoryLog();
  await log.ensureTopics(topicSpecs(EVENT_TYPES, 4));
  await fold(history());
}, 60_000);
afterAll(async () => {
  await log.close();
  await pool.close();
  await database.drop();
});

/** An experiment that runs, and what some people do. */
function history(): DecodedEvent[] {
  const random = seededRandom(SEED);
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const at = (hour: number) => ({ occurredAt: START + hour * HOUR + Math.floor(random() * HOUR) });
  const arms = [
    { key: 'a', weight: 0.5 },
    { key: 'b', weight: 0.5 },
  ];
  const metrics = [{ key: 'rated', type: 'mean', of: 'ratings', cap_quantile: 0.9 }];
  const definition = { ...readDefinition('e', { arms, metrics, primary_metric: 'rating', secondary_metrics: ['p95_response_time'] }) };
  const events: DecodedEvent[] = [1, 2, 3].map((revision) =>
    anEvent('experiment-changed', { experiment: 'e', revision, state: revision === 1 ? 'draft' : 'running', definition }, at(0)),
  );
  for (let n = 0; n < 400; n++) {
    const who = { user_id: `user ${n % 37}`, session_id: `visit ${n % 53}` };
    const about = { ...who, generation_id: uuidOf(n % 90, 0x6) };
    const hour = 1 + (n % 40);
    const success = n % 9 !== 0;
    events.push(
      anEvent('experiment-exposed', { ...who, experiment: 'e', variant: (n % 37) % 2 === 0 ? 'a' : 'b' }, at(1)),
      anEvent('generation-completed', { ...about, prompt: `prompt ${n % 20}`, success, engine: pick('flux', 'dalle3') }, at(hour)),
      anEvent(
        'rating-submitted',
        { ...about, rating: pick(1, 2, 3, 4, 5), quality_score: pick(20, 70.5), time_to_rate_ms: 1_000 * n },
        at(hour + 1),
      ),
      anEvent('action-tracked', { ...about, action: pick('download', 'share') }, at(hour + 1)),
      anEvent('behavior-tracked', { ...who, page: pick('/a', '/b', '/c') }, at(hour)),
      anEvent('conversion-tracked', { ...who, experiment: undefined, value: n % 7 }, at(hour)),
      anEvent('user-profiled', { ...who, plan: pick('free', 'pro'), traits: { seats: n % 3 } }, at(hour)),
    );
  }
  return [...events, events[40]!, events[41]!];
}

async function fold(events: readonly DecodedEvent[]): Promise<void> {
  await log.append(await recordsOf(events, keys));
  const runner = new ProjectionRunner({ log, pool, personKeys: keys, projections, group: 'live' });
  await runner.start();
  const positions = (await log.bounds(TOPICS)).filter(({ end }) => end > 0).map((bound) => ({ ...bound, offset: bound.end - 1 }));
  await runner.whenFolded(positions, 60_000);
  await runner.stop();
}

/** All audits of a projection, or the one named and the one that every projection has. */
async function audited(name: string, only?: string): Promise<AuditResult[]> {
  const projection = projections.find((candidate) => candidate.name === name)!;
  const audits = (projection.audits ?? []).filter((audit) => only === undefined || audit.name === only);
  return runAudits(pool, { ...projection, audits });
}

const broken = (results: readonly AuditResult[]): unknown[] =>
  results.filter(({ offending, error }) => offending !== 0 || error !== null).map(({ audit, sample, error }) => ({ audit, sample, error }));

interface Corruption {
  readonly projection: string;
  readonly audit: string;
  readonly table: string;
  /** What is done to one row; `lost`: it is taken away. */
  readonly set: string;
  readonly where?: string;
  /** SQL over the row: the text that names it in the sample. */
  readonly named: string;
}

const person = (column: string): string => `encode(runtime.person_hash(${column}), 'hex')`;

const CORRUPTIONS: readonly Corruption[] = [
  { projection: 'receipts', audit: 'every-event-folded-has-its-receipt', table: 'receipts', set: 'lost', named: 'event_id' },
  {
    projection: 'receipts',
    audit: 'a-place-in-the-log-has-one-receipt',
    table: 'receipts',
    set: `(topic, log_partition, log_offset) = (select topic, log_partition, log_offset from receipts o where o.event_id <> t.event_id limit 1)`,
    named: 'log_offset',
  },
  { projection: 'receipts', audit: 'receipts-name-places-that-were-folded', table: 'receipts', set: 'log_offset = 999999', named: 'topic' },
  { projection: 'receipts', audit: 'every-event-is-accounted-for', table: 'processed_events', set: 'lost', named: `'receipts'` },
  { projection: 'engagement', audit: 'people-count-every-activity', table: 'people', set: 'events = events + 1', named: person('person') },
  { projection: 'engagement', audit: 'people-count-every-activity', table: 'user_activity', set: 'lost', named: person('person') },
  {
    projection: 'engagement',
    audit: 'a-quarter-hour-has-an-event-of-each-kind-in-it',
    table: 'user_activity',
    set: 'kinds = 0',
    named: person('person'),
  },
  {
    projection: 'engagement',
    audit: 'visits-belong-to-who-was-seen-in-them-first',
    table: 'session_owners',
    set: `owner = 'user:other'`,
    named: person('session'),
  },
  {
    projection: 'engagement',
    audit: 'visits-belong-to-who-was-seen-in-them-first',
    table: 'session_owners',
    set: 'lost',
    named: person('session'),
  },
  {
    projection: 'engagement',
    audit: 'profiles-hold-what-was-told',
    table: 'users',
    set: 'plan = null',
    named: person(`'user:' || user_id`),
  },
  {
    projection: 'engagement',
    audit: 'profiles-hold-what-was-told',
    table: 'users',
    set: `traits = '{}'`,
    named: person(`'user:' || user_id`),
  },
  {
    projection: 'user-behavior',
    audit: 'visits-count-every-interaction',
    table: 'sessions',
    set: 'interaction_ms = interaction_ms + 1',
    named: person(`'session:' || session_id`),
  },
  {
    projection: 'user-behavior',
    audit: 'visits-count-every-interaction',
    table: 'user_behavior',
    set: 'lost',
    named: person(`'session:' || session_id`),
  },
  {
    projection: 'user-behavior',
    audit: 'pages-of-a-visit-are-counted-once',
    table: 'session_pages',
    set: 'lost',
    named: person(`'session:' || session_id`),
  },
  {
    projection: 'user-behavior',
    audit: 'pages-count-every-interaction-on-them',
    table: 'session_pages',
    set: 'events = events + 1',
    named: 'page_hash',
  },
  {
    projection: 'training-data',
    audit: 'labels-are-the-sums-of-the-ratings',
    table: 'training_generations',
    set: 'rating_sum = rating_sum + 1',
    named: 'generation_id',
  },
  {
    projection: 'training-data',
    audit: 'labels-are-the-sums-of-the-ratings',
    table: 'training_ratings',
    set: 'lost',
    named: 'generation_id',
  },
  {
    projection: 'training-data',
    audit: 'features-come-with-their-prompt',
    table: 'training_generations',
    set: 'word_count = null',
    named: 'generation_id',
  },
  {
    projection: 'training-data',
    audit: 'equal-prompts-are-in-one-split',
    table: 'training_generations',
    set: `split = case split when 'train' then 'test' else 'train' end`,
    named: 'prompt_hash',
  },
  {
    projection: 'experiments',
    audit: 'experiments-count-every-unit-and-exposure',
    table: 'ab_experiments',
    set: 'units = units - 1',
    named: 'experiment',
  },
  {
    projection: 'experiments',
    audit: 'experiments-count-every-unit-and-exposure',
    table: 'experiment_units',
    set: 'lost',
    named: 'experiment',
  },
  {
    projection: 'experiments',
    audit: 'units-are-counted-in-an-arm-they-saw',
    table: 'experiment_units',
    set: `arm = 'c'`,
    named: person('unit'),
  },
  {
    projection: 'experiment-registry',
    audit: 'revisions-have-no-gap',
    table: 'experiment_revisions',
    set: 'lost',
    where: 'revision < 3',
    named: 'experiment',
  },
  {
    projection: 'experiment-results',
    audit: 'revisions-have-no-gap',
    table: 'experiment_definitions',
    set: 'lost',
    where: 'revision < 3',
    named: 'experiment',
  },
  {
    projection: 'experiment-results',
    audit: 'subjects-are-known-by-their-facts',
    table: 'experiment_subjects',
    set: 'first_seen_ms = first_seen_ms - 1',
    named: person('subject'),
  },
  {
    projection: 'experiment-results',
    audit: 'segments-add-up-to-the-whole',
    table: 'experiment_stats',
    set: 'sum = sum + 1',
    where: `dimension <> ''`,
    named: 'dimension',
  },
  {
    projection: 'experiment-results',
    audit: 'no-metric-has-more-units-than-the-arm',
    table: 'experiment_stats',
    set: 'n = n + 100',
    where: `dimension = '' and metric = 'rating'`,
    named: 'arm',
  },
  {
    projection: 'experiment-results',
    audit: 'units-were-exposed',
    table: 'experiment_stats',
    set: 'n = n + 100',
    where: `dimension = '' and metric = ''`,
    named: 'experiment',
  },
  {
    projection: 'experiment-results',
    audit: 'squares-fit-their-sums',
    table: 'experiment_stats',
    set: 'sum = sum + 1000000000000',
    where: `metric = 'rating'`,
    named: 'arm',
  },
  {
    projection: 'experiment-results',
    audit: 'value-bins-add-up-to-the-metric',
    table: 'experiment_value_bins',
    set: 'n = n + 1',
    named: 'metric',
  },
  { projection: 'experiment-results', audit: 'bins-hold-no-less-than-nothing', table: 'experiment_bins', set: 'n = -1000', named: 'bin' },
  {
    projection: 'prompt-analytics',
    audit: 'engines-of-a-prompt-add-up-to-its-total',
    table: 'prompt_totals',
    set: 'generations = generations + 1',
    named: 'prompt_hash',
  },
  { projection: 'prompt-analytics', audit: 'prompts-count-every-generation', table: 'generations', set: 'lost', named: 'prompt_hash' },
  { projection: 'prompt-analytics', audit: 'buckets-count-every-rating', table: 'ratings', set: 'lost', named: `'facts'` },
  { projection: 'prompt-analytics', audit: 'days-add-up-from-quarter-hours', table: 'rating_buckets', set: 'r5 = r5 + 1', named: 'engine' },
  {
    projection: 'prompt-analytics',
    audit: 'times-to-rate-are-in-one-bin-each',
    table: 'time_to_rate_bins',
    set: 'n = n + 1',
    named: 'engine',
  },
  {
    projection: 'model-performance',
    audit: 'successes-and-failures-are-all-calls',
    table: 'model_performance',
    set: 'calls = calls + 1',
    named: 'engine',
  },
  {
    projection: 'model-performance',
    audit: 'days-count-every-call-and-amount',
    table: 'calls',
    set: 'lost',
    where: 'engine is not null',
    named: 'engine',
  },
  {
    projection: 'model-performance',
    audit: 'quarter-hours-add-up-to-days',
    table: 'model_performance_slots',
    set: 'cost_micros = cost_micros + 1',
    named: 'engine',
  },
  {
    projection: 'model-performance',
    audit: 'durations-are-in-one-bin-each',
    table: 'duration_histogram',
    set: 'n = n + 1',
    named: 'engine',
  },
  { projection: 'model-performance', audit: 'failures-have-one-cause-each', table: 'failure_causes', set: 'n = n + 1', named: 'engine' },
];

/** Does it to one row, which the seed chooses, as long as `work` runs. Answers what names the row. */
async function whileCorrupted(corruption: Corruption, work: (named: string) => Promise<void>): Promise<void> {
  const { table, set, where = 'true', named } = corruption;
  const schema = schemaOf(projections.find(({ name }) => name === corruption.projection)!);
  const own = createPool({ url: database.url, maxConnections: 1, searchPath: [schema, 'public'] });
  try {
    await own.query(`create table public.untouched as select * from ${table}`);
    const chosen = `t.ctid = (select c.ctid from ${table} c where ${where} order by md5(c::text || '${SEED}') limit 1)`;
    const text = set === 'lost' ? `delete from ${table} t where ${chosen}` : `update ${table} t set ${set} where ${chosen}`;
    const rows = await own.query<{ named: string }>(`${text} returning (${named})::text as named`);
    expect(rows).toHaveLength(1);
    await work(rows[0]!.named);
  } finally {
    const columns = await own.query<{ name: string }>(
      `select string_agg(quote_ident(column_name), ', ') as name from information_schema.columns
        where table_schema = $1 and table_name = $2 and is_generated = 'NEVER'`,
      [schema, table],
    );
    await own.query(`truncate ${table}`);
    await own.query(`insert into ${table} (${columns[0]!.name}) select ${columns[0]!.name} from public.untouched`);
    await own.query('drop table public.untouched');
    await own.close();
  }
}

describe('audits', () => {
  it('find nothing in what was folded, with duplicates', async () => {
    for (const { name } of projections) expect({ name, broken: broken(await audited(name)) }).toEqual({ name, broken: [] });
  });

  it.each(CORRUPTIONS)('$projection: $audit finds and names a row of $table ($set)', async (corruption) => {
    await whileCorrupted(corruption, async (named) => {
      const found = (await audited(corruption.projection, corruption.audit)).find(({ audit }) => audit === corruption.audit);
      expect(found).toMatchObject({ error: null });
      expect(found?.offending).toBeGreaterThan(0);
      expect(JSON.stringify(found?.sample)).toContain(named);
    });
  });

  it('each have a corruption that they find', async () => {
    const all = projections.flatMap(({ name, audits = [] }) => audits.map((audit) => `${name} ${audit.name}`));
    const tried = new Set(CORRUPTIONS.map(({ projection, audit }) => `${projection} ${audit}`));
    expect(all.filter((audit) => !tried.has(audit))).toEqual([]);
  });

  it('find nothing after a person was erased, and keep nobody by name', async () => {
    await new Erasures(pool).request({ userId: 'user 3' });
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const eraser = new Eraser({ pool, log, keys: new PersonKeys({ pool, staleMs: 0 }), projections, logger });
    while ((await new Erasures(pool).list(1))[0]?.state !== 'done') await eraser.work();
    for (const { name } of projections) expect({ name, broken: broken(await audited(name)) }).toEqual({ name, broken: [] });
    const kept = await pool.query<{ row: string }>('select a::text as row from runtime.projection_audits a');
    expect(kept.filter(({ row }) => /user \d|visit \d/.test(row))).toEqual([]);
  }, 60_000);
});
