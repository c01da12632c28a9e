import type { Person } from './person';
import type { VisitContext } from './visit';
import { EXPERIMENTS, EXPERIMENTS_FROM_DAY } from './truth';

const DAY_MS = 86_400_000;

/** On the first visit after the experiments began a person sees an arm of each; within three days some convert. */
export class Trials {
  private readonly enrolled = new Set<string>();

  constructor(private readonly endsAt: number) {}

  visit(person: Person, day: number, at: number, context: VisitContext): void {
    if (day < EXPERIMENTS_FROM_DAY || this.enrolled.has(person.id)) return;
    this.enrolled.add(person.id);
    for (const experiment of EXPERIMENTS) {
      const arm = context.random.pick(experiment.arms);
      context.emit('exposure', at, { experiment: experiment.key, variant: arm.variant, user_id: person.id });
      const counted = context.ledger.arm(experiment.key, arm.variant);
      counted.units++;
      const convertsAt = at + context.random.next() * Math.min(3 * DAY_MS, this.endsAt - at);
      if (!context.random.chance(arm.rate)) continue;
      context.emit('conversion', convertsAt, { experiment: experiment.key, metric: experiment.metric, user_id: person.id });
      counted.converted++;
    }
  }
}
