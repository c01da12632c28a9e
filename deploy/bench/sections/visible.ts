import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { accepted, HttpClient } from '../harness/http';
import { cpuSeconds } from '../harness/proc';
import { jsonOf } from '../harness/process';
import { scratchDir } from '../harness/scratch';
import { startStandalone } from '../harness/services';
import { quantile } from '../harness/statistics';
import { generationId, ratingBody } from '../harness/wire-events';

const RATE = 1_000;
const PROBE_EVERY_MS = 40;
const WARM_UP_SECONDS = 5;
/** Generations the steady load does not touch. */
const PROBES_FROM = 9_000_000;

interface Probes {
  readonly visible: number[];
  readonly acknowledged: number[];
  missing: number;
}

/** Posts a rating, then reads it back with `X-Picly-After`: the milliseconds from the first byte sent to the last one read. */
async function probe(client: HttpClient, n: number, probes: Probes): Promise<void> {
  const startedAt = performance.now();
  const posted = await client.ask('/api/analytics/rate', { method: 'POST', body: JSON.stringify(ratingBody(PROBES_FROM + n)) });
  const { position } = accepted<{ position: string }>(posted);
  const path = `/api/analytics/ratings?generation_id=${generationId(PROBES_FROM + n)}`;
  let answer = await client.ask(path, { headers: { 'x-picly-after': position } });
  // The product waits for some seconds, then asks the reader to come again.
  while (answer.status === 503) answer = await client.ask(path, { headers: { 'x-picly-after': position } });
  const { data } = accepted<{ data: unknown[] }>(answer);
  probes.acknowledged.push(posted.ms);
  probes.visible.push(performance.now() - startedAt);
  if (data.length !== 1) probes.missing++;
}

async function probeFor(client: HttpClient, seconds: number): Promise<Probes> {
  const probes: Probes = { visible: [], acknowledged: [], missing: 0 };
  const until = performance.now() + seconds * 1_000;
  const running: Promise<void>[] = [];
  for (let n = 0; performance.now() < until; n++) {
    running.push(probe(client, n, probes));
    await sleep(PROBE_EVERY_MS);
  }
  await Promise.all(running);
  return probes;
}

async function run({ quick, dir }: BenchContext): Promise<readonly Figure[]> {
  const seconds = quick ? 30 : 60;
  const service = await startStandalone(await scratchDir(dir));
  const client = new HttpClient(service.url, 32);
  try {
    const load = (length: number): Promise<{ sent: number; refused: number }> =>
      jsonOf('deploy/bench/processes/load-steady.js', { args: [service.url, String(RATE), String(length)] });
    await load(WARM_UP_SECONDS);
    const before = await cpuSeconds(service.pid, 'below');
    const loading = load(seconds);
    await sleep(1_000);
    const probes = await probeFor(client, seconds - 2);
    const cpu = ((await cpuSeconds(service.pid, 'below')) - before) / (seconds - 1);
    const { sent, refused } = await loading;
    const note = `${probes.visible.length} probes during ${seconds} s; ${sent} events sent, ${refused} refused, ${probes.missing} probes unseen`;
    return [
      { name: 'POST to visible, p50', value: quantile(probes.visible, 0.5), unit: 'ms', wanted: { below: 100 }, note },
      { name: 'POST to visible, p99', value: quantile(probes.visible, 0.99), unit: 'ms', wanted: { below: 500 } },
      { name: 'POST to acknowledgement, p50', value: quantile(probes.acknowledged, 0.5), unit: 'ms' },
      { name: 'POST to acknowledgement, p99', value: quantile(probes.acknowledged, 0.99), unit: 'ms' },
      { name: 'cores used by the product, Postgres included', value: cpu, unit: 'cores' },
    ];
  } finally {
    client.close();
    await service.stop();
  }
}

export const visible: Section = {
  name: 'visible',
  title: `The whole product in one process under ${RATE} single POSTs a second; a rating is posted and read back with X-Picly-After.`,
  run,
};
