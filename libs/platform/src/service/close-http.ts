import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const LOOK_AGAIN_MS = 25;

/**
 * Stops accepting, waits for the answers under way, then runs the services' shutdown hooks. Connections that fall idle
 * meanwhile are closed (Node leaves them open until their keep-alive ends); after `timeoutMs` all are.
 */
export async function closeHttp(app: NestFastifyApplication, timeoutMs: number): Promise<void> {
  const server = app.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), LOOK_AGAIN_MS);
  const force = setTimeout(() => server.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(force);
  }
}
