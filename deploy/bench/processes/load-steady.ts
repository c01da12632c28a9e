import { HttpClient } from '../harness/http';
import { wireBatch, type WireEvent } from '../harness/wire-events';

const TICK_MS = 10;
const SLICE = 500;

function* events(): Generator<WireEvent> {
  for (let n = 1_000_000; ; n++) yield* wireBatch(n, SLICE);
}

/** usage: load-steady.js <url> <events per second> <seconds>: posts mixed events one by one at a steady rate, whatever the answers take. */
async function main(): Promise<void> {
  const [url = '', rate = '', seconds = ''] = process.argv.slice(2);
  const client = new HttpClient(url, 64);
  const source = events();
  const total = Number(rate) * Number(seconds);
  let sent = 0;
  let refused = 0;
  const answers: Promise<void>[] = [];
  const post = async ({ type, ...body }: WireEvent): Promise<void> => {
    const { status } = await client.ask(`/api/analytics/${type}`, { method: 'POST', body: JSON.stringify(body) });
    if (status !== 202) refused++;
  };
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * Number(rate)));
      for (; sent < due; sent++) {
        const next = source.next();
        if (next.done !== true) answers.push(post(next.value).catch(() => void refused++));
      }
      if (sent < total) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  await Promise.all(answers);
  client.close();
  console.log(JSON.stringify({ sent, refused, seconds: (performance.now() - startedAt) / 1_000 }));
}

void main();
