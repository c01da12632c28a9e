import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { FieldError } from '@picly/contracts';
import { IMPORT_LIMIT_BYTES } from '@picly/experiments';
import { Answers, BodyLimit, ProblemError, RequireScope } from '@picly/platform';
import { EXAMPLE_RESULTS } from '../results/example';
import { analyseImport, type ImportAnswer } from './analyse-import';
import { readImport } from './read-import';

function orRefuse<T extends object>(answer: T | readonly FieldError[]): T {
  if (Array.isArray(answer)) throw new ProblemError('validation_failed', { errors: answer as readonly FieldError[] });
  return answer as T;
}

const text = { type: 'string', minLength: 1, maxLength: 200 };
const ACCEPTS = {
  type: 'object',
  required: ['arms', 'metrics'],
  properties: {
    arms: { type: 'array', description: 'Keys, or {key, weight}; the first is the control.' },
    metrics: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'type'],
        properties: {
          key: text,
          type: { enum: ['proportion', 'mean', 'ratio'] },
          column: text,
          per_column: text,
          pre_column: text,
          direction: { enum: ['up', 'down'] },
          cap: { type: 'number', description: 'A unit above it counts as this much.' },
          cap_quantile: { type: 'number', minimum: 0.5, maximum: 1, description: 'The same at a percentile of the units of all arms.' },
        },
      },
    },
    primary_metric: text,
    unit_column: text,
    arm_column: text,
    design: { enum: ['independent', 'paired'], description: 'paired: the same units were seen under every arm.' },
    csv: { type: 'string', description: 'A unit-level file with a line of headings.' },
    ndjson: { type: 'string', description: 'The same as lines of JSON.' },
    counts: { type: 'array', items: { type: 'object', description: 'arm, metric, n, sum, sum_squares ... instead of a file.' } },
    planned_sample: {
      type: 'integer',
      description: 'The test ended at the sample that was planned: it is decided by fixed-horizon figures.',
    },
  },
};

/** Finished tests from elsewhere: nothing is read, nothing is kept. */
@Controller('api/analytics/experiments')
@RequireScope('read')
export class ImportController {
  @Post('import')
  @HttpCode(200)
  @BodyLimit(IMPORT_LIMIT_BYTES)
  @Answers({
    summary: 'A finished test from counts or from a unit-level file: the same analysis without events',
    description:
      'Rows of one unit under one arm are added up first, as they are not independent. Units of several arms are left out and counted, ' +
      'unless the design is paired.',
    accepts: ACCEPTS,
    body: {
      design: 'independent',
      rows: 90_189,
      rows_of_other_arms: 0,
      decision: EXAMPLE_RESULTS.decision,
      metrics: EXAMPLE_RESULTS.metrics,
      health: EXAMPLE_RESULTS.health,
    },
    tag: 'experiments',
  })
  analyse(@Body() body: unknown): ImportAnswer {
    return orRefuse(analyseImport(orRefuse(readImport(body))));
  }
}
