import { Controller, Get, Module, type OnApplicationShutdown } from '@nestjs/common';
import { request, Agent } from 'node:http';
import { RequireScope } from '../auth/auth.guard';
import { startTestApp } from '../testing/test-app';

let release: () => void = () => undefined;
let entered: Promise<void>;
let enter: () => void = () => undefined;
const order: string[] = [];

@Controller('slow')
@RequireScope('public')
class SlowController {
  @Get()
  async slow(): Promise<object> {
    enter();
    await new Promise<void>((resolve) => (release = resolve));
    order.push('answered');
    return { done: true };
  }

  @Get('fast')
  fast(): object {
    return {};
  }
}

@Module({ controllers: [SlowController] })
class SlowModule implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    order.push('drained');
  }
}

function get(url: string, agent: Agent): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

beforeEach(() => {
  entered = new Promise((resolve) => (enter = resolve));
  order.length = 0;
});

it('a stop waits for the answers under way, then drains, and leaves no keep-alive connection open', async () => {
  const app = await startTestApp({ module: SlowModule, stopWithinMs: 60_000 });
  const agent = new Agent({ keepAlive: true });
  await get(`${app.url}/slow/fast`, agent);
  const answer = get(`${app.url}/slow`, agent);
  await entered;
  const before = performance.now();
  const closed = app.close();
  await expect(fetch(`${app.url}/slow/fast`)).rejects.toThrow();
  release();
  expect(await answer).toEqual({ status: 200, text: '{"done":true}' });
  await closed;
  expect(order).toEqual(['answered', 'drained']);
  // A connection left open would keep it for a minute.
  expect(performance.now() - before).toBeLessThan(20_000);
  agent.destroy();
});

it('an answer that never comes does not keep the process for ever', async () => {
  const app = await startTestApp({ module: SlowModule });
  const agent = new Agent({ keepAlive: true });
  const answer = get(`${app.url}/slow`, agent).then(
    () => 'answered',
    () => 'cut off',
  );
  await entered;
  await app.close();
  expect(await answer).toBe('cut off');
  release();
  agent.destroy();
});

it('a stopping process says that it is not ready', async () => {
  const app = await startTestApp({ module: SlowModule });
  expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
  app.state.draining = true;
  const response = await fetch(`${app.url}/health/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ checks: { process: 'stopping' } });
  expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
  await app.close();
});
