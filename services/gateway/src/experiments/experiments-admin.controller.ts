import { Body, Controller, Get, HttpCode, Inject, Param, Patch, Post, Put, Req } from '@nestjs/common';
import { schemaOf } from '@picly/contracts';
import type { Revision } from '@picly/experiments';
import {
  Answers,
  callerOf,
  decodeCursor,
  encodeCursor,
  ListQuery,
  pageOf,
  ProblemError,
  ValidQuery,
  View,
  type ListPage,
} from '@picly/platform';
import type { FastifyRequest } from 'fastify';
import { DEFINITION_SCHEMA, EXAMPLE_DECISION, EXAMPLE_EXPERIMENT, EXAMPLE_REVISION } from './examples';
import { ExperimentAdministration, type Changed } from './experiment-administration';
import { RegistryQueries } from './registry.queries';
import { ExperimentKeeper } from './rule/keeper';
import { readState, requestOf, splitBody, StateWanted } from './wanted';

const TAG = 'experiments';
const DECISIONS_SHOWN = 100;

/** An experiment as an administrator sees it: its latest revision. */
function describe({ experiment, changedAt, ...revision }: Revision): object {
  return { key: experiment, ...revision, changed_at: new Date(changedAt).toISOString() };
}

const describeChanged = ({ latest, position }: Changed): object => ({ ...describe(latest), ...(position !== undefined && { position }) });

function askerOf(request: FastifyRequest): string {
  const caller = callerOf(request);
  return caller?.kind === 'key' ? `key ${caller.key.id}` : 'operator';
}

@Controller('api/analytics/admin/experiments')
export class ExperimentsAdminController {
  constructor(
    @Inject(ExperimentAdministration) private readonly administration: ExperimentAdministration,
    @Inject(RegistryQueries) private readonly registry: RegistryQueries,
    @Inject(ExperimentKeeper) private readonly keeper: ExperimentKeeper,
  ) {}

  @Post()
  @HttpCode(201)
  @Answers({
    summary: 'Define an experiment. It starts as a draft, at revision 1.',
    accepts: DEFINITION_SCHEMA,
    body: { ...EXAMPLE_EXPERIMENT, position: 'OC4wLjQy' },
    problems: ['already_exists', 'log_unavailable', 'not_caught_up'],
    tag: TAG,
  })
  async define(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { change, rest } = splitBody(body);
    const { key, ...definition } = rest;
    if (typeof key !== 'string') {
      throw new ProblemError('validation_failed', { errors: [{ pointer: '/key', code: 'required', message: 'key must be given' }] });
    }
    return describeChanged(await this.administration.define(key, definition, requestOf(change, askerOf(request))));
  }

  @Put(':key')
  @Answers({
    summary: 'Replace the definition; what is not named takes its default.',
    description: 'A draft may change in every way. Under way only the weights, the coverage, the hypothesis and how the rule looks may.',
    accepts: DEFINITION_SCHEMA,
    body: { ...EXAMPLE_EXPERIMENT, position: 'OC4wLjQy' },
    problems: ['not_found', 'revision_conflict', 'log_unavailable', 'not_caught_up'],
    tag: TAG,
  })
  async replace(@Param('key') key: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    return this.edit(key, body, { request, merge: false });
  }

  @Patch(':key')
  @Answers({
    summary: 'Change some fields of the definition; the others stay.',
    description: 'New weights or another coverage of a running experiment are a new phase; people keep the arm they saw first.',
    accepts: { ...DEFINITION_SCHEMA, required: [] },
    body: { ...EXAMPLE_EXPERIMENT, position: 'OC4wLjQy' },
    problems: ['not_found', 'revision_conflict', 'log_unavailable', 'not_caught_up'],
    tag: TAG,
  })
  async amend(@Param('key') key: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    return this.edit(key, body, { request, merge: true });
  }

  @Post(':key/state')
  @HttpCode(200)
  @Answers({
    summary: 'Start, pause, resume, stop, ship or roll back.',
    accepts: schemaOf(StateWanted),
    body: { ...EXAMPLE_EXPERIMENT, state: 'running', position: 'OC4wLjQy' },
    problems: ['not_found', 'revision_conflict', 'log_unavailable', 'not_caught_up'],
    tag: TAG,
  })
  async move(@Param('key') key: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const wanted = readState(body);
    return describeChanged(await this.administration.move(key, wanted, requestOf(wanted, askerOf(request))));
  }

  @Post(':key/look')
  @HttpCode(200)
  @Answers({
    summary: 'Have the rule judge the results now: the verdict is kept, and acted on where the definition says so.',
    body: { ...EXAMPLE_EXPERIMENT, decision: EXAMPLE_DECISION, position: 'OC4wLjQy' },
    problems: ['not_found', 'revision_conflict', 'service_unavailable', 'log_unavailable', 'not_caught_up'],
    tag: TAG,
  })
  async look(@Param('key') key: string): Promise<object> {
    const position = await this.keeper.look(key);
    const latest = (await this.registry.history(key)).at(-1);
    const [decision] = await this.registry.decisions(key, 1);
    return { ...(latest && describe(latest)), decision, position };
  }

  @Get()
  @View('experiment-registry')
  @Answers({ summary: 'All experiments that are defined, by key: their latest revision.', row: EXAMPLE_EXPERIMENT, tag: TAG })
  async list(@ValidQuery(ListQuery) query: ListQuery): Promise<ListPage<object>> {
    const [after] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
    const page = pageOf(await this.registry.page(query.limit, after), query.limit, (last) => encodeCursor([last.experiment]));
    return { ...page, rows: (page.rows as readonly Revision[]).map(describe) };
  }

  @Get(':key')
  @View('experiment-registry')
  @Answers({
    summary: 'One experiment: every revision with time and author, and every verdict of the rule.',
    body: { ...EXAMPLE_EXPERIMENT, revisions: [EXAMPLE_REVISION], decisions: [EXAMPLE_DECISION] },
    problems: ['not_found'],
    tag: TAG,
  })
  async detail(@Param('key') key: string): Promise<object> {
    const revisions = await this.registry.history(key);
    const latest = revisions.at(-1);
    if (!latest) throw new ProblemError('not_found', { detail: 'no experiment of this key is defined' });
    return { ...describe(latest), revisions: revisions.map(describe), decisions: await this.registry.decisions(key, DECISIONS_SHOWN) };
  }

  private async edit(key: string, body: unknown, by: { readonly request: FastifyRequest; readonly merge: boolean }): Promise<object> {
    const { change, rest } = splitBody(body);
    const request = { ...requestOf(change, askerOf(by.request)), merge: by.merge };
    if (change.revision === undefined) {
      const message = 'revision must be given: the one this change was decided by';
      throw new ProblemError('validation_failed', { errors: [{ pointer: '/revision', code: 'required', message }] });
    }
    return describeChanged(await this.administration.edit(key, rest, request));
  }
}
