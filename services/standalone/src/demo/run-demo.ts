import { ApiClient, untilFolded } from '@picly/api-client';
import { count, duration, Progress } from '@picly/terminal';
import { defineExperiments } from './define-experiments';
import { report, type Report } from './findings/report';
import { sendWorld, type SendResult } from './send-world';
import type { Ledger } from './world/ledger';
import { happen, survey, type WorldOptions } from './world/world';

type Say = (line: string) => void;

const FOLDING_PATIENCE_MS = 600_000;

/** Plays the world against a running system. Answers what was learnt; throws when events were refused. */
export async function playDemo(url: string, world: WorldOptions, say: Say): Promise<Report> {
  const client = new ApiClient({ baseUrl: url });
  const ledger = survey(world);
  say(
    `${count(ledger.users)} people, ${count(ledger.sessions)} visits in ${world.days} days: ${count(ledger.events)} events, sent ${count(ledger.deliveries)} times`,
  );
  await defineExperiments(client);
  const sent = await send(client, world, ledger.deliveries);
  tell(sent, ledger, say);
  const folding = performance.now();
  if (sent.position !== undefined) await untilFolded(client, sent.position, { patienceMs: FOLDING_PATIENCE_MS });
  say(`every view has folded everything ${duration(performance.now() - folding)} later\n`);
  return report({ client, ledger, world });
}

async function send(client: ApiClient, world: WorldOptions, total: number): Promise<SendResult> {
  const progress = new Progress({ label: 'sending', noun: 'events', total, stream: process.stdout });
  try {
    return await sendWorld(client, happen(world), (done) => progress.update(done, done));
  } finally {
    progress.finish();
  }
}

function tell({ deduplicated, rejected }: SendResult, { events, deliveries }: Ledger, say: Say): void {
  const knownBefore = deduplicated >= events ? ', and all were known from an earlier run' : '';
  say(`${count(deliveries - events)} events came twice, as retries do${knownBefore}: each counts once`);
  if (rejected.length > 0) throw new Error(`${count(rejected.length)} events were rejected; the first because: ${rejected[0] ?? ''}`);
}
