import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { schemaOf, Text, validateBody } from '@picly/contracts';
import {
  allows,
  Answers,
  AUTHENTICATOR,
  isSameOrigin,
  ProblemError,
  RequireScope,
  SESSION_COOKIE,
  type Authenticator,
  type Caller,
} from '@picly/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeyDirectory } from '../keys/key-directory';

const LIFE_SECONDS = 7 * 86_400;

export class Login {
  @Text({ min: 1, max: 512 }, { description: 'A key with scope read or admin.' })
  key!: string;
}

/** What a page may do. */
interface SessionState {
  /** Whether the caller may read at all; false = log in first. */
  readonly authenticated: boolean;
  /** What the caller may do; nobody has to log in while no key is configured. */
  readonly scopes: readonly ('read' | 'admin')[];
  /** Whether there is a session that could be ended. */
  readonly session: boolean;
}

const EXAMPLE: SessionState = { authenticated: true, scopes: ['read'], session: true };
const NOBODY: SessionState = { authenticated: false, scopes: [], session: false };

function cookie(request: FastifyRequest, token: string, lifeSeconds: number): string {
  const isEncrypted = request.headers['x-forwarded-proto'] === 'https' || request.protocol === 'https';
  return `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${lifeSeconds}${isEncrypted ? '; Secure' : ''}`;
}

function stateOf(caller: Caller): SessionState {
  const scopes = (['read', 'admin'] as const).filter((scope) => allows(caller, scope));
  return { authenticated: scopes.length > 0, scopes, session: caller.kind === 'key' };
}

/** Who may log in again and again without having succeeded: a page from elsewhere never gets here. */
function refuseElsewhere(request: FastifyRequest): void {
  if (!isSameOrigin(request.headers)) throw new ProblemError('forbidden', { detail: 'log in from a page of this address' });
}

@Controller('api/analytics/session')
@RequireScope('public')
export class SessionController {
  constructor(
    private readonly keys: KeyDirectory,
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Answers({ summary: 'What this browser may do: nothing until somebody has logged in.', body: { ...EXAMPLE }, tag: 'session' })
  async state(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionState> {
    void reply.header('cache-control', 'no-store');
    const { headers, method, socket } = request;
    try {
      return stateOf(await this.authenticator.authenticate({ headers, method, remoteAddress: socket.remoteAddress }));
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'unauthenticated') return NOBODY;
      throw error;
    }
  }

  @Post()
  @HttpCode(200)
  @Answers({
    summary: 'Log a browser in with a key. The answer sets an httpOnly cookie that only pages of this address send.',
    accepts: schemaOf(Login),
    body: { ...EXAMPLE },
    problems: ['unauthenticated', 'forbidden'],
    tag: 'session',
  })
  async logIn(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionState> {
    refuseElsewhere(request);
    const errors = validateBody(Login, body);
    if (errors.length > 0) throw new ProblemError('validation_failed', { errors });
    const secret = Object.assign(new Login(), body).key.trim();
    const key = await this.keys.find(secret);
    if (!key) throw new ProblemError('unauthenticated', { detail: 'the key is unknown or revoked' });
    const state = stateOf({ kind: 'key', key });
    if (!state.authenticated) throw new ProblemError('forbidden', { detail: 'this key may not read: use one with scope read or admin' });
    const token = await this.keys.openSession(secret, LIFE_SECONDS);
    void reply.header('set-cookie', cookie(request, token, LIFE_SECONDS));
    return state;
  }

  @Delete()
  @Answers({ summary: 'Log this browser out.', body: { ...NOBODY }, tag: 'session' })
  async logOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionState> {
    refuseElsewhere(request);
    const token = new RegExp(`${SESSION_COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
    if (token !== undefined) await this.keys.endSession(token);
    void reply.header('set-cookie', cookie(request, '', 0));
    return NOBODY;
  }
}
