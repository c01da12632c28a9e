import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiClient } from '@picly/api-client';
import { startTcpProxy, uuidOf, type TcpProxy } from '@picly/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { DashboardWorld } from './dashboard-world';

interface WorldOptions {
  readonly open: () => Promise<Browser>;
  readonly adminKey?: string;
  /** The page of somebody else, which has the widget on it. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

const PAUSE_MS = 50;

/** Asks until the answer is the one waited for. */
export async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The whole system behind a wire that can be cut, a page of somebody else in front of it, and a browser. */
export class WidgetWorld {
  /** What the browser complained about since `heal`. */
  readonly complaints: string[] = [];
  private generations = 0;

  private constructor(
    private readonly system: DashboardWorld,
    private readonly elsewhere: Server,
    readonly proxy: TcpProxy,
  ) {}

  static async start({ open, adminKey, answer }: WorldOptions): Promise<WidgetWorld> {
    const system = await DashboardWorld.start({ open, ...(adminKey !== undefined && { adminKey }) });
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(system.url).port) });
    const elsewhere = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    return new WidgetWorld(system, elsewhere, proxy);
  }

  get client(): ApiClient {
    return this.system.client;
  }

  /** Where the system is, as the page sees it. */
  get seen(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** Where the page is. */
  get origin(): string {
    return `http://127.0.0.1:${(this.elsewhere.address() as AddressInfo).port}`;
  }

  newGeneration(): string {
    return uuidOf(++this.generations, 81);
  }

  newContext(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> {
    return this.system.browser.newContext(options);
  }

  /** A tab whose complaints are heard. */
  async newPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    return page;
  }

  /** What is stored of a generation. */
  async rowsOf<Row>(generation: string): Promise<readonly Row[]> {
    const { data } = await this.client.get<{ data: readonly Row[] }>('/api/analytics/ratings', { query: { generation_id: generation } });
    return data;
  }

  /** The wire is whole, and nothing was complained about yet. */
  heal(): void {
    this.proxy.refuse(false);
    this.complaints.length = 0;
  }

  async stop(): Promise<void> {
    this.elsewhere.close();
    await this.proxy.close();
    await this.system.stop();
  }
}
