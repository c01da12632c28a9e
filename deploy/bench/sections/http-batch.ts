import type { BenchContext, Figure, Section } from '../harness/figure';
import { cpuSeconds } from '../harness/proc';
import { jsonOf } from '../harness/process';
import { withPostgres } from '../harness/scratch';
import { startGateway } from '../harness/services';
import { median } from '../harness/statistics';

interface Sample {
  readonly perSecond: number;
  readonly refused: number;
  readonly busy: number;
  readonly gatewayMicros: number;
  readonly postgresMicros: number;
}

const CONNECTIONS = 8;

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const seconds = quick ? 4 : 10;
  return withPostgres(dir, async (server) => {
    const gateway = await startGateway(server.url);
    const cpu = (): Promise<number[]> => Promise.all([cpuSeconds(gateway.pid), cpuSeconds(server.pid ?? 0, 'below')]);
    const once = async (length: number): Promise<Sample> => {
      const before = await cpu();
      const args = [gateway.url, String(CONNECTIONS), String(length)];
      const result = await jsonOf<Omit<Sample, 'gatewayMicros' | 'postgresMicros'>>('deploy/bench/processes/load-batch.js', { args });
      const micros = (await cpu()).map((after, n) => ((after - (before[n] ?? 0)) * 1e6) / (result.perSecond * length));
      return { ...result, gatewayMicros: micros[0] ?? 0, postgresMicros: micros[1] ?? 0 };
    };
    try {
      await once(3);
      const samples: Sample[] = [];
      for (let n = 0; n < (quick ? 3 : 5); n++) {
        samples.push(await once(seconds));
        say(`${Math.round(samples.at(-1)?.perSecond ?? 0)} events/s`);
      }
      const pick = (name: keyof Sample): number => median(samples.map((each) => each[name]));
      const refused = samples.reduce((sum, each) => sum + each.refused + each.busy, 0);
      const note = `${samples.length} samples, ${CONNECTIONS} connections, ${refused} batches refused`;
      return [
        { name: 'events in batches of 500', value: pick('perSecond'), unit: '/s', wanted: { atLeast: 25_000 }, note },
        { name: 'gateway CPU per event', value: pick('gatewayMicros'), unit: 'us' },
        { name: 'Postgres CPU per event', value: pick('postgresMicros'), unit: 'us' },
      ];
    } finally {
      await gateway.stop();
    }
  });
}

export const httpBatch: Section = {
  name: 'http-batch',
  title: 'Batches of 500 mixed events (generation, ratings, action, behavior) over HTTP, answered when the log has them on disk.',
  run,
};
