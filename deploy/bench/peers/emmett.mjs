// Peer (d): @event-driven-io/emmett-postgresql, appending events and projecting them (inline), then rebuilding the projection.
// usage: node emmett.mjs <postgres url> <events>; prints one JSON line with the seconds of both.
import { randomUUID } from 'node:crypto';
import { projections } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore, postgreSQLRawSQLProjection, rebuildPostgreSQLProjections } from '@event-driven-io/emmett-postgresql';
import { SQL } from '@event-driven-io/dumbo';

const [url, count] = process.argv.slice(2);
const events = Number(count);
const lanes = 4;

const totals = postgreSQLRawSQLProjection({
  name: 'bench_totals',
  canHandle: ['RatingSubmitted'],
  evolve: ({ data }) => SQL`insert into bench_totals (prompt, ratings, stars) values (${data.prompt}, 1, ${data.rating})
    on conflict (prompt) do update set ratings = bench_totals.ratings + 1, stars = bench_totals.stars + excluded.stars`,
  init: () => SQL`create table if not exists bench_totals (prompt text primary key, ratings int not null, stars int not null)`,
});

async function seconds(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function appendLane(store, lane) {
  for (let i = lane; i < events; i += lanes) {
    const data = { prompt: `prompt ${i % 1000}`, rating: (i % 5) + 1 };
    await store.appendToStream(`generation-${randomUUID()}`, [{ type: 'RatingSubmitted', data }]);
  }
}

const store = getPostgreSQLEventStore(url, { projections: projections.inline([totals]) });
await store.schema.migrate();
const appending = await seconds(() => Promise.all(Array.from({ length: lanes }, (_, lane) => appendLane(store, lane))));
await store.close();

const rebuild = rebuildPostgreSQLProjections({ connectionString: url, projections: [totals] });
const rebuilding = await seconds(() => rebuild.start());
await rebuild.close();
console.log(JSON.stringify({ events, appendAndProjectSeconds: appending, rebuildSeconds: rebuilding }));
