import { assign, type Assignment } from '@picly/assignment';
import { unitKey, type FirstArmsQueries } from '@picly/experiments';
import { ProblemError } from '@picly/platform';
import type { AssignedVariant, VariantOf } from '../ingest/check-variant';
import type { DefinitionsDirectory } from './definitions-document';

type Body = Readonly<Record<string, unknown>>;

const REASONS: Partial<Record<Assignment['reason'], string>> = {
  not_running: 'the experiment does not run now',
  held_out: 'the person is in the holdout group',
  outside_namespace: 'the person is outside the namespace of the experiment',
  not_targeted: 'the person is not targeted by the experiment',
  not_covered: 'the person is not covered by the experiment',
};

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the assignment of a body depends on, as one text. */
const nameOf = (body: Body): string => JSON.stringify([body['experiment'], body['user_id'], body['session_id'], body['context']]);

/** Assigns exposures that say no arm: by the same function as browsers and the assignment call, and the arm seen first stays. */
export class Variants {
  constructor(
    private readonly directory: DefinitionsDirectory,
    private readonly firstArms: Pick<FirstArmsQueries, 'of' | 'profiles'>,
  ) {}

  /** What these bodies of exposures get; those that name an arm, or no experiment, are left alone. */
  async for(bodies: readonly unknown[]): Promise<VariantOf> {
    const open = bodies.filter(isObject).filter((body) => body['variant'] === undefined && typeof body['experiment'] === 'string');
    const found = new Map<string, AssignedVariant>();
    if (open.length > 0) await this.assignAll(open, found);
    return (body) => found.get(nameOf(body));
  }

  private async assignAll(bodies: readonly Body[], found: Map<string, AssignedVariant>): Promise<void> {
    const { definitions, units } = await this.directory.document().catch(unavailable);
    const asked = bodies.flatMap((body) => {
      const definition = definitions.experiments.find(({ key }) => key === body['experiment']);
      if (!definition) return [];
      const kind = units.get(definition.key) ?? 'user';
      const id = body[kind === 'user' ? 'user_id' : 'session_id'];
      return [{ body, definition, id: typeof id === 'string' ? id : '', subject: `${kind}:${String(id)}` }];
    });
    const targeted = asked.filter(({ definition }) => definition.targeting !== undefined).map(({ subject }) => subject);
    const [sticky, profiles] = await Promise.all([
      this.firstArms.of(asked.map(({ definition, subject }) => ({ experiment: definition.key, subject }))),
      this.firstArms.profiles(targeted),
    ]).catch(unavailable);
    for (const { body, definition, id, subject } of asked) {
      const before = sticky.get(unitKey({ experiment: definition.key, subject }));
      const said = isObject(body['context']) ? body['context'] : {};
      const { arm, reason } = assign(definition, id, { ...profiles.get(subject), ...said }, before === undefined ? {} : { sticky: before });
      const isExposed = reason === 'assigned' || reason === 'sticky';
      found.set(
        nameOf(body),
        isExposed && arm !== null ? { variant: arm } : { why: REASONS[reason] ?? 'the experiment assigns nobody now' },
      );
    }
  }
}

function unavailable(cause: unknown): never {
  throw new ProblemError('service_unavailable', {
    detail: 'the arm cannot be assigned now: send the exposure again, or with its variant',
    retryAfterSeconds: 2,
    cause,
  });
}
