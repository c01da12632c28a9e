import { RawConnection, rawPost } from '../harness/raw-connection';
import { ratingBody } from '../harness/wire-events';

const BODIES = 200;

interface Tally {
  readonly latencies: number[];
  refused: number;
  readonly until: number;
}

async function lane(connection: RawConnection, requests: readonly Buffer[], tally: Tally): Promise<void> {
  for (let n = 0; ; n++) {
    const startedAt = performance.now();
    if (startedAt >= tally.until) break;
    const status = await connection.ask(requests[n % requests.length] ?? Buffer.alloc(0));
    if (status === 202) tally.latencies.push(performance.now() - startedAt);
    else tally.refused++;
  }
  connection.close();
}

/** usage: load-single.js <url> <connections> <seconds>: posts ratings one by one and prints what came back. */
async function main(): Promise<void> {
  const [address = '', lanes = '', seconds = ''] = process.argv.slice(2);
  const url = new URL(address);
  const requests = Array.from({ length: BODIES }, (_, n) => rawPost(url, JSON.stringify(ratingBody(n))));
  const connections = await Promise.all(Array.from({ length: Number(lanes) }, () => RawConnection.open(url)));
  const startedAt = performance.now();
  const tally: Tally = { latencies: [], refused: 0, until: startedAt + Number(seconds) * 1_000 };
  await Promise.all(connections.map((each, n) => lane(each, [...requests.slice(n), ...requests.slice(0, n)], tally)));
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  const sorted = tally.latencies.sort((a, b) => a - b);
  const quantile = (share: number): number => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10;
  console.log(
    JSON.stringify({ perSecond: sorted.length / elapsedSeconds, p50: quantile(0.5), p99: quantile(0.99), refused: tally.refused }),
  );
}

void main();
