import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { decodePosition } from '@picly/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, mergeMap, type Observable } from 'rxjs';
import { answersOf, columnsOfAnswer } from '../openapi/answers';
import { ProblemError } from '../problem/problem-error';
import { LIST_FORMATS, type ListFormat } from '../query/list-query';
import type { AsOf, ViewFreshness } from '../service/view-freshness';
import { isListPage, type ListPage } from './list-page';
import { formatByAccept } from './negotiate';
import { csvOf, jsonOf, MEDIA_TYPES, ndjsonOf } from './render-list';
import { VIEWS } from './view.decorator';

const RETRY_SECONDS = 1;
const POSITION_HEADER = 'x-picly-after';

function viewsOf(context: ExecutionContext): readonly string[] | undefined {
  const found: unknown = Reflect.getMetadata(VIEWS, context.getHandler()) ?? Reflect.getMetadata(VIEWS, context.getClass());
  return Array.isArray(found) ? (found as string[]) : undefined;
}

function formatOf(request: FastifyRequest): ListFormat {
  const asked = (request.query as Readonly<Record<string, unknown>>)['format'];
  return LIST_FORMATS.find((format) => format === asked) ?? formatByAccept(request.headers.accept);
}

/** The last part of the route that is not a parameter, as a file name. */
function fileName(request: FastifyRequest, format: ListFormat): string {
  const name = (request.routeOptions.url ?? '').split('/').findLast((part) => /^[a-z-]+$/.test(part));
  return `${name ?? 'list'}.${format}`;
}

/**
 * What every read shares: waits for `X-Picly-After`, says how fresh the answer is, and gives lists the form asked for.
 * `as_of` is taken before the rows are read, so the answer is never older than it says.
 */
@Injectable()
export class ViewInterceptor implements NestInterceptor {
  constructor(
    private readonly freshness: ViewFreshness,
    private readonly waitMs: number,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const views = viewsOf(context);
    if (views === undefined) return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const columns = columnsOfAnswer(answersOf(context.getHandler()));
    return from(this.before(views, request)).pipe(
      mergeMap((asOf) => next.handle().pipe(mergeMap((answer) => this.render({ request, reply, asOf, columns }, answer)))),
    );
  }

  private async before(views: readonly string[], request: FastifyRequest): Promise<AsOf> {
    // Refused before any work is done for it.
    formatOf(request);
    const token = request.headers[POSITION_HEADER];
    if (token !== undefined) await this.catchUp(views, String(token));
    return this.freshness.asOf(views);
  }

  private async catchUp(views: readonly string[], token: string): Promise<void> {
    const position = decodePosition(token);
    if (position === undefined) throw new ProblemError('invalid_position');
    const reached = await this.freshness.waitFor(views, position, this.waitMs);
    if (!reached) throw new ProblemError('not_caught_up', { retryAfterSeconds: RETRY_SECONDS });
  }

  private async render(answer: Answering, value: unknown): Promise<unknown> {
    const { reply, request, asOf } = answer;
    void reply.header('cache-control', 'no-store');
    if (isListPage(value)) return this.renderList(answer, value, formatOf(request));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, as_of: asOf } : value;
  }

  private async renderList({ request, reply, asOf, columns }: Answering, page: ListPage<object>, format: ListFormat): Promise<unknown> {
    void reply.header('content-type', MEDIA_TYPES[format]);
    if (format === 'json') return jsonOf(page, asOf);
    void reply.header('x-picly-as-of', JSON.stringify(asOf));
    if (page.nextCursor !== null) void reply.header('x-picly-next-cursor', page.nextCursor);
    if (format === 'ndjson') return ndjsonOf(page);
    void reply.header('content-disposition', `attachment; filename="${fileName(request, format)}"`);
    return csvOf(page, columns);
  }
}

interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly asOf: AsOf;
  readonly columns: readonly string[];
}
