import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditResult } from '@picly/projections';
import { count, counted, table } from '@picly/terminal';
import type { CliConfig } from '../../config';
import { UserError } from '../../user-error';
import { clientFor, print, printJson } from '../client';
import { ask, PROJECTIONS } from './jobs';

const DIFFERS = 4;
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 300;

/** Runs the audits and shows what they found: 0 all rules kept, 4 some row breaks one. */
export async function audit(names: readonly string[], flags: { readonly json?: boolean }, config: CliConfig): Promise<number> {
  const client = clientFor(config);
  const before = await latest();
  const body = names.length > 0 ? { projections: names } : {};
  const { projections } = await ask(client.post<{ readonly projections: readonly string[] }>(`${PROJECTIONS}/audits`, body));
  const rows = await ran(projections, before);
  if (flags.json) printJson(rows);
  else show(rows);
  return rows.some(({ offending }) => offending !== 0) ? DIFFERS : 0;

  async function latest(): Promise<readonly AuditResult[]> {
    return (await client.get<{ readonly data: readonly AuditResult[] }>(`${PROJECTIONS}/audits`)).data;
  }

  /** Results that are newer than those before; a projection without audits has none. */
  async function ran(wanted: readonly string[], old: readonly AuditResult[]): Promise<readonly AuditResult[]> {
    const agedBefore = new Map(old.map((row) => [`${row.projection} ${row.audit}`, row.ran_at]));
    let settledAt: number | undefined;
    let known = 0;
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(LOOK_EVERY_MS)) {
      const fresh = (await latest()).filter(
        (row) => wanted.includes(row.projection) && agedBefore.get(`${row.projection} ${row.audit}`) !== row.ran_at,
      );
      const expected = old.filter((row) => wanted.includes(row.projection)).length;
      if (fresh.length !== known) settledAt = performance.now();
      known = fresh.length;
      const quiet = settledAt !== undefined && performance.now() - settledAt > 3_000;
      if (fresh.length > 0 && (expected > 0 ? fresh.length >= expected : quiet)) return fresh;
    }
    throw new UserError('the audits did not run in time: does a service run that has the code? (picly status)');
  }
}

function show(rows: readonly AuditResult[]): void {
  print(
    table(rows, [
      { title: 'PROJECTION', value: (row) => `${row.projection} v${row.version}` },
      { title: 'RULE', value: (row) => row.audit },
      { title: 'BROKEN BY', value: (row) => (row.error === null ? counted(row.offending, 'row') : row.error), align: 'right' },
      { title: 'TOOK', value: (row) => `${count(row.took_ms)} ms`, align: 'right' },
    ]),
  );
  for (const row of rows.filter(({ offending }) => offending > 0)) {
    print(`\n${row.projection}, ${row.audit}:`);
    for (const sample of row.sample) print(`  ${JSON.stringify(sample)}`);
  }
}
