import { randomBytes } from 'node:crypto';
import { EVENTS, type AnyEventDefinition, type EventType } from '@picly/contracts';
import type { AppendRecord, LogPosition } from '@picly/event-log';
import { subjectName, type SubjectId } from '@picly/personal-data';
import type { Receipt } from '../views/receipts/receipts.queries';
import { admit } from './admit';
import type { AdmittedEvent, Outcome } from './admitted-event';
import { commitEvents, type CommitDeps } from './commit-events';
import { eventIdOf } from './event-id';
import { fingerprintOf } from './fingerprint';
import { GroupCommit } from './group-commit';
import { InFlight } from './in-flight';
import { Ingest } from './ingest';
import { RecentlyAccepted } from './recently-accepted';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01';
const ID = '0190ffff-5b1e-7c3a-9f10-2b6d1e8a4c01';

function event(type: EventType, body: Readonly<Record<string, unknown>>): AdmittedEvent {
  const definition: AnyEventDefinition = EVENTS[type];
  const admission = admit(definition, body, {
    receivedAt: 1_780_000_000_000,
    userAgent: undefined,
    tags: new Set(),
    idOf: (each) => eventIdOf(each, undefined),
  });
  if (admission.kind === 'refused') throw new Error(admission.refusal.detail);
  return admission.event;
}

const share = (fields: Readonly<Record<string, unknown>> = {}): AdmittedEvent =>
  event('action-tracked', { generation_id: GENERATION, action: 'share', ...fields });

class World {
  readonly appended: AppendRecord[] = [];
  readonly lookUps: (readonly string[])[] = [];
  readonly receipts = new Map<string, Receipt>();
  readonly keysByName = new Map<string, { ref: string; secret: Buffer }>();
  readonly inFlight = new InFlight();
  isLogDown = false;
  hold: Promise<void> | undefined;
  recent = new RecentlyAccepted(100);

  private readonly deps: () => CommitDeps = () => ({
    log: { append: (records) => this.append(records) },
    keys: {
      ensure: (subjects: readonly SubjectId[]) => {
        for (const subject of subjects) {
          const name = subjectName(subject);
          if (!this.keysByName.has(name))
            this.keysByName.set(name, {
              ref: `00000000-0000-4000-8000-${String(this.keysByName.size).padStart(12, '0')}`,
              secret: randomBytes(32),
            });
        }
        return Promise.resolve(this.keysByName);
      },
    },
    receipts: {
      find: (ids) => {
        this.lookUps.push(ids);
        return Promise.resolve(this.receipts);
      },
    },
    recent: this.recent,
    appendDeadlineMs: 1_000,
    erasedPersons: 'refuse',
  });

  readonly ingest = new Ingest(
    new GroupCommit<AdmittedEvent, Outcome>({
      commit: (events) => commitEvents(events, this.deps()),
      sizeOf: (each) => each.canonical.length,
      maxWaitingItems: 100,
      maxWaitingBytes: 1_000_000,
      maxGroupItems: 50,
      deadlineMs: 1_000,
      now: () => 0,
    }),
    this.inFlight,
  );

  private async append(records: readonly AppendRecord[]): Promise<readonly LogPosition[]> {
    await this.hold;
    if (this.isLogDown) throw new Error('down');
    const from = this.appended.push(...records) - records.length;
    return records.map((record, n) => ({ topic: record.topic, partition: 0, offset: from + n }));
  }
}

describe('events on their way into the log', () => {
  test('are appended once, sealed, with the envelope in headers', async () => {
    const world = new World();
    const outcomes = await world.ingest.take([share({ user_id: 'ada', details: { to: 'bob' } })]);
    expect(outcomes).toEqual([{ kind: 'appended', position: { topic: 'picly.action-tracked', partition: 0, offset: 0 } }]);
    const record = world.appended[0];
    expect(record).toMatchObject({ topic: 'picly.action-tracked', key: GENERATION, headers: { ce_type: 'action-tracked' } });
    expect(record?.value.toString()).toMatch(/^\{"generation_id":"[^"]+","action":"share","sealed":"u\.00000000-/);
    expect(record?.value.toString()).not.toMatch(/ada|bob/);
  });

  test('are keyed by generation, else by the pseudonym of the person, never by a name', async () => {
    const world = new World();
    await world.ingest.take([
      event('behavior-tracked', { session_id: 'visit-7', action: 'a' }),
      event('user-profiled', { user_id: 'ada' }),
      event('engine-call-measured', { event_id: ID, engine: 'e', success: true, response_time: 1, cost: 0, revenue: 0 }),
    ]);
    expect(world.appended.map((record) => record.key)).toEqual([
      '00000000-0000-4000-8000-000000000000',
      '00000000-0000-4000-8000-000000000001',
      ID,
    ]);
  });

  test('the same id and body under way at the same moment get one append and the same answer', async () => {
    const world = new World();
    const [a, b] = await Promise.all([world.ingest.take([share({ event_id: ID })]), world.ingest.take([share({ event_id: ID })])]);
    expect(a).toEqual(b);
    expect(world.appended).toHaveLength(1);
    expect(world.inFlight.size).toBe(0);
  });

  test('the same id with another body under way is refused, also inside one batch', async () => {
    const world = new World();
    const outcomes = await world.ingest.take([
      share({ event_id: ID }),
      share({ event_id: ID, details: { other: true } }),
      share({ event_id: ID }),
    ]);
    expect(outcomes).toMatchObject([{ kind: 'appended' }, { kind: 'refused', refusal: { code: 'event_in_flight' } }, { kind: 'appended' }]);
    expect(world.appended).toHaveLength(1);
  });

  test('an id accepted before is answered with its first position and appended no more', async () => {
    const world = new World();
    const [first] = await world.ingest.take([share({ event_id: ID, user_id: 'ada' })]);
    const [again] = await world.ingest.take([share({ event_id: ID, user_id: 'ada', sent_at: '2026-01-01T00:00:00Z' })]);
    expect(again).toEqual({ ...first, kind: 'known' });
    expect(world.appended).toHaveLength(1);
  });

  test('an id accepted before is refused with another body, another type or another person', async () => {
    const world = new World();
    await world.ingest.take([share({ event_id: ID, user_id: 'ada' })]);
    const others = [
      share({ event_id: ID, user_id: 'ada', details: {} }),
      share({ event_id: ID, user_id: 'bob' }),
      event('user-profiled', { event_id: ID, user_id: 'ada' }),
    ];
    for (const other of others) {
      expect(await world.ingest.take([other])).toMatchObject([{ kind: 'refused', refusal: { code: 'event_id_reused' } }]);
    }
  });

  test('after a restart the receipts tell; ids made here are not looked up', async () => {
    const world = new World();
    world.receipts.set(ID, {
      event_id: ID,
      event_type: 'action-tracked',
      position: { topic: 'picly.action-tracked', partition: 2, offset: 9 },
      occurred_at: '',
      received_at: '',
      fingerprint: fingerprintOf(share().canonical, undefined),
    });
    const outcomes = await world.ingest.take([share({ event_id: ID }), share()]);
    expect(outcomes).toMatchObject([{ kind: 'known', position: { offset: 9 } }, { kind: 'appended' }]);
    expect(world.lookUps).toEqual([[ID]]);
  });

  test('when the log is down nothing is promised and the id is free for another try', async () => {
    const world = new World();
    world.isLogDown = true;
    await expect(world.ingest.take([share({ event_id: ID })])).rejects.toMatchObject({ code: 'log_unavailable', retryable: true });
    expect(world.inFlight.size).toBe(0);
    world.isLogDown = false;
    expect(await world.ingest.take([share({ event_id: ID })])).toMatchObject([{ kind: 'appended' }]);
  });

  test('a fingerprint tells nothing without the key of the person', () => {
    const { canonical } = share({ user_id: 'ada' });
    const [one, other] = [randomBytes(32), randomBytes(32)];
    expect(fingerprintOf(canonical, one)).toBe(fingerprintOf(canonical, one));
    expect(fingerprintOf(canonical, one)).not.toBe(fingerprintOf(canonical, other));
  });
});
