import { createPostgresLog } from './postgres-log';

/** A process that is a member of a group, for tests that stop and kill it. */
async function main(): Promise<void> {
  const [url = '', group = '', topic = '', sessionTimeoutMs = ''] = process.argv.slice(2);
  const log = await createPostgresLog({ url });
  await log.join({
    group,
    topics: [topic],
    sessionTimeoutMs: Number(sessionTimeoutMs),
    handler: {
      assigned: async (places) => {
        console.log(`assigned ${places.length}`);
        return places.map((place) => ({ ...place, offset: 0 }));
      },
      revoked: async (places) => console.log(`revoked ${places.length}`),
      batch: async (batch) => {
        console.log(`batch ${batch.records.length}`);
        setInterval(() => {
          if (batch.isStale()) console.log('stale');
        }, 20);
        await new Promise(() => undefined);
      },
      halted: () => undefined,
    },
  });
}

main().catch((error: unknown) => {
  console.log(error);
  process.exit(1);
});
