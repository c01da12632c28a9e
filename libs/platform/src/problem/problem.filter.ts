import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '../logging/logger';
import type { RouteTable } from '../http/route-table';
import { asProblem } from './as-problem';
import { problemBody, problemHeaders } from './problem-body';
import { ProblemError } from './problem-error';

/** What is used of a Fastify request. */
export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  readonly routeOptions?: { readonly url?: string | undefined };
}

/** What is used of a Fastify reply. */
export interface OpenReply {
  readonly sent: boolean;
  readonly raw: { readonly headersSent: boolean };
  status(code: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

/** Says no in the one form there is, and logs what should not have happened. */
export function sendProblem(error: unknown, request: AskedRequest, reply: OpenReply, logger: Logger): void {
  const problem = asProblem(error);
  const route = request.routeOptions?.url;
  const about = { method: request.method, route, status: problem.status, code: problem.code };
  if (problem.code === 'internal') logger.error({ ...about, err: problem.details.cause ?? problem }, 'a request failed');
  else if (problem.status === 503)
    logger.warn({ ...about, ...(problem.details.cause !== undefined && { err: problem.details.cause }) }, 'a request was refused');
  else logger.debug(about, 'a request was refused');
  if (reply.sent || reply.raw.headersSent) return;
  reply.status(problem.status);
  reply.headers(problemHeaders(problem));
  reply.send(JSON.stringify(problemBody(problem, request.url)));
}

/** What is said where no route fits: the wrong path, or the wrong method. */
export function nothingAt(request: AskedRequest, routes: RouteTable): ProblemError {
  const allowed = routes.methodsAt(request.url.split('?', 1)[0] ?? '/');
  if (allowed.length === 0 || allowed.includes(request.method)) return new ProblemError('not_found');
  const list = allowed.join(', ');
  return new ProblemError('method_not_allowed', { detail: `allowed here: ${list}`, headers: { allow: list } });
}

/** Every error of every controller ends here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<AskedRequest>(), http.getResponse<OpenReply>(), this.logger);
  }
}
