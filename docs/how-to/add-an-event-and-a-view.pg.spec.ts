import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Amount, defineEvent, EventBody, Money, storedData, Text, Uuid, validateBody } from '@picly/contracts';
import { defineProjection } from '@picly/projections';
import { anEvent, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';

// How to add an event and a view. Every step is code that runs here; docs/how-to/add-an-event-and-a-view.md says where it goes.

describe('1. An event is declared once', () => {
  // In libs/contracts/src/events/prompt-bookmarked.ts. Each property is one rule: it validates, documents and types the field.
  class PromptBookmarked extends EventBody {
    @Uuid({ description: 'The generation whose prompt was kept.' })
    generation_id!: string;

    @Text({ max: 200 }, { optional: true, description: 'What the person calls it. Personal: sealed in the log.' })
    label?: string;

    @Money({ optional: true })
    price?: Amount;
  }

  const promptBookmarked = defineEvent({
    type: 'prompt-bookmarked',
    version: 1,
    summary: 'A person kept a prompt for later.',
    body: PromptBookmarked,
    // What tells about a person is named here and nowhere else.
    personal: ['user_id', 'session_id', 'context', 'label'],
    keyedBy: 'generation',
    http: { name: 'bookmark', browser: true },
    upcasts: {},
  });

  it('gives the topic and the endpoint', () => {
    expect(promptBookmarked.topic).toBe('picly.prompt-bookmarked');
    expect(promptBookmarked.http.name).toBe('bookmark');
  });

  it('refuses a wrong body field by field', () => {
    const errors = validateBody(PromptBookmarked, { generation_id: 'seven', colour: 'red' });
    expect(errors.map(({ pointer, code }) => [pointer, code]).sort()).toEqual([
      ['/colour', 'unknown_field'],
      ['/generation_id', 'uuid'],
    ]);
  });

  it('stores money as integer micro-units, and the type knows', () => {
    expect(storedData(promptBookmarked, { generation_id: uuidOf(1), price: 0.08 })).toEqual({
      generation_id: uuidOf(1),
      price_micros: 80_000,
    });
  });

  it('needs an upcast for every version that was ever released', () => {
    expect(() => defineEvent({ ...promptBookmarked, version: 2 })).toThrow('no upcast from version 1');
  });
});

describe('2. A view is a table, a fold and a query in one folder', () => {
  // The table, in services/<service>/migrations/. Names are unqualified: each version of the projection gets its own schema.
  class CreateEngineVotes1790000000000 implements MigrationInterface {
    readonly name = 'CreateEngineVotes1790000000000';
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('create table user_votes (user_id text primary key, ratings int not null, stars int not null)');
    }
    async down(runner: QueryRunner): Promise<void> {
      await runner.query('drop table user_votes');
    }
  }

  // The projection, in services/<service>/src/views/user-votes/user-votes.projection.ts. The batch is folded in memory first and written
  // with one statement; the runtime took duplicates out before and commits the checkpoint with the rows.
  const userVotes = defineProjection({
    name: 'user-votes',
    version: 1,
    events: ['rating-submitted'],
    tables: [{ name: 'user_votes', key: ['user_id'] }],
    migrations: [CreateEngineVotes1790000000000],
    async fold(events, sql) {
      const votes = new Map<string, { ratings: number; stars: number }>();
      for (const { data } of events) {
        if (data.user_id === undefined) continue;
        const vote = votes.get(data.user_id) ?? { ratings: 0, stars: 0 };
        votes.set(data.user_id, { ratings: vote.ratings + 1, stars: vote.stars + data.rating });
      }
      // Sorted keys: two instances that touch the same rows wait for each other instead of deadlocking.
      const rows = [...votes].sort(([a], [b]) => (a < b ? -1 : 1));
      await sql.query(
        `insert into user_votes as t (user_id, ratings, stars) select * from unnest($1::text[], $2::int[], $3::int[])
         on conflict (user_id) do update set ratings = t.ratings + excluded.ratings, stars = t.stars + excluded.stars`,
        [rows.map(([user]) => user), rows.map(([, vote]) => vote.ratings), rows.map(([, vote]) => vote.stars)],
        'user-votes/add',
      );
    },
  });

  let spec: ProjectionSpec;
  beforeAll(async () => {
    spec = await openProjectionSpec(userVotes);
  });
  afterAll(() => spec.close());

  const events = [
    anEvent('rating-submitted', { user_id: 'ann', rating: 5 }),
    anEvent('rating-submitted', { user_id: 'bob', rating: 2 }),
    anEvent('rating-submitted', { user_id: 'ann', rating: 4 }),
  ];

  it('given events, then rows', async () => {
    await spec.fold(events);
    expect(await spec.rows('user_votes')).toEqual([
      { user_id: 'ann', ratings: 2, stars: 9 },
      { user_id: 'bob', ratings: 1, stars: 2 },
    ]);
  });

  it('proves that order, duplicates, batches and instances do not matter', async () => {
    await spec.expectOrderIndependent(events);
  });

  it('is read through a stable view, whatever version is behind it', async () => {
    await spec.clear();
    await spec.fold(events);
    expect(await spec.sql.query('select stars from picly.user_votes where user_id = $1', ['ann'])).toEqual([{ stars: 9 }]);
  });
});
