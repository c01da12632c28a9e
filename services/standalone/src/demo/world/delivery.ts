import type { Delivery, WorldEvent } from './event';
import type { Random } from './random';
import { DELIVERY } from './truth';

const HOUR_MS = 3_600_000;

/** Most events arrive within seconds; some are late (a phone without network), some arrive twice, some overtake others. */
export class Mail {
  private pending: Delivery[] = [];

  constructor(private readonly random: Random) {}

  post(event: WorldEvent, at: number, clockErrorMs: number): void {
    const { random } = this;
    let arrivesAt = at + 1000 * random.logNormal(0.8, 0.8);
    if (random.chance(DELIVERY.late)) arrivesAt += HOUR_MS * random.logNormal(3, 1);
    else if (event.type === 'generation' && random.chance(DELIVERY.lateGeneration)) arrivesAt += 1000 * random.logNormal(90, 0.5);
    this.pending.push({ event, arrivesAt, clockErrorMs, repeat: false });
    if (random.chance(DELIVERY.twice)) {
      this.pending.push({ event, arrivesAt: arrivesAt + 1000 * random.logNormal(30, 1), clockErrorMs, repeat: true });
    }
  }

  /** Everything that arrives before the instant, in the order of arrival. */
  *until(instant: number): Generator<Delivery> {
    const due = this.pending.filter((delivery) => delivery.arrivesAt < instant);
    this.pending = this.pending.filter((delivery) => delivery.arrivesAt >= instant);
    yield* due.sort((a, b) => a.arrivesAt - b.arrivesAt);
  }
}
