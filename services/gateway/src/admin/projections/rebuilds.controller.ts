import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { schemaOf, Text } from '@picly/contracts';
import { Answers, decodeCursor, encodeCursor, ListQuery, pageOf, ProblemError, ValidQuery, View, type ListPage } from '@picly/platform';
import { jobAnswer, ProjectionAdmin, versionAnswer, type Checks, type Difference, type Job, type JobAnswer } from '@picly/projections';
import { AUDIT_EXAMPLE, CHECKS_EXAMPLE, DIFFERENCE_EXAMPLE, JOB_EXAMPLE, VERSION_EXAMPLE } from './answers';
import {
  DropRequest,
  OptionalVersionRequest,
  orProblem,
  ProjectionsRequest,
  readRequest,
  RebuildOneRequest,
  RebuildRequest,
  SideRequest,
  untilOf,
  VersionRequest,
} from './requests';

export class ProjectionQuery extends ListQuery {
  @Text({ min: 1, max: 100 }, { optional: true, description: 'Only those of this projection.' })
  projection?: string;
}

const tag = 'projections';
const problems = ['not_found', 'not_now'] as const;
const JOBS = { data: [JOB_EXAMPLE], next_cursor: null };

/** Work on versions of projections: asked for here, done by the service that has their code. */
@Controller('api/analytics/admin/projections')
export class RebuildsController {
  constructor(private readonly admin: ProjectionAdmin) {}

  @Post('rebuild')
  @HttpCode(202)
  @Answers({
    summary: 'Build projections anew from one reading of the log, while the versions that serve go on.',
    accepts: schemaOf(RebuildRequest),
    body: JOBS,
    status: 202,
    problems,
    tag,
  })
  async rebuild(@Body() body: unknown): Promise<object> {
    const { projections, switch: rule } = readRequest(RebuildRequest, body);
    if (projections.length === 0) {
      throw new ProblemError('validation_failed', {
        errors: [{ pointer: '/projections', code: 'required', message: 'projections must name at least one' }],
      });
    }
    return this.answer(this.admin.rebuild(projections, rule === undefined ? {} : { switch: rule }));
  }

  @Post('verify')
  @HttpCode(202)
  @Answers({
    summary: 'Fold the log again into a shadow and compare it with what serves, row by row.',
    accepts: schemaOf(ProjectionsRequest),
    body: JOBS,
    status: 202,
    problems,
    tag,
  })
  async verify(@Body() body: unknown): Promise<object> {
    return this.answer(this.admin.verify(readRequest(ProjectionsRequest, body).projections ?? []));
  }

  @Get('jobs')
  @Answers({ summary: 'Work on versions: under way and ended, the latest first.', body: JOBS, problems: ['not_found'], tag })
  async jobs(@ValidQuery(ProjectionQuery) query: ProjectionQuery): Promise<object> {
    const jobs = await orProblem(this.admin.jobs(query.projection, query.limit));
    return { data: jobs.map(jobAnswer), next_cursor: null };
  }

  @Get('jobs/:id')
  @Answers({
    summary: 'One job: progress by partition with rate and remaining time, and the outcome of the comparison.',
    body: { ...JOB_EXAMPLE },
    problems: ['not_found'],
    tag,
  })
  async job(@Param('id') id: string): Promise<JobAnswer> {
    const job = /^\d{1,15}$/.test(id) ? await this.admin.job(Number(id)) : undefined;
    if (!job) throw new ProblemError('not_found', { detail: 'there is no job of this number' });
    return jobAnswer(job);
  }

  @Get('jobs/:id/differences')
  @View('receipts')
  @Answers({
    summary: 'Rows that differ, by table and key; at most 1,000 of a table.',
    row: { ...DIFFERENCE_EXAMPLE },
    problems: ['not_found'],
    tag,
  })
  async differences(@Param('id') id: string, @ValidQuery(ListQuery) query: ListQuery): Promise<ListPage<Difference & { n: number }>> {
    const job = await this.job(id);
    const [after] = query.cursor === undefined ? [0] : decodeCursor(query.cursor, ['number']);
    const rows = await this.admin.differences(job.id, { limit: query.limit + 1, after: after ?? 0 });
    return pageOf(rows, query.limit, (last) => encodeCursor([last.n]));
  }

  @Get('audits')
  @Answers({
    summary: 'The latest result of each audit: rules that the rows of a read model must keep.',
    body: { data: [AUDIT_EXAMPLE], next_cursor: null },
    problems: ['not_found'],
    tag,
  })
  async audits(@ValidQuery(ProjectionQuery) query: ProjectionQuery): Promise<object> {
    return { data: await this.admin.audits(query.projection), next_cursor: null };
  }

  @Post('audits')
  @HttpCode(202)
  @Answers({
    summary: 'Run the audits now, of these projections or of all.',
    accepts: schemaOf(ProjectionsRequest),
    body: { projections: ['prompt-analytics'] },
    status: 202,
    problems: ['not_found'],
    tag,
  })
  async audit(@Body() body: unknown): Promise<object> {
    const names = await orProblem(this.admin.names(readRequest(ProjectionsRequest, body).projections));
    await this.admin.requestAudits(names);
    return { projections: names };
  }

  @Get('checks')
  @Answers({
    summary: 'What was last found out about the rows of every view: its comparison with a fold of the whole log, and each audit.',
    body: { ...CHECKS_EXAMPLE },
    tag,
  })
  checks(): Promise<Checks> {
    return this.admin.checks();
  }

  @Get('copies')
  @Answers({ summary: 'Copies as of a moment, kept for inspection.', body: { data: [VERSION_EXAMPLE], next_cursor: null }, tag })
  async copies(): Promise<object> {
    return { data: (await this.admin.copies()).map(versionAnswer), next_cursor: null };
  }

  @Get(':name/versions')
  @Answers({
    summary: 'Every version of a projection: the active one, kept ones, those being built, copies.',
    body: { data: [VERSION_EXAMPLE], next_cursor: null },
    problems: ['not_found'],
    tag,
  })
  async versions(@Param('name') name: string): Promise<object> {
    return { data: (await orProblem(this.admin.versions(name))).map(versionAnswer), next_cursor: null };
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  @Answers({ summary: 'Build one projection anew.', accepts: schemaOf(RebuildOneRequest), body: JOBS, status: 202, problems, tag })
  async rebuildOne(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { switch: rule } = readRequest(RebuildOneRequest, body);
    return this.answer(this.admin.rebuild([name], rule === undefined ? {} : { switch: rule }));
  }

  @Post(':name/copy')
  @HttpCode(202)
  @Answers({
    summary: 'A copy of a projection as of a position or a time, for inspection.',
    accepts: schemaOf(SideRequest),
    body: { ...JOB_EXAMPLE },
    status: 202,
    problems,
    tag,
  })
  async copy(@Param('name') name: string, @Body() body: unknown): Promise<JobAnswer> {
    const request = readRequest(SideRequest, body);
    return this.one(this.admin.side(name, { until: untilOf(request), label: request.label }));
  }

  @Post(':name/activate')
  @HttpCode(202)
  @Answers({
    summary: 'Show readers a version that is kept up to date.',
    accepts: schemaOf(VersionRequest),
    body: { ...JOB_EXAMPLE },
    status: 202,
    problems,
    tag,
  })
  async activate(@Param('name') name: string, @Body() body: unknown): Promise<JobAnswer> {
    return this.one(this.admin.activate(name, readRequest(VersionRequest, body).version));
  }

  @Post(':name/rollback')
  @HttpCode(202)
  @Answers({
    summary: 'Show readers the version they saw before; not before it has folded as much as the one they see.',
    accepts: schemaOf(OptionalVersionRequest),
    body: { ...JOB_EXAMPLE },
    status: 202,
    problems,
    tag,
  })
  async rollback(@Param('name') name: string, @Body() body: unknown): Promise<JobAnswer> {
    return this.one(this.admin.rollback(name, readRequest(OptionalVersionRequest, body).version));
  }

  @Post(':name/cancel')
  @HttpCode(202)
  @Answers({ summary: 'Give up the work that is under way; readers notice nothing.', body: { ...JOB_EXAMPLE }, status: 202, problems, tag })
  async cancel(@Param('name') name: string): Promise<JobAnswer> {
    return this.one(this.admin.cancel(name));
  }

  @Post(':name/drop')
  @HttpCode(200)
  @Answers({
    summary: 'Take a version away for good: a kept one, a copy; never the one that readers see.',
    accepts: schemaOf(DropRequest),
    body: { ...VERSION_EXAMPLE },
    problems,
    tag,
  })
  async drop(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { version, label } = readRequest(DropRequest, body);
    return versionAnswer(await orProblem(this.admin.drop(name, label ?? version)));
  }

  private async answer(jobs: Promise<readonly Job[]>): Promise<object> {
    return { data: (await orProblem(jobs)).map(jobAnswer), next_cursor: null };
  }

  private async one(job: Promise<Job>): Promise<JobAnswer> {
    return jobAnswer(await orProblem(job));
  }
}
