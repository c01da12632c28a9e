import type { BenchContext, Figure, Section } from '../harness/figure';
import { cpuSeconds } from '../harness/proc';
import { jsonOf, productFlags, startProcess } from '../harness/process';
import { withPostgres } from '../harness/scratch';
import { startGateway } from '../harness/services';
import { median } from '../harness/statistics';

interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
  readonly cpuMicros: number;
}

const CONNECTIONS = 128;

async function sample(url: string, pid: number, seconds: number): Promise<Sample> {
  const before = await cpuSeconds(pid);
  const args = [url, String(CONNECTIONS), String(seconds)];
  const result = await jsonOf<Omit<Sample, 'cpuMicros'>>('deploy/bench/processes/load-single.js', { args });
  const used = (await cpuSeconds(pid)) - before;
  return { ...result, cpuMicros: (used * 1e6) / (result.perSecond * seconds) };
}

function figures(ours: readonly Sample[], echo: readonly Sample[]): Figure[] {
  const pick = (samples: readonly Sample[], name: keyof Sample): number => median(samples.map((each) => each[name]));
  const refused = ours.reduce((sum, each) => sum + each.refused, 0);
  const note = `${ours.length} samples, ${CONNECTIONS} connections; p50 ${pick(ours, 'p50')} ms, p99 ${pick(ours, 'p99')} ms; ${refused} refused`;
  const ratios = ours.map((each, n) => (100 * each.perSecond) / (echo[n]?.perSecond ?? Number.NaN));
  return [
    { name: 'POST rate, durable acknowledgement', value: pick(ours, 'perSecond'), unit: '/s', note },
    { name: 'bare Fastify echo of the same body', value: pick(echo, 'perSecond'), unit: '/s', note: `p50 ${pick(echo, 'p50')} ms` },
    { name: 'share of the echo', value: median(ratios), unit: '%', wanted: { atLeast: 50 }, note: 'median of pairs' },
    { name: 'gateway CPU per event', value: pick(ours, 'cpuMicros'), unit: 'us', note: `echo ${pick(echo, 'cpuMicros').toFixed(0)} us` },
  ];
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const seconds = quick ? 4 : 10;
  return withPostgres(dir, async (server) => {
    const gateway = await startGateway(server.url);
    const echo = startProcess('deploy/bench/peers/echo.mjs', { nodeArgs: productFlags() });
    try {
      const [, echoUrl = ''] = await echo.line(/^ready (\S+)/);
      const rate = `${gateway.url}/api/analytics/rate`;
      await sample(rate, gateway.pid, 3);
      await sample(`${echoUrl}/echo`, echo.pid, 2);
      const ours: Sample[] = [];
      const theirs: Sample[] = [];
      for (let n = 0; n < (quick ? 3 : 5); n++) {
        ours.push(await sample(rate, gateway.pid, seconds));
        theirs.push(await sample(`${echoUrl}/echo`, echo.pid, seconds));
        say(`${Math.round(ours.at(-1)?.perSecond ?? 0)}/s, echo ${Math.round(theirs.at(-1)?.perSecond ?? 0)}/s`);
      }
      return figures(ours, theirs);
    } finally {
      await Promise.all([gateway.stop(), echo.stop()]);
    }
  });
}

export const httpSingle: Section = {
  name: 'http-single',
  title: 'Single ratings over HTTP, answered when the log has them on disk; the gateway in its own process, the load in another.',
  run,
};
