import { FreeObject, OneOf, Text, validateBody, type DeclaredClass } from '@picly/contracts';
import { ProblemError } from '@picly/platform';
import { DEAD_LETTER_CAUSES } from '@picly/projections';

const AUTHOR = 'Who decides; the key of the request when absent.';

/** An edited copy of an event. */
export class FixRequest {
  @FreeObject({ description: 'The whole event as a sender would send it, edited.' })
  body!: Record<string, unknown>;

  @Text({ min: 1, max: 2_000 }, { optional: true, description: 'Why.' })
  reason?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: AUTHOR })
  author?: string;
}

export class DiscardRequest {
  @Text({ min: 1, max: 2_000 }, { description: 'Why the event is to be left out. Kept for good.' })
  reason!: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: AUTHOR })
  author?: string;
}

export class ReplayRequest {
  @Text({ min: 1, max: 200 }, { optional: true, description: AUTHOR })
  author?: string;
}

/** Which queues to replay: those whose first letter is all of this. */
export class ReplayAllRequest extends ReplayRequest {
  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only letters of this projection.' })
  projection?: string;

  @OneOf(Object.keys(DEAD_LETTER_CAUSES), { optional: true, description: 'Only with this kind of trouble.' })
  cause?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'Only with this particular reason.' })
  code?: string;

  @Text({ min: 1, max: 2_000 }, { optional: true, description: 'Only of this key.' })
  key?: string;
}

/** The body as what it should be; throws the problem of one that is not. */
export function readRequest<T extends object>(declared: DeclaredClass<T>, body: unknown): T {
  const errors = validateBody(declared, body ?? {});
  if (errors.length > 0) throw new ProblemError('validation_failed', { errors });
  return Object.assign(new declared(), body);
}
