import type { Emit } from './event';
import type { Ledger } from './ledger';
import { actionsFor, perceived, ratingFields, starsFor, willRate } from './opinion';
import type { Person } from './person';
import { chooseEngine, generationFields, makePicture, type Picture } from './picture';
import { choosePrompt } from './prompt';
import type { Random } from './random';
import { RATING_HABITS } from './truth';

export interface Visit {
  readonly person: Person;
  readonly sessionId: string;
  /** Names things of this visit, for their ids. */
  readonly name: string;
  readonly startsAt: number;
}

export interface VisitContext {
  readonly random: Random;
  readonly emit: Emit;
  readonly ledger: Ledger;
  readonly newId: (...parts: readonly unknown[]) => string;
}

const PAGES = ['/generator', '/gallery', '/generator', '/account', '/help'];

/** Somebody comes, looks around, asks for pictures, and does things with them. Answers when they leave. */
export function playVisit(visit: Visit, context: VisitContext): number {
  const { random } = context;
  let now = visit.startsAt;
  behave(visit, now, context, { action: 'page_view', page: '/generator', device: deviceOf(visit.person) });
  const pictures = 1 + random.poisson(visit.person.plan.pictures);
  for (let n = 0; n < pictures; n++) {
    now += 1000 * random.logNormal(20, 0.7);
    behave(visit, now, context, { action: 'button_click', page: '/generator', details: { button: 'generate' } });
    now = playPicture(visit, `${visit.name} ${n}`, now, context);
    if (random.chance(0.3)) now = wander(visit, now, context);
  }
  return now;
}

function deviceOf({ device }: Person): Record<string, string> {
  const { category, browser, os, screen } = device;
  return { category, browser, os, screen };
}

function behave({ person, sessionId }: Visit, at: number, { emit, random }: VisitContext, what: Readonly<Record<string, unknown>>): void {
  const time = Math.round(random.logNormal(4, 0.8) * 10) / 10;
  emit('behavior', at, { session_id: sessionId, user_id: person.id, ...what, time });
}

function wander(visit: Visit, from: number, context: VisitContext): number {
  const at = from + 1000 * context.random.logNormal(15, 0.8);
  const page = context.random.pick(PAGES);
  behave(visit, at, context, { action: page === '/help' ? 'help_open' : 'page_view', page });
  return at;
}

function playPicture(visit: Visit, name: string, asked: number, context: VisitContext): number {
  const { random, emit, ledger, newId } = context;
  const wanted = { generationId: newId('generation', name), engine: chooseEngine(visit.person, random), prompt: choosePrompt(random) };
  const picture = makePicture(wanted, random);
  const doneAt = asked + 1000 * picture.responseSeconds;
  emit('generation', doneAt, generationFields(picture, visit.person, visit.sessionId));
  ledger.call(picture.engine.name, { cost: picture.engine.cost, revenue: picture.success ? picture.engine.revenue : 0 }, picture.success);
  if (!picture.success) return doneAt;
  const ratedAt = opine(visit, picture, doneAt, context);
  return act(visit, picture, ratedAt, context);
}

function opine({ person, sessionId }: Visit, picture: Picture, seenAt: number, { random, emit, ledger }: VisitContext): number {
  const seen = perceived(picture, person, random);
  if (!willRate(seen, person, random)) return seenAt;
  const fields = ratingFields(picture, person, seen, random);
  const ratedAt = seenAt + 1000 * Number(fields['time_to_rate']);
  emit('rate', ratedAt, { ...fields, session_id: sessionId });
  ledger.rate(picture.engine.name, starsFor(seen), 1);
  if (!random.chance(RATING_HABITS.again)) return ratedAt;
  // A second look, from a mood of its own: it replaces the first rating.
  const second = perceived(picture, person, random);
  const againAt = ratedAt + 1000 * random.logNormal(40, 0.5);
  emit('rate', againAt, { ...ratingFields(picture, person, second, random), session_id: sessionId });
  ledger.rate(picture.engine.name, starsFor(seen), -1);
  ledger.rate(picture.engine.name, starsFor(second), 1);
  ledger.replacedRatings++;
  return againAt;
}

function act({ person, sessionId }: Visit, picture: Picture, from: number, { random, emit, ledger }: VisitContext): number {
  let now = from;
  for (const action of actionsFor(picture.quality, random)) {
    now += 1000 * random.logNormal(5, 0.6);
    emit('action', now, { generation_id: picture.generationId, action, user_id: person.id, session_id: sessionId });
    if (action === 'download') ledger.engine(picture.engine.name).downloaded++;
  }
  return now;
}
