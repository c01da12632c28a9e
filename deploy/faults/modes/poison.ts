import type { Fault, FaultContext } from '../fault';
import { generationsTogether, rawAction, spoiled, uuidIn } from '../raw-events';

const BATCH = 9;
const [FAMILY_OF_EVENTS, FAMILY_OF_GENERATIONS] = [0x10, 0x11];
const PLACES = [0, 4, 8];

/** One append into one partition, with events at its start, in its middle and at its end that nobody can read. */
async function appendWithPoison({ system, seed, later, expect }: FaultContext): Promise<number> {
  const generations = generationsTogether(seed, FAMILY_OF_GENERATIONS, BATCH);
  const poison = new Set<string>();
  const records = generations.map((generationId, n) => {
    const id = uuidIn(seed, FAMILY_OF_EVENTS, n);
    const sound = rawAction(id, generationId, 'download');
    if (!PLACES.includes(n)) {
      expect({ generationId, actions: 1, ratings: 0, calls: 0 });
      return sound;
    }
    poison.add(id);
    return spoiled(sound, PLACES.indexOf(n));
  });
  const log = await system.openLog();
  try {
    await log.append(records);
  } finally {
    await log.close();
  }
  later((views) =>
    views
      .filter(({ topics }) => topics.includes('picly.action-tracked'))
      .filter(({ parked }) => parked.length !== poison.size || parked.some((id) => !poison.has(id)))
      .map(({ view, parked }) => `${view} has parked ${parked.length} events instead of the ${poison.size} that cannot be read`),
  );
  return poison.size;
}

export const poison: Fault = {
  name: 'poison at the start, in the middle and at the end of a batch',
  inject: async (context) => {
    await context.sleep(200 + context.random() * 800);
    return appendWithPoison(context);
  },
};
