import { setTimeout as sleep } from 'node:timers/promises';
import type { Effects } from './history';
import { uuidIn } from './raw-events';
import type { Sender, WireEvent } from './sender';

const LEAST = 24;
const CONCURRENCY = 8;
/** Longest pause of a worker between two generations. */
const PACE_MS = 100;
const ACTIONS = ['download', 'share', 'edit', 'regenerate', 'use'];

/** What a round sends: for each of some generations a report, ratings of several people and actions, in their order per type. */
export class Load {
  readonly sequences: string[][] = [];
  readonly expected: Effects[] = [];

  constructor(
    private readonly seed: number,
    private readonly sender: Pick<Sender, 'send'>,
    private readonly random: () => number,
  ) {}

  /** Sends without a pause until it is told to stop, and at least `LEAST` generations; resolves when everything is acknowledged. */
  async run(isOver: () => boolean): Promise<void> {
    const worker = async (): Promise<void> => {
      while (!isOver() || this.expected.length < LEAST) {
        await Promise.all(this.next(this.expected.length).map((send) => send()));
        await sleep(PACE_MS * this.random());
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  /** Another generation: how to send its report, its ratings and its actions. */
  private next(n: number): (() => Promise<void>)[] {
    const generationId = uuidIn(this.seed, 0, n);
    const actions = 1 + Math.floor(this.random() * 4);
    const ratings = Math.floor(this.random() * 3);
    this.expected.push({ generationId, actions, ratings, calls: 1 });
    const person = (k: number): string => `person-${n}-${k}`;
    const sendActions = this.sequence(
      'action',
      Array.from({ length: actions }, (_, k) => ({
        event_id: uuidIn(this.seed, 1, n * 16 + k),
        generation_id: generationId,
        action: ACTIONS[k % ACTIONS.length],
        user_id: person(k),
      })),
    );
    const sendRatings = this.sequence(
      'rate',
      Array.from({ length: ratings }, (_, k) => ({
        event_id: uuidIn(this.seed, 2, n * 16 + k),
        generation_id: generationId,
        rating: 1 + (k % 5),
        user_id: person(k),
      })),
    );
    const sendReport = this.sequence('generation', [
      {
        event_id: uuidIn(this.seed, 3, n),
        generation_id: generationId,
        prompt: `a fox number ${n % 7}`,
        engine: 'flux-pro',
        success: true,
        response_time: 2.5,
        cost: 0.04,
        revenue: 0.05,
        user_id: person(0),
      },
    ]);
    return [sendActions, sendRatings, sendReport];
  }

  private sequence(path: string, events: readonly WireEvent[]): () => Promise<void> {
    if (events.length > 0) this.sequences.push(events.map(({ event_id: id }) => id));
    // The same event from two callers at the same moment.
    const times = this.random() < 0.2 ? 2 : 1;
    return async () => {
      for (const event of events) await Promise.all(Array.from({ length: times }, () => this.sender.send(path, event)));
    };
  }
}
