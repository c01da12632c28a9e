import autocannon from 'autocannon';
import { ratingBody } from '../harness/wire-events';

const BODIES = 200;

/** usage: load-single.js <url> <connections> <seconds>: posts ratings one by one and prints what came back. */
async function main(): Promise<void> {
  const [url = '', connections = '', seconds = ''] = process.argv.slice(2);
  const headers = { 'content-type': 'application/json' };
  const result = await autocannon({
    url,
    connections: Number(connections),
    duration: Number(seconds),
    requests: Array.from({ length: BODIES }, (_, n) => ({ method: 'POST' as const, headers, body: JSON.stringify(ratingBody(n)) })),
  });
  const { requests, latency, non2xx, errors, duration } = result;
  console.log(JSON.stringify({ perSecond: requests.total / duration, p50: latency.p50, p99: latency.p99, refused: non2xx + errors }));
}

void main();
