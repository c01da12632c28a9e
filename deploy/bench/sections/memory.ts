import type { BenchContext, Figure, Section } from '../harness/figure';
import { accepted, HttpClient } from '../harness/http';
import { proportionalMbBelow, residentMb } from '../harness/proc';
import { scratchDir } from '../harness/scratch';
import { startStandalone, type RunningService } from '../harness/services';
import { median, slope } from '../harness/statistics';
import { wireBatch } from '../harness/wire-events';

const BATCH = 500;
const LANES = 2;
const BEHIND_MS = 30_000;
const SAMPLE_EVERY_MS = 1_000;

interface Point {
  readonly events: number;
  readonly node: number;
  readonly postgres: number;
}

/** Posts batches and, now and then, waits until they are folded: memory is to be seen with the projections at work. */
async function send(service: RunningService, events: number, onSent: (sent: number) => void): Promise<void> {
  const client = new HttpClient(service.url, LANES);
  let next = 0;
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (next * BATCH < events) {
      const answer = await client.ask('/api/analytics/batch', {
        method: 'POST',
        body: JSON.stringify({ events: wireBatch(next++, BATCH) }),
      });
      if (answer.status === 503) continue;
      const { position } = accepted<{ position: string }>(answer);
      onSent((sent += BATCH));
      if (next % 10 === 0) await folded(client, position);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  client.close();
}

async function folded(client: HttpClient, position: string): Promise<void> {
  const until = performance.now() + BEHIND_MS;
  while (performance.now() < until) {
    const { status } = await client.ask('/api/analytics/ratings?limit=1', { headers: { 'x-picly-after': position } });
    if (status === 200) return;
  }
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const events = quick ? 200_000 : 1_000_000;
  const service = await startStandalone(await scratchDir(dir));
  const points: Point[] = [];
  let sent = 0;
  const sample = async (): Promise<void> => {
    points.push({ events: sent, node: await residentMb(service.pid), postgres: await proportionalMbBelow(service.pid) });
    if (points.length % 20 === 0) say(`${sent} events, ${Math.round(points.at(-1)?.node ?? 0)} MB`);
  };
  const timer = setInterval(() => void sample(), SAMPLE_EVERY_MS);
  const startedAt = performance.now();
  try {
    await sample();
    await send(service, events, (now) => (sent = now));
    const seconds = (performance.now() - startedAt) / 1_000;
    return figures(points, events, seconds);
  } finally {
    clearInterval(timer);
    await service.stop();
  }
}

function figures(points: readonly Point[], events: number, seconds: number): Figure[] {
  const within = (from: number, to: number): readonly Point[] =>
    points.filter((point) => point.events >= from * events && point.events <= to * events);
  const node = (list: readonly Point[]): number => median(list.map((point) => point.node));
  const late = within(0.4, 1);
  const growth = slope(late.map((point) => [point.events / 1_000_000, point.node]));
  return [
    { name: 'Node, before the first event', value: points[0]?.node ?? 0, unit: 'MB' },
    { name: 'Node, 40 to 60 % of the events', value: node(within(0.4, 0.6)), unit: 'MB', note: `${events} events` },
    { name: 'Node, 80 to 100 % of the events', value: node(within(0.8, 1)), unit: 'MB' },
    { name: 'Node, largest', value: Math.max(...points.map((point) => point.node)), unit: 'MB' },
    {
      name: 'last fifth over the middle',
      value: (100 * (node(within(0.8, 1)) - node(within(0.4, 0.6)))) / node(within(0.4, 0.6)),
      unit: '%',
      wanted: { below: 10 },
      note: `slope from 40 % on: ${growth.toFixed(0)} MB per million events`,
    },
    { name: 'Postgres (PSS), 80 to 100 %', value: median(within(0.8, 1).map((point) => point.postgres)), unit: 'MB' },
    { name: 'taken and folded by all projections', value: events / seconds, unit: '/s' },
  ];
}

export const memory: Section = {
  name: 'memory',
  title: 'Resident memory of the whole product in one process while events come in batches and are folded.',
  run,
};
