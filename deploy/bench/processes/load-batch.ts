import { HttpClient } from '../harness/http';
import { wireBatch } from '../harness/wire-events';

const BATCH = 500;
/** Bodies made before the clock starts. */
const BODIES = 40;

interface Tally {
  events: number;
  refused: number;
  busy: number;
  readonly until: number;
}

async function lane(client: HttpClient, bodies: readonly Buffer[], tally: Tally): Promise<void> {
  for (let n = 0; performance.now() < tally.until; n++) {
    const { status, text } = await client.ask('/api/analytics/batch', { method: 'POST', body: bodies[n % bodies.length] ?? '' });
    if (status === 202 && !text.includes('"rejected"')) tally.events += BATCH;
    else if (status === 503) tally.busy++;
    else tally.refused++;
  }
}

/** usage: load-batch.js <url> <connections> <seconds>: posts batches of 500 mixed events and prints how many were taken. */
async function main(): Promise<void> {
  const [url = '', connections = '', seconds = ''] = process.argv.slice(2);
  const lanes = Number(connections);
  const client = new HttpClient(url, lanes);
  const bodies = Array.from({ length: BODIES }, (_, n) => Buffer.from(JSON.stringify({ events: wireBatch(n, BATCH) })));
  const startedAt = performance.now();
  const tally: Tally = { events: 0, refused: 0, busy: 0, until: startedAt + Number(seconds) * 1_000 };
  await Promise.all(Array.from({ length: lanes }, (_, n) => lane(client, [...bodies.slice(n * 4), ...bodies.slice(0, n * 4)], tally)));
  const elapsed = (performance.now() - startedAt) / 1_000;
  client.close();
  console.log(JSON.stringify({ perSecond: tally.events / elapsed, refused: tally.refused, busy: tally.busy }));
}

void main();
