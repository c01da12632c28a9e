import { connect, createServer, type Socket } from 'node:net';

export type Direction = 'to-server' | 'to-client';

/** What becomes of a piece of traffic: passed on, swallowed, or the moment at which the connection breaks. */
export type Verdict = 'pass' | 'drop' | 'cut';

/** Looks at every piece of traffic of one connection, in order. */
export type Inspect = (direction: Direction, chunk: Buffer, connection: number) => Verdict;

/** A TCP proxy in this process whose traffic a test can delay, drop and cut. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Decides on all traffic from now on; `undefined` passes everything. */
  inspect(inspect: Inspect | undefined): void;
  /** Every piece arrives this much later, in both directions. */
  delay(delayMs: number): void;
  /** Break all connections at once; new ones are accepted. */
  cut(): void;
  /** While refusing, all connections are broken and new ones end at once. */
  refuse(refusing: boolean): void;
  close(): Promise<void>;
}

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

/** A proxy in front of `target`, on a free local port or the one given. */
export async function startTcpProxy(target: TcpTarget, port = 0): Promise<TcpProxy> {
  const proxy = new Proxy(target);
  return proxy.listen(port);
}

class Proxy implements TcpProxy {
  readonly host = '127.0.0.1';
  port = 0;
  #inspect: Inspect | undefined;
  #delayMs = 0;
  #refusing = false;
  #connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#accept(client));

  constructor(private readonly target: TcpTarget) {}

  async listen(port: number): Promise<TcpProxy> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, this.host, resolve);
    });
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.port = address.port;
    return this;
  }

  inspect(inspect: Inspect | undefined): void {
    this.#inspect = inspect;
  }

  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  refuse(refusing: boolean): void {
    this.#refusing = refusing;
    if (refusing) this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const connection = ++this.#connections;
    const server = connect(this.target.port, this.target.host);
    this.#join(client, server, (chunk) => this.#inspect?.('to-server', chunk, connection) ?? 'pass');
    this.#join(server, client, (chunk) => this.#inspect?.('to-client', chunk, connection) ?? 'pass');
  }

  #join(from: Socket, to: Socket, judge: (chunk: Buffer) => Verdict): void {
    from.setNoDelay(true);
    this.#sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      const verdict = judge(chunk);
      if (verdict === 'cut') this.#break(from, to);
      if (verdict === 'pass') this.#forward(to, chunk);
    });
    from.on('error', () => this.#break(from, to));
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }

  #forward(to: Socket, chunk: Buffer): void {
    if (this.#delayMs === 0) to.write(chunk);
    else setTimeout(() => to.write(chunk), this.#delayMs);
  }

  #break(...sockets: readonly Socket[]): void {
    for (const socket of sockets) socket.destroy();
  }
}
