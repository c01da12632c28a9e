import { topicOf, type DecodedEvent, type EventType } from '@picly/contracts';
import { readDefinition } from '@picly/experiments';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BEGINS = Date.UTC(2026, 0, 1);
const DAYS = 14;
const PARTITIONS = 8;

export interface ExperimentWorld {
  readonly experiments: number;
  readonly exposures: number;
  readonly conversionsPerExposure: number;
}

export const keyOf = (n: number): string => `experiment-${n}`;
/** When everything of the world has happened; milliseconds since the epoch. */
export const WORLD_ENDS = BEGINS + 2 * DAYS * DAY_MS;

const PLANS = ['free', 'basic', 'pro'];
const DEVICES = ['phone', 'desktop'];

/** Events as the runner hands them over; ids are equal in every run. */
class Events {
  private made = 0;

  make(type: EventType, data: Readonly<Record<string, unknown>>, at: number): DecodedEvent {
    const n = ++this.made;
    const id = `${n.toString(16).padStart(8, '0')}-0000-7000-8000-0000000000e0`;
    const position = { topic: topicOf(type), partition: n % PARTITIONS, offset: n };
    const event: object = { id, type, data, occurredAt: at, receivedAt: at, position };
    return event as DecodedEvent;
  }
}

function definition(key: string): Record<string, unknown> {
  const metrics = [
    { key: 'purchase', type: 'proportion', window_hours: 168 },
    { key: 'spent', type: 'mean', of: 'value', conversion: 'purchase', cap: 100 },
  ];
  const body = { arms: [{ key: 'a' }, { key: 'b' }], metrics, primary_metric: 'purchase', secondary_metrics: ['spent'] };
  return { ...readDefinition(key, body) };
}

function* definitions(world: ExperimentWorld, events: Events): Generator<DecodedEvent> {
  for (let n = 0; n < world.experiments; n++) {
    for (const [index, state] of (['draft', 'running'] as const).entries()) {
      const said = {
        experiment: keyOf(n),
        revision: index + 1,
        change: 'edited',
        state,
        author: 'bench',
        definition: definition(keyOf(n)),
      };
      yield events.make('experiment-changed', said, BEGINS - DAY_MS + index);
    }
  }
}

/** Exposures of one person each, in the order of time, every one followed by its conversions within hours: those wait for `lag` others. */
export function* experimentEvents(world: ExperimentWorld, lag = 5_000): Generator<DecodedEvent> {
  const events = new Events();
  yield* definitions(world, events);
  let waiting: { readonly at: number; readonly data: Record<string, unknown> }[] = [];
  const step = (DAYS * DAY_MS) / world.exposures;
  for (let n = 0; n < world.exposures; n++) {
    const at = Math.floor(BEGINS + n * step);
    const experiment = keyOf(n % world.experiments);
    const user = `user-${n}`;
    const variant = Math.floor(n / world.experiments) % 2 ? 'a' : 'b';
    const context = { plan: PLANS[n % 3], device: DEVICES[n % 2] };
    yield events.make('experiment-exposed', { experiment, variant, user_id: user, context }, at);
    for (let each = 0; each < world.conversionsPerExposure; each++) {
      const data = { experiment, metric: each % 2 ? 'purchase' : 'visit', user_id: user, value: 1 + (n % 50) };
      waiting.push({ at: at + each * HOUR_MS, data });
    }
    if (waiting.length < lag) continue;
    yield* waiting.map((event) => events.make('conversion-tracked', event.data, event.at));
    waiting = [];
  }
  yield* waiting.map((event) => events.make('conversion-tracked', event.data, event.at));
}
