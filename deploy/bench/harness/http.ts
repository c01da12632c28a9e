import http from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests over kept connections, as few instructions per request as Node allows: the client shares the machine with the server. */
export class HttpClient {
  private readonly agent: http.Agent;

  constructor(
    private readonly base: string,
    connections: number,
  ) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  }

  ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
    const startedAt = performance.now();
    const length = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const request = http.request(`${this.base}${path}`, { method, agent: this.agent, headers: { ...length, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), ms: performance.now() - startedAt }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Gives the parsed body; throws with the answer when it is not `2xx`. */
export function accepted<T>(answer: Answer): T {
  if (answer.status < 200 || answer.status > 299) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`);
  return JSON.parse(answer.text) as T;
}
