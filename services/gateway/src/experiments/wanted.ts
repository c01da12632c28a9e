import {
  EXPERIMENT_STATES,
  OneOf,
  Text,
  validateBody,
  Whole,
  type DeclaredClass,
  type ExperimentState,
  type FieldError,
} from '@picly/contracts';
import { ProblemError } from '@picly/platform';

/** Who asks for a change, and against which revision they decided. */
export interface ChangeRequest {
  readonly author: string;
  readonly reason: string | undefined;
  readonly revision: number | undefined;
}

/** What a change says beside the definition. */
export class ChangeWanted {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Who changes it, for the history; the key when absent.' })
  author?: string;

  @Text({ max: 2_000 }, { optional: true, description: 'Why, for the history.' })
  reason?: string;

  @Whole(
    { min: 1, max: 1_000_000 },
    { optional: true, description: 'The revision this was decided by; 409 when it is not the latest any more.' },
  )
  revision?: number;
}

export class StateWanted extends ChangeWanted {
  @OneOf(EXPERIMENT_STATES, { description: 'running, paused, stopped, shipped or rolled_back.' })
  state!: ExperimentState;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The arm that is shipped.' })
  arm?: string;

  @Whole({ min: 1, max: 1_000_000 }, { description: 'The revision this was decided by; 409 when it is not the latest any more.' })
  override revision!: number;
}

type Body = Readonly<Record<string, unknown>>;

const isObject = (body: unknown): body is Body => typeof body === 'object' && body !== null && !Array.isArray(body);

/** The members of a body that are about the change, checked, and the rest of it. Throws `validation_failed`. */
export function splitBody(body: unknown): { readonly change: ChangeWanted; readonly rest: Body } {
  if (!isObject(body)) throw notValid([{ pointer: '', code: 'object', message: 'the body must be a JSON object' }]);
  const { author, reason, revision, ...rest } = body;
  return { change: checked(ChangeWanted, withoutAbsent({ author, reason, revision })), rest };
}

export const readState = (body: unknown): StateWanted => checked(StateWanted, isObject(body) ? body : {});

const withoutAbsent = (body: Body): Body => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
const notValid = (errors: readonly FieldError[]): ProblemError => new ProblemError('validation_failed', { errors });

function checked<T extends object>(declared: DeclaredClass<T>, body: Body): T {
  const errors = validateBody(declared, body);
  if (errors.length > 0) throw notValid(errors);
  return Object.assign(new declared(), body);
}

export function requestOf({ author, reason, revision }: ChangeWanted, asker: string): ChangeRequest {
  return { author: author ?? asker, reason, revision };
}
