/** What really happened in the world, counted as it happens and without looking at any event: the truth to compare with. */
export interface EngineLedger {
  calls: number;
  successes: number;
  probes: number;
  /** Money in millionths, as sums of floats would not be exact. */
  costMicros: number;
  revenueMicros: number;
  /** Ratings by stars, the last one of each rater and picture. */
  stars: [number, number, number, number, number];
  downloaded: number;
}

export interface ArmLedger {
  units: number;
  converted: number;
}

export class Ledger {
  readonly engines = new Map<string, EngineLedger>();
  readonly arms = new Map<string, ArmLedger>();
  readonly activeByDay = new Map<number, Set<string>>();
  events = 0;
  deliveries = 0;
  users = 0;
  sessions = 0;
  replacedRatings = 0;

  engine(name: string): EngineLedger {
    let found = this.engines.get(name);
    if (!found) {
      found = { calls: 0, successes: 0, probes: 0, costMicros: 0, revenueMicros: 0, stars: [0, 0, 0, 0, 0], downloaded: 0 };
      this.engines.set(name, found);
    }
    return found;
  }

  arm(experiment: string, variant: string): ArmLedger {
    const key = `${experiment} ${variant}`;
    let found = this.arms.get(key);
    if (!found) this.arms.set(key, (found = { units: 0, converted: 0 }));
    return found;
  }

  call(engine: string, money: { readonly cost: number; readonly revenue: number }, success: boolean): void {
    const entry = this.engine(engine);
    entry.calls++;
    if (success) entry.successes++;
    entry.costMicros += Math.round(money.cost * 1e6);
    entry.revenueMicros += Math.round(money.revenue * 1e6);
  }

  rate(engine: string, stars: number, by: 1 | -1): void {
    const counts = this.engine(engine).stars;
    counts[stars - 1] = (counts[stars - 1] ?? 0) + by;
  }

  active(day: number, person: string): void {
    let people = this.activeByDay.get(day);
    if (!people) this.activeByDay.set(day, (people = new Set()));
    people.add(person);
  }
}

/** Number and mean of the ratings of an engine. */
export function ratingsOf({ stars }: EngineLedger): { readonly count: number; readonly average: number | null } {
  const count = stars.reduce((sum, n) => sum + n, 0);
  const total = stars.reduce((sum, n, at) => sum + n * (at + 1), 0);
  return { count, average: count === 0 ? null : total / count };
}
