import { randomUUID } from 'node:crypto';
import { createPool } from '@picly/database';
import { schemaOf } from '@picly/projections';
import { copyIn, copyOut } from '../harness/raw-copy';
import type { BenchContext, Figure, Section } from '../harness/figure';
import { fillLog } from '../harness/filled-log';
import { foldLog, type FoldSample } from '../harness/fold-log';
import { fillTopic, startKafka } from '../harness/kafka';
import { jsonOf } from '../harness/process';
import { projectionsNamed } from '../harness/projections';
import { createDatabase, withPostgres } from '../harness/scratch';
import { median } from '../harness/statistics';

const PROJECTION = 'prompt-analytics';
const FACTS = ['generations', 'ratings', 'generation_actions'];

interface Samples {
  readonly ours: FoldSample[];
  readonly copies: number[];
  readonly peers: number[];
}

const ratingMessage = (n: number): object => ({
  eventId: randomUUID(),
  generationId: randomUUID(),
  userId: `user-${n % 1_000}`,
  rating: 1 + (n % 5),
  quality: n % 101,
  feedback: 'Amazing quality!',
  ratedAt: new Date().toISOString(),
});

/** Peer (b) on messages of a topic of its own: events per second. */
async function peerOnKafka(brokers: readonly string[], url: string, events: number): Promise<number> {
  const topic = `bench-${randomUUID()}`;
  await fillTopic(
    brokers,
    topic,
    Array.from({ length: events }, (_, n) => ratingMessage(n)),
  );
  const args = [brokers.join(','), url, topic, String(events)];
  const { seconds } = await jsonOf<{ seconds: number }>('deploy/bench/peers/nest-typeorm.mjs', { args });
  return events / seconds;
}

/** Peer (c): rows per second of COPY into tables of the same shape as those just folded. */
async function rawCopy(url: string): Promise<number> {
  const pool = createPool({ url, maxConnections: 2, statementTimeoutMs: 0 });
  try {
    const [projection] = projectionsNamed([PROJECTION]);
    const schema = projection ? schemaOf(projection) : '';
    const copied = await copyOut(pool, schema, FACTS);
    const seconds = await copyIn(pool, schema, copied);
    await pool.query('drop schema raw_copy cascade');
    return copied.rows / seconds;
  } finally {
    await pool.close();
  }
}

function figures({ ours, copies, peers }: Samples): Figure[] {
  const perSecond = ours.map((each) => each.perSecond);
  const ratio = (others: readonly number[], share: number): number =>
    median(perSecond.map((each, n) => (share * each) / (others[n] ?? Number.NaN)));
  const note = `${ours.length} samples of ${ours[0]?.events ?? 0} events`;
  const figure: Figure[] = [
    { name: 'prompt-analytics folds', value: median(perSecond), unit: '/s', note },
    { name: '(c) COPY of the rows into the same fact tables', value: median(copies), unit: '/s' },
    {
      name: 'share of COPY',
      value: ratio(copies, 100),
      unit: '%',
      wanted: { atLeast: 25 },
      note: 'the aggregates of prompts, engines, tags and times come on top',
    },
    { name: 'Node CPU per event', value: median(ours.map((each) => each.nodeMicros)), unit: 'us' },
    { name: 'Postgres CPU per event', value: median(ours.map((each) => each.postgresMicros)), unit: 'us' },
  ];
  if (peers.length === 0) return figure;
  return [
    ...figure,
    { name: '(b) Nest Kafka transport, TypeORM save per event', value: median(peers), unit: '/s' },
    { name: 'times (b)', value: ratio(peers, 1), unit: 'x', wanted: { atLeast: 20 } },
  ];
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const events = quick ? 60_000 : 250_000;
  return withPostgres(dir, async (server) => {
    const peerUrl = await createDatabase(server.url, 'peer_b');
    const kafka = await startKafka(dir).catch((error: Error) => void say(`without (b): ${error.message}`));
    try {
      await fillLog(server.url, events);
      const samples: Samples = { ours: [], copies: [], peers: [] };
      for (let n = 0; n < 3; n++) {
        samples.ours.push(await foldLog({ url: server.url, serverPid: server.pid ?? 0, projections: PROJECTION }));
        samples.copies.push(await rawCopy(server.url));
        if (kafka) samples.peers.push(await peerOnKafka(kafka.brokers, peerUrl, quick ? 1_500 : 4_000));
        const at = (list: readonly number[]): number => Math.round(list.at(-1) ?? 0);
        say(`${Math.round(samples.ours.at(-1)?.perSecond ?? 0)}/s, COPY ${at(samples.copies)}/s, (b) ${at(samples.peers)}/s`);
      }
      return figures(samples);
    } finally {
      await kafka?.stop();
    }
  });
}

export const fold: Section = {
  name: 'fold',
  title:
    'Generations, ratings and actions folded from the embedded log into prompt-analytics by the projection runner, in a process of its own.',
  run,
};
