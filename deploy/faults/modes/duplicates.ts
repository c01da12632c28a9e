import type { Fault } from '../fault';

/** Everything that is in the log comes again, past the door, byte by byte: as producers do that know no receipts. */
export const duplicates: Fault = {
  name: 'duplicates of everything',
  inject: async ({ system, since, random, sleep }) => {
    const log = await system.openLog();
    let doubled = 0;
    try {
      for (let times = 0; times < 2; times++) {
        await sleep(400 + random() * 800);
        const batches = await log.read({ from: since, maxRecords: 100_000, maxWaitMs: 2_000 });
        const records = batches.flatMap((batch) => batch.records);
        await log.append(records);
        doubled += records.length;
      }
    } finally {
      await log.close();
    }
    return doubled;
  },
};
