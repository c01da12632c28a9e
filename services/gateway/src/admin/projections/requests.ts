import { decodePosition, Instant, OneOf, Text, validateBody, Whole, Words, type FieldError } from '@picly/contracts';
import { ProblemError } from '@picly/platform';
import { RebuildRefusedError, type SwitchRule, type Until } from '@picly/projections';

const MOST_PROJECTIONS = 50;
const LABEL = /^[a-z][a-z0-9-]{0,40}$/;

export class RebuildRequest {
  @Words({ maxItems: MOST_PROJECTIONS, maxLength: 100 }, { description: 'Built from one reading of the log.' })
  projections!: string[];

  @OneOf(['always', 'equal', 'never'], {
    optional: true,
    description:
      'When readers see the new version: always (default; differences are reported), only when nothing differs, or on request (activate).',
  })
  switch?: SwitchRule;
}

export class ProjectionsRequest {
  @Words({ maxItems: MOST_PROJECTIONS, maxLength: 100 }, { optional: true, description: 'All when absent.' })
  projections?: string[];
}

export class RebuildOneRequest {
  @OneOf(['always', 'equal', 'never'], { optional: true, description: 'When readers see the new version.' })
  switch?: SwitchRule;
}

export class SideRequest {
  @Instant({ optional: true, description: 'Events received before then. Either this or until_position.' })
  until?: string;

  @Text({ min: 1, max: 20_000 }, { optional: true, description: 'A position as writes answer it: the last events that are in.' })
  until_position?: string;

  @Text({ min: 1, max: 41 }, { description: 'Lower case letters, digits and dashes; the copy is read in schema picly_<label>.' })
  label!: string;
}

export class VersionRequest {
  @Whole({ min: 1, max: 1_000_000 })
  version!: number;
}

export class OptionalVersionRequest {
  @Whole({ min: 1, max: 1_000_000 }, { optional: true, description: 'The one before when absent.' })
  version?: number;
}

export class DropRequest {
  @Whole({ min: 1, max: 1_000_000 }, { optional: true, description: 'The kept one when absent.' })
  version?: number;

  @Text({ min: 1, max: 41 }, { optional: true, description: 'A copy, by its name.' })
  label?: string;
}

/** Throws `validation_failed` with everything that is wrong; no body is an empty one. */
export function readRequest<T extends object>(declared: new () => T, body: unknown): T {
  const given = body ?? {};
  const errors = validateBody(declared, given);
  if (errors.length > 0) throw new ProblemError('validation_failed', { errors });
  return Object.assign(new declared(), body);
}

const wrong = (pointer: string, code: string, message: string): ProblemError => {
  const errors: FieldError[] = [{ pointer, code, message }];
  return new ProblemError('validation_failed', { errors });
};

/** Where a copy ends. */
export function untilOf({ until, until_position: token, label }: SideRequest): Until {
  if (!LABEL.test(label)) throw wrong('/label', 'label', 'label must be lower case letters, digits and dashes, beginning with a letter');
  if ((until === undefined) === (token === undefined)) throw wrong('/until', 'either_or', 'either until or until_position is needed');
  if (until !== undefined) return { time_ms: Date.parse(until) };
  const positions = decodePosition(token ?? '');
  if (!positions) throw wrong('/until_position', 'position', 'until_position must be a position of this system');
  // The token names the last event that is in; a copy ends before the next one.
  return { positions: positions.map((position) => ({ ...position, offset: position.offset + 1 })) };
}

const NOT_FOUND = new Set(['PROJECTION_UNKNOWN', 'VERSION_UNKNOWN']);

/** What was refused, as an answer. */
export async function orProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RebuildRefusedError)) throw error;
    throw new ProblemError(NOT_FOUND.has(error.code) ? 'not_found' : 'not_now', { detail: error.message, cause: error });
  }
}
