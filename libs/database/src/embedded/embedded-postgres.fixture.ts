import { startEmbeddedPostgres } from './embedded-postgres';

/** A process that runs an embedded server, for tests that kill it. */
async function main(): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '' });
  process.on('SIGTERM', () => {
    void server.stop().then(() => process.exit(0));
  });
  process.on('SIGINT', () => console.log('interrupted'));
  console.log(JSON.stringify({ url: server.url, pid: server.pid }));
  setInterval(() => undefined, 1_000);
}

main().catch((error: unknown) => {
  console.log(error);
  process.exit(1);
});
