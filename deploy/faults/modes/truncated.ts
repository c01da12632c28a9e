import { encodeEvent, topicOf } from '@picly/contracts';
import { askUntil } from '../ask';
import type { Fault, FaultContext } from '../fault';
import { uuidIn } from '../raw-events';

const TOPIC = topicOf('user-profiled');
const [RECORDS, KEPT, FAMILY] = [6, 2, 0x50];

interface Version {
  readonly projection: string;
  readonly lag_events: number | null;
}

/** Appends to a topic that nothing else uses here, and cuts off what nobody has folded yet; answers where. */
async function truncate({ system, seed }: FaultContext): Promise<{ readonly partition: number; readonly start: number }> {
  const log = await system.openLog();
  try {
    const encoded = (n: number) =>
      encodeEvent({ id: uuidIn(seed, FAMILY, n), type: 'user-profiled', data: {}, occurredAt: Date.now(), receivedAt: Date.now() });
    const records = Array.from({ length: RECORDS }, (_, n) => ({ topic: TOPIC, key: `somebody ${seed}`, ...encoded(n) }));
    const positions = await log.append(records);
    const [first] = positions.slice(RECORDS - KEPT);
    if (!first) throw new Error('nothing was appended');
    await log.trim([first]);
    return { partition: first.partition, start: first.offset };
  } finally {
    await log.close();
  }
}

/** Records that no view has folded are gone when the processes come back: they say so and stand still there, everything else goes on. */
export const truncated: Fault = {
  name: 'log cut off below a checkpoint',
  isFinal: true,
  inject: async (context) => {
    const { system, sleep, random, broken, forsake } = context;
    await sleep(200 + random() * 500);
    for (const instance of system.instances) instance.signal('SIGTERM');
    for (const instance of system.instances) await instance.gone();
    const { partition, start } = await truncate(context);
    for (const instance of system.instances) await instance.start();
    const hasAlarmed = (): boolean =>
      system.instances.some(({ said }) => said.includes('halted') && said.includes(`${TOPIC}/${partition}`));
    for (let n = 0; n < 600 && !hasAlarmed(); n++) await sleep(100);
    if (!hasAlarmed()) broken(`no process says that ${TOPIC}/${partition} has lost what is below ${start}`);
    const stays = (body: unknown): boolean =>
      (body as { readonly data: readonly Version[] }).data.some(({ lag_events: lag }) => lag !== null && lag > 0);
    if (!stays((await askUntil(system, 'admin/projections', stays)).body)) broken('no view says that it is behind');
    for (let n = 0; n < RECORDS; n++) forsake(uuidIn(context.seed, FAMILY, n));
    return RECORDS - KEPT;
  },
};
