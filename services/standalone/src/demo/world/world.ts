import { stableIds } from '@picly/api-client';
import { Mail } from './delivery';
import type { Delivery, WorldEvent } from './event';
import { Ledger } from './ledger';
import { makePerson, visitChance, type Person } from './person';
import { Random } from './random';
import { Trials } from './trial';
import { ENGINES } from './truth';
import { playVisit, type VisitContext } from './visit';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** So long before the end of the world nobody comes any more: what is begun is finished. */
const CLOSING_MS = 2 * HOUR_MS;
const PROBE_EVERY_MS = 4 * HOUR_MS;
/** Deliveries per person in thirty days, measured over many seeds. */
const DELIVERIES_PER_PERSON = 65.5;

/** What determines the world: the same options give the same events, ids included, byte for byte. */
export interface WorldOptions {
  readonly seed: string;
  /** About how many events to deliver; decides the number of people. */
  readonly events: number;
  readonly days: number;
  /** The end of the world's history, milliseconds since the epoch. */
  readonly until: number;
}

interface World {
  readonly options: WorldOptions;
  readonly firstDayAt: number;
  readonly random: Random;
  readonly people: readonly Person[];
  readonly mail: Mail;
  readonly trials: Trials;
  readonly ledger: Ledger;
  readonly newId: (...parts: readonly unknown[]) => string;
}

function createWorld(options: WorldOptions, ledger: Ledger): World {
  const random = new Random(`picly demo ${options.seed}`);
  const count = Math.max(20, Math.round(options.events / DELIVERIES_PER_PERSON));
  const people = Array.from({ length: count }, (_, index) => makePerson(index, options.days, random.fork(`person ${index}`)));
  const newId = stableIds(`picly demo ${options.seed}`);
  ledger.users = count;
  const firstDayAt = Math.floor(options.until / DAY_MS) * DAY_MS - (options.days - 1) * DAY_MS;
  return { options, firstDayAt, random, people, mail: new Mail(random.fork('mail')), trials: new Trials(options.until), ledger, newId };
}

/** Lets the world happen: its events in the order in which they reach the API; the truth about them goes to the ledger. */
export function* happen(options: WorldOptions, ledger: Ledger = new Ledger()): Generator<Delivery> {
  const world = createWorld(options, ledger);
  for (const person of world.people) signUp(world, person);
  for (let day = 0; day < options.days; day++) {
    for (const person of world.people) liveDay(world, person, day);
    probeEngines(world, day);
    yield* world.mail.until(world.firstDayAt + (day + 1) * DAY_MS);
  }
  yield* world.mail.until(Infinity);
}

function emitter(world: World, name: string, clockErrorMs: number): VisitContext['emit'] {
  let n = 0;
  const lastMs = world.options.until - 1000;
  return (type, at, fields) => {
    const happenedAt = Math.min(Math.round(at), lastMs);
    const event: WorldEvent = {
      type,
      event_id: world.newId('event', name, n++),
      occurred_at: new Date(happenedAt).toISOString(),
      ...fields,
    };
    world.ledger.events++;
    // A profile is told by the backend: nobody did anything.
    if (type !== 'user' && typeof fields['user_id'] === 'string') world.ledger.active(Math.floor(happenedAt / DAY_MS), fields['user_id']);
    world.mail.post(event, happenedAt, clockErrorMs);
  };
}

function signUp(world: World, person: Person): void {
  const at = world.firstDayAt + (person.signUpDay + person.hour / 24) * DAY_MS;
  if (at > world.options.until - CLOSING_MS) return;
  emitter(world, `sign-up ${person.id}`, 0)('user', at, {
    user_id: person.id,
    signed_up_at: new Date(Math.round(at)).toISOString(),
    acquisition_source: person.source.name,
    plan: person.plan.name,
  });
}

function liveDay(world: World, person: Person, day: number): void {
  if (day < person.signUpDay) return;
  const name = `${person.id} ${day}`;
  const random = world.random.fork(name);
  if (!random.chance(visitChance(person, day))) return;
  const context: VisitContext = { random, ledger: world.ledger, newId: world.newId, emit: emitter(world, name, person.clockErrorMs) };
  let at = world.firstDayAt + day * DAY_MS + Math.min(23, Math.max(person.hour, person.hour + random.normal(0, 2))) * HOUR_MS;
  const visits = 1 + random.poisson(0.15);
  for (let n = 0; n < visits && at <= world.options.until - CLOSING_MS; n++) {
    world.trials.visit(person, day, at, context);
    world.ledger.sessions++;
    const sessionId = `session-${world.newId('session', name, n).slice(0, 13)}`;
    at = playVisit({ person, sessionId, name: `${name} ${n}`, startsAt: at }, context) + HOUR_MS * random.between(1, 3);
  }
}

/** Every four hours each engine is called without making a picture. */
function probeEngines(world: World, day: number): void {
  const random = world.random.fork(`probes ${day}`);
  const emit = emitter(world, `probes ${day}`, 0);
  const dayAt = world.firstDayAt + day * DAY_MS;
  for (let at = dayAt; at < Math.min(dayAt + DAY_MS, world.options.until - CLOSING_MS); at += PROBE_EVERY_MS) {
    for (const engine of ENGINES) {
      const success = !random.chance(engine.failure);
      const seconds = Math.round(random.logNormal(engine.medianSeconds, engine.spread) * 1000) / 1000;
      const fields = { engine: engine.name, model_version: engine.version, success, response_time: seconds, cost: engine.cost, revenue: 0 };
      emit('engine-metric', at, success ? fields : { ...fields, error: random.pick(engine.errors) });
      world.ledger.call(engine.name, { cost: engine.cost, revenue: 0 }, success);
      world.ledger.engine(engine.name).probes++;
    }
  }
}

/** The ledger of a world, and how many deliveries it makes. */
export function survey(options: WorldOptions): Ledger {
  const ledger = new Ledger();
  for (const _ of happen(options, ledger)) ledger.deliveries++;
  return ledger;
}
