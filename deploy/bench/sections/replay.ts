import type { BenchContext, Figure, Section } from '../harness/figure';
import { fillLog } from '../harness/filled-log';
import { foldLog } from '../harness/fold-log';
import { jsonOf } from '../harness/process';
import { createDatabase, withPostgres } from '../harness/scratch';
import { median } from '../harness/statistics';

interface Emmett {
  readonly events: number;
  readonly appendAndProjectSeconds: number;
  readonly rebuildSeconds: number;
}

async function run({ quick, dir, say }: BenchContext): Promise<readonly Figure[]> {
  const events = quick ? 60_000 : 250_000;
  return withPostgres(dir, async (server) => {
    await fillLog(server.url, events);
    const samples: { one: number; all: number; append: number; rebuild: number }[] = [];
    for (let n = 0; n < 3; n++) {
      const one = await foldLog({ url: server.url, serverPid: server.pid ?? 0, projections: 'prompt-analytics' });
      const all = await foldLog({ url: server.url, serverPid: server.pid ?? 0, projections: 'all' });
      const url = await createDatabase(server.url, `peer_d_${n}`);
      const peer = await jsonOf<Emmett>('deploy/bench/peers/emmett.mjs', { args: [url, quick ? '1000' : '3000'] });
      const sample = {
        one: one.perSecond,
        all: all.perSecond,
        append: peer.events / peer.appendAndProjectSeconds,
        rebuild: peer.events / peer.rebuildSeconds,
      };
      samples.push(sample);
      say(
        Object.entries(sample)
          .map(([name, value]) => `${name} ${Math.round(value)}/s`)
          .join(', '),
      );
    }
    const pick = (value: (sample: (typeof samples)[number]) => number): number => median(samples.map(value));
    return [
      { name: 'prompt-analytics from offset 0 into fresh tables', value: pick(({ one }) => one), unit: '/s', note: `${events} events` },
      { name: 'all projections of the product together', value: pick(({ all }) => all), unit: '/s' },
      { name: '(d) emmett, rebuild of one projection', value: pick(({ rebuild }) => rebuild), unit: '/s' },
      { name: '(d) emmett, append and project inline', value: pick(({ append }) => append), unit: '/s' },
      { name: 'times the rebuild of (d)', value: pick(({ one, rebuild }) => one / rebuild), unit: 'x', wanted: { atLeast: 20 } },
      { name: 'times append and project of (d)', value: pick(({ one, append }) => one / append), unit: 'x', wanted: { atLeast: 20 } },
    ];
  });
}

export const replay: Section = {
  name: 'replay',
  title: 'The log folded again from its beginning into fresh tables, as a rebuild does.',
  run,
};
