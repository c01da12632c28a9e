import { ask, askUntil } from '../ask';
import { killAllOf, type Fault, type FaultContext } from '../fault';
import { generationsTogether, rawAction, spoiled, uuidIn } from '../raw-events';

const AT = 'admin/dead-letters';
const QUEUES = 3;
const ACTIONS = ['download', 'share', 'edit', 'regenerate'];
const [FAMILY_OF_EVENTS, FAMILY_OF_GENERATIONS] = [0x20, 0x21];
const BEHIND = 'BEHIND_DEAD_LETTER';
const ROUNDS = 200;

interface Letter {
  readonly id: number;
  readonly code: string;
  readonly event_id: string | null;
  readonly key: string;
}

interface Queue {
  readonly generationId: string;
  readonly first: string;
}

/** Some generations whose first action cannot be read, with three behind it. */
async function park({ system, seed, expect }: FaultContext): Promise<Queue[]> {
  const queues: Queue[] = [];
  const log = await system.openLog();
  try {
    for (const [n, generationId] of generationsTogether(seed, FAMILY_OF_GENERATIONS, QUEUES).entries()) {
      const ids = ACTIONS.map((_, k) => uuidIn(seed, FAMILY_OF_EVENTS, n * ACTIONS.length + k));
      const records = ACTIONS.map((action, k) => rawAction(ids[k] ?? '', generationId, action));
      await log.append(records.map((record, k) => (k === 0 ? spoiled(record, n) : record)));
      expect({ generationId, actions: ACTIONS.length, ratings: 0, calls: 0 });
      queues.push({ generationId, first: ids[0] ?? '' });
    }
  } finally {
    await log.close();
  }
  return queues;
}

/** The letters at the head of these queues, of all views. */
async function headsOf({ system }: FaultContext, queues: readonly Queue[]): Promise<Letter[]> {
  const heads: Letter[] = [];
  for (const { first } of queues) {
    const { body } = await ask(system, `${AT}?limit=200&event_id=${first}`);
    heads.push(...(body as { readonly data: readonly Letter[] }).data.filter(({ code }) => code !== BEHIND));
  }
  return heads;
}

/** All processes die while dead letters are mended and folded, each with those behind it: each is folded once, in its order. */
export const killDuringReplay: Fault = {
  name: 'kill -9 during a replay of dead letters',
  inject: async (context) => {
    const { system, random, sleep, broken } = context;
    const queues = await park(context);
    const isParked = (body: unknown): boolean => (body as { readonly data: readonly Letter[] }).data.length > 0;
    for (const { first } of queues) await askUntil(system, `${AT}?event_id=${first}`, isParked);
    await sleep(300);
    const heads = await headsOf(context, queues);
    const fix = ({ id, key }: Letter): Promise<unknown> =>
      ask(system, `${AT}/${id}/fix`, { body: { generation_id: key, action: ACTIONS[0] }, author: 'faults' });
    const killing = sleep(random() * 250).then(() => killAllOf(system));
    await Promise.all([...heads.map(fix), killing]);
    for (let n = 0; n < ROUNDS; n++) {
      const left = await headsOf(context, queues);
      if (left.length === 0) return heads.length;
      await Promise.all(left.map(fix));
      await sleep(100);
    }
    broken('some dead letters cannot be mended');
    return heads.length;
  },
};
