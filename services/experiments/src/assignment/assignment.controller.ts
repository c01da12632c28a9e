import { Controller, Get, Inject, Param } from '@nestjs/common';
import { assign, type Attributes } from '@picly/assignment';
import { isStorableJson, isStorableText, Text } from '@picly/contracts';
import { FirstArmsQueries, forAssignment, unitKey, type Revision } from '@picly/experiments';
import { Answers, ProblemError, ValidQuery, View } from '@picly/platform';
import { AssignmentQueries } from './assignment.queries';

export class AssignmentQuery {
  @Text({ max: 200 }, { optional: true, description: 'The person; of experiments on people.' })
  user_id?: string;

  @Text({ max: 200 }, { optional: true, description: 'The visit; of experiments on visits.' })
  session_id?: string;

  @Text(
    { max: 4_000 },
    { optional: true, description: 'What is known of the unit, as a JSON object, for targeting; plan and source are known.' },
  )
  attributes?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'An arm to see for testing. Send no exposure for it.' })
  force?: string;
}

export interface AssignmentAnswer {
  readonly experiment: string;
  readonly revision: number;
  readonly unit: 'user' | 'session';
  readonly arm: string | null;
  readonly in_experiment: boolean;
  /** Send an exposure when the arm is shown: only then the unit counts. */
  readonly expose: boolean;
  readonly reason: string;
  readonly bucket: number | null;
}

function attributesOf(text: string | undefined): Attributes {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && isStorableJson(value)) return value as Attributes;
  } catch {
    // Told below, like everything else that is no object.
  }
  throw new ProblemError('invalid_query', {
    errors: [{ pointer: '/attributes', code: 'object', message: 'attributes must be a JSON object' }],
  });
}

@Controller('api/analytics/experiments')
@View('experiment-results')
export class AssignmentController {
  constructor(
    @Inject(AssignmentQueries) private readonly queries: AssignmentQueries,
    @Inject(FirstArmsQueries) private readonly firstArms: FirstArmsQueries,
  ) {}

  @Get(':key/assignment')
  @Answers({
    summary: 'The arm of a unit: a pure function of its id and the definition; the arm it was first exposed to stays.',
    body: {
      experiment: 'button-colour',
      revision: 2,
      unit: 'user',
      arm: 'green',
      in_experiment: true,
      expose: true,
      reason: 'assigned',
      bucket: 0.7312,
    },
    problems: ['not_found'],
    tag: 'experiments',
  })
  async of(@Param('key') key: string, @ValidQuery(AssignmentQuery) query: AssignmentQuery): Promise<AssignmentAnswer> {
    const latest = isStorableText(key) ? await this.queries.latest(key) : undefined;
    if (!latest) throw new ProblemError('not_found', { detail: 'no experiment of this key is defined' });
    return this.assigned(latest, query);
  }

  private async assigned(latest: Revision, query: AssignmentQuery): Promise<AssignmentAnswer> {
    const { experiment, revision, definition } = latest;
    const id = (definition.unit === 'user' ? query.user_id : query.session_id) ?? '';
    const unit = { experiment, subject: `${definition.unit}:${id}` };
    const said = attributesOf(query.attributes);
    const sticky = id === '' ? undefined : (await this.firstArms.of([unit])).get(unitKey(unit));
    const known = definition.targeting === null || id === '' ? {} : (await this.firstArms.profiles([unit.subject])).get(unit.subject);
    const { arm, reason, bucket } = assign(
      forAssignment(latest),
      id,
      { ...known, ...said },
      { ...(sticky !== undefined && { sticky }), ...(query.force !== undefined && { forced: query.force }) },
    );
    const expose = reason === 'assigned' || reason === 'sticky';
    return { experiment, revision, unit: definition.unit, arm, in_experiment: arm !== null, expose, reason, bucket };
  }
}
