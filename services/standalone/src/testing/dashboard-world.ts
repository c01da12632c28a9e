import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, patiently, untilFolded } from '@picly/api-client';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import type { Browser, Page } from 'playwright-core';
import { readStandaloneConfig } from '../config';
import { sendWorld } from '../demo/send-world';
import { happen } from '../demo/world/world';
import { standalone } from '../standalone.module';

const ROOT = path.resolve(__dirname, '../../../..');
const ADMIN = '/api/analytics/admin/experiments';
const HOUR_MS = 3_600_000;
const PATIENCE_MS = 60_000;
const FOLDING_PATIENCE_MS = 120_000;

/** The pages as they are now, also when a spec runs alone. */
export async function buildPages(): Promise<void> {
  const script = `import(${JSON.stringify(path.join(ROOT, 'deploy/scripts/build-web.mjs'))}).then((web) => web.buildWeb(${JSON.stringify(ROOT)}))`;
  await promisify(execFile)(process.execPath, ['-e', script], { cwd: ROOT });
}

interface WorldOptions {
  readonly open: () => Promise<Browser>;
  /** About how many events of the demo there are; none when absent. */
  readonly events?: number;
  readonly adminKey?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The whole system with the demo's data, and a browser before it. */
export class DashboardWorld {
  /** What the browser complained about since the page was opened. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly service: ServiceHandle,
    readonly browser: Browser,
    readonly client: ApiClient,
  ) {}

  static async start({ open, events, adminKey, settings }: WorldOptions): Promise<DashboardWorld> {
    await buildPages();
    const database = await createTestDatabase();
    const environment = {
      PORT: '0',
      LOG_LEVEL: 'fatal',
      DATABASE_URL: database.url,
      ...(adminKey && { ADMIN_KEY: adminKey }),
      ...settings,
    };
    const service = await startService(standalone, readStandaloneConfig(environment));
    const client = new ApiClient({ baseUrl: service.url, ...(adminKey && { key: adminKey }) });
    const world = new DashboardWorld(database, service, await open(), client);
    if (events !== undefined) {
      const until = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
      const { position } = await sendWorld(client, happen({ seed: 'dashboard', events, days: 30, until }), () => undefined);
      if (position !== undefined) await untilFolded(client, position, { patienceMs: FOLDING_PATIENCE_MS });
    }
    return world;
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  get url(): string {
    return this.service.url;
  }

  /** One of the demo's experiments, running and with results. */
  async defineExperiment(): Promise<void> {
    const change = { author: 'spec', reason: 'to be looked at' };
    const arms = [{ key: 'control' }, { key: 'treatment' }];
    const guardrails = [{ metric: 'failure_rate' }];
    const definition = { key: 'guided-prompts', arms, primary_metric: 'converted:upgrade', guardrails, ...change };
    await this.client.post(ADMIN, definition);
    const running = { state: 'running', revision: 1, ...change };
    const started = await this.client.post<{ position?: string }>(`${ADMIN}/guided-prompts/state`, running);
    const after = started.position === undefined ? {} : { after: started.position };
    await patiently(() => this.client.get('/api/analytics/experiments/guided-prompts/results', after), { patienceMs: PATIENCE_MS });
  }

  /** A page of the dashboard, once its figures are there. */
  async open(address: string, width = 1280): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true });
    const page = await context.newPage();
    this.complaints.length = 0;
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await this.visit(page, address);
    return page;
  }

  async visit(page: Page, address: string): Promise<void> {
    await page.goto(`${this.url}/analytics${address}`);
    await settled(page);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.service.close();
    await this.database.drop();
  }
}

/** Everything asked for has come. */
export async function settled(page: Page): Promise<void> {
  await page.locator('[data-answer], .empty, .failed, .login').first().waitFor({ timeout: PATIENCE_MS });
  for (const busy of ['.loading', '[aria-busy=true]'])
    await page.locator(busy).first().waitFor({ state: 'detached', timeout: PATIENCE_MS });
}

/** How many pixels stick out at the right. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
