import { createPool, type DatabasePool } from '@picly/database';
import { ask } from '../ask';
import { killAllOf, type Fault, type FaultContext } from '../fault';
import { uuidIn } from '../raw-events';

const AT = 'admin/erasure';
const [FAMILY_OF_EVENTS, FAMILY_OF_GENERATIONS] = [0x30, 0x31];
const GENERATIONS = 6;
const WITHIN_MS = 240_000;

/** Everything in the database that holds the text, as text or as bytes. */
async function tablesWith(pool: DatabasePool, text: string): Promise<string[]> {
  const tables = await pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await pool.query<{ n: number }>(
      `select count(*)::int as n from ${name} t where strpos(t::text, $1) > 0 or strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
      [text],
    );
    if ((row?.n ?? 0) > 0) found.push(name);
  }
  return found;
}

/** What a person does who will be erased. */
async function live({ system, seed }: FaultContext, user: string): Promise<void> {
  for (let n = 0; n < GENERATIONS; n++) {
    const generation_id = uuidIn(seed, FAMILY_OF_GENERATIONS, n);
    const sent = [
      { path: 'generation', prompt: `what ${user} wants to see`, engine: 'flux-pro', success: true, response_time: 1, cost: 0.01 },
      { path: 'rate', rating: 1 + (n % 5), feedback: `as ${user} says` },
      { path: 'action', action: 'download' },
    ];
    await Promise.all(
      sent.map(({ path, ...event }, k) =>
        ask(system, path, { ...event, event_id: uuidIn(seed, FAMILY_OF_EVENTS, 3 * n + k), generation_id, user_id: user }),
      ),
    );
  }
}

/** All processes die while a person is erased; the erasure goes on, and nothing of theirs is left in any table. */
export const killDuringErasure: Fault = {
  name: 'kill -9 during an erasure',
  inject: async (context) => {
    const { system, seed, random, sleep, broken } = context;
    const user = `somebody-${seed}-to-be-forgotten`;
    await live(context, user);
    const { status, body } = await ask(system, AT, { user_id: user });
    if (status !== 202) broken(`an erasure was refused: ${JSON.stringify(body)}`);
    const { id } = body as { readonly id: string };
    const stateOf = async (): Promise<string> => ((await ask(system, `${AT}/${id}`)).body as { readonly state: string }).state;
    await sleep(random() * 1_200);
    const wasUnderWay = (await stateOf()) !== 'done';
    await killAllOf(system);
    const pool = createPool({ url: system.databaseUrl, maxConnections: 1, applicationName: 'picly fault' });
    try {
      // Who leads it is believed to live for half a minute.
      await pool.query('update runtime.erasures set lease_until = null where finished_at is null');
      for (const giveUpAt = performance.now() + WITHIN_MS; (await stateOf()) !== 'done'; await sleep(100)) {
        if (performance.now() > giveUpAt) return (broken(`the erasure does not end, it is ${await stateOf()}`), 1);
      }
      for (const table of await tablesWith(pool, user)) broken(`${table} still knows the person`);
    } finally {
      await pool.close();
    }
    return wasUnderWay ? 1 : 0;
  },
};
