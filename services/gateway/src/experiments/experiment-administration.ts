import { isStorableText, type ExperimentChange, type ExperimentState, type FieldError } from '@picly/contracts';
import {
  changeOfDefinition,
  changeOfState,
  DEFINITION_FIELDS,
  readDefinition,
  type ExperimentDefinition,
  type Revision,
} from '@picly/experiments';
import { ProblemError } from '@picly/platform';
import type { ExperimentWriter, LifeCycleEvent } from './experiment-writer';
import type { RegistryQueries } from './registry.queries';
import type { ChangeRequest, StateWanted } from './wanted';

type Body = Readonly<Record<string, unknown>>;

/** An experiment after a change, and where the change stands in the log. */
export interface Changed {
  readonly latest: Revision;
  readonly position: string | undefined;
}

interface Next {
  readonly change: ExperimentChange;
  readonly state: ExperimentState;
  readonly definition: ExperimentDefinition;
  readonly arm?: string | null;
}

const invalid = (errors: readonly FieldError[]): ProblemError => new ProblemError('validation_failed', { errors });

const hasFailed = <T extends object>(result: T | readonly FieldError[]): result is readonly FieldError[] => Array.isArray(result);

export function changeEvent(
  experiment: string,
  revision: number,
  next: Next,
  by: { author: string; reason?: string | undefined },
): LifeCycleEvent {
  return {
    type: 'experiment-changed',
    name: JSON.stringify([experiment, revision]),
    body: {
      experiment,
      revision,
      change: next.change,
      state: next.state,
      author: by.author,
      ...(by.reason !== undefined && { reason: by.reason }),
      ...(next.arm != null && { arm: next.arm }),
      definition: next.definition,
    },
  };
}

/** Defines experiments and brings them through their life. Every change says which revision it is of: whoever is late gets a 409. */
export class ExperimentAdministration {
  constructor(
    private readonly writer: ExperimentWriter,
    private readonly registry: RegistryQueries,
  ) {}

  async define(key: string, body: unknown, request: ChangeRequest): Promise<Changed> {
    if (!isStorableText(key) || key.length === 0 || key.length > 200) {
      throw invalid([{ pointer: '/key', code: 'text', message: 'key must be text of 1 to 200 characters' }]);
    }
    const definition = readDefinition(key, body);
    if (hasFailed(definition)) throw invalid(definition);
    return this.change(key, async () => {
      if ((await this.registry.history(key)).length > 0)
        throw new ProblemError('already_exists', { detail: 'an experiment of this key exists' });
      return changeEvent(key, 1, { change: 'defined', state: 'draft', definition }, request);
    });
  }

  /** `merge` keeps the fields that the body does not name. */
  edit(key: string, body: Body, request: ChangeRequest & { readonly merge: boolean }): Promise<Changed> {
    return this.change(key, async () => {
      const latest = await this.current(key, request.revision);
      const wanted = readDefinition(key, request.merge ? { ...merged(latest.definition), ...body } : body);
      if (hasFailed(wanted)) throw invalid(wanted);
      const change = changeOfDefinition(latest.state, latest.definition, wanted);
      if (typeof change !== 'string') throw invalid(change);
      return changeEvent(key, latest.revision + 1, { change, state: latest.state, definition: wanted }, request);
    });
  }

  move(key: string, { state, arm }: Pick<StateWanted, 'state' | 'arm'>, request: ChangeRequest): Promise<Changed> {
    return this.change(key, async () => {
      const latest = await this.current(key, request.revision);
      const change = changeOfState(latest.state, state);
      if (typeof change !== 'string') throw invalid([change]);
      const { definition } = latest;
      if (state === 'shipped') checkArm(definition, arm);
      return changeEvent(key, latest.revision + 1, { change, state, definition, arm: state === 'shipped' ? (arm ?? null) : null }, request);
    });
  }

  private async change(key: string, decide: () => Promise<LifeCycleEvent>): Promise<Changed> {
    const position = await this.writer.write(async () => [await decide()]);
    const latest = (await this.registry.history(key)).at(-1);
    if (!latest) throw new Error('a change was folded and is not there');
    return { latest, position };
  }

  private async current(key: string, expected: number | undefined): Promise<Revision> {
    const latest = (await this.registry.history(key)).at(-1);
    if (!latest) throw new ProblemError('not_found', { detail: 'no experiment of this key is defined' });
    if (expected !== undefined && expected !== latest.revision) {
      throw new ProblemError('revision_conflict', {
        detail: `the experiment is at revision ${latest.revision}: read it again and decide again`,
        extra: { revision: latest.revision },
      });
    }
    return latest;
  }
}

/** Defaults that follow from other fields are found anew when those fields change. */
function merged(definition: ExperimentDefinition): Body {
  return Object.fromEntries(DEFINITION_FIELDS.map((field) => [field, definition[field]]));
}

function checkArm(definition: ExperimentDefinition, arm: string | undefined): void {
  if (definition.arms.some(({ key }) => key === arm)) return;
  throw invalid([{ pointer: '/arm', code: 'unknown_arm', message: 'arm must name the arm of the experiment that is shipped' }]);
}
