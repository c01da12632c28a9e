import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from './system';

const PATIENCE_MS = 240_000;
/** Longer than the product waits for whoever is to do it. */
const ANSWER_WITHIN_MS = 15_000;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks one process or the other until there is an answer that is not the processes' own trouble; a body makes it a POST. */
export async function ask(system: Pick<System, 'instances'>, path: string, body?: object): Promise<Answer> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let attempt = 0; performance.now() < giveUpAt; attempt++) {
    const answer = await attemptAt(system.instances[attempt % 2 === 0 ? 0 : 1].url, path, body).catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429) return answer;
    await sleep(100);
  }
  throw new Error(`${path} got no answer within ${PATIENCE_MS} ms`);
}

async function attemptAt(url: string, path: string, body: object | undefined): Promise<Answer> {
  const response = await fetch(`${url}/api/analytics/${path}`, {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answered: unknown = await response.json();
  return { status: response.status, body: answered };
}

/** Asks again and again until the answer is as wanted; the last one when patience ends. */
export async function askUntil(system: Pick<System, 'instances'>, path: string, isWanted: (body: unknown) => boolean): Promise<Answer> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask(system, path);
    if (isWanted(answer.body) || performance.now() > giveUpAt) return answer;
    await sleep(20);
  }
}
