import { termsOf } from '@picly/prompt-text';
import { type FoldSql, plainArray, textArray } from '@picly/projections';
import type { GenerationChange } from './state';
import type { StatementWriter } from './statement-writer';

/** Where a prompt was first seen: its spelling there is the one shown. */
export interface Sighting {
  readonly promptHash: string;
  readonly prompt: string;
  readonly seenAt: number;
  readonly generationId: string;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Earlier first; equal instants are told apart by what does not depend on the log. */
function compareSightings(a: Sighting, b: Sighting): number {
  return a.seenAt - b.seenAt || byText(a.generationId, b.generationId) || byText(a.prompt, b.prompt);
}

/** The earliest sighting of each prompt, also of prompts that a later report about the same generation replaced. */
export function earliestSightings(changes: readonly GenerationChange[]): Sighting[] {
  const earliest = new Map<string, Sighting>();
  for (const { reports, after } of changes) {
    for (const { event, promptHash } of reports) {
      const { prompt } = event.data;
      if (prompt === undefined || promptHash === null) continue;
      const sighting = { promptHash, prompt, seenAt: event.occurredAt, generationId: after.generationId };
      const known = earliest.get(promptHash);
      if (known === undefined || compareSightings(sighting, known) < 0) earliest.set(promptHash, sighting);
    }
  }
  return [...earliest.values()].sort((a, b) => byText(a.promptHash, b.promptHash));
}

async function withoutKnown(sql: FoldSql, sightings: readonly Sighting[]): Promise<Sighting[]> {
  const rows = await sql.query<{ prompt_hash: string; seen_ms: number }>(
    `select prompt_hash, (extract(epoch from first_seen_at) * 1000)::int8 as seen_ms from prompts where prompt_hash = any ($1::text[])`,
    [plainArray(sightings.map(({ promptHash }) => promptHash))],
    'known-prompts',
  );
  const seen = new Map(rows.map((row) => [row.prompt_hash, row.seen_ms]));
  return sightings.filter(({ promptHash, seenAt }) => seenAt <= (seen.get(promptHash) ?? Number.POSITIVE_INFINITY));
}

/** Prompts by their earliest spelling; answers the terms of those that are new. */
async function upsertPrompts(sql: FoldSql, sightings: readonly Sighting[]): Promise<string[][]> {
  const termsByHash = new Map(sightings.map(({ promptHash, prompt }) => [promptHash, termsOf(prompt)]));
  const rows = sightings.map(({ promptHash, prompt, seenAt, generationId }) => ({
    prompt_hash: promptHash,
    prompt,
    terms: termsByHash.get(promptHash),
    first_seen_at: seenAt,
    first_generation_id: generationId,
  }));
  const written = await sql.query<{ prompt_hash: string; inserted: boolean }>(
    `insert into prompts as p (prompt_hash, prompt, terms, first_seen_at, first_generation_id)
     select prompt_hash, prompt, terms, to_timestamp(first_seen_at / 1000), first_generation_id
     from json_to_recordset($1::json) as row (prompt_hash text, prompt text, terms text[], first_seen_at float8, first_generation_id uuid)
     on conflict (prompt_hash) do update
       set prompt = excluded.prompt, first_seen_at = excluded.first_seen_at, first_generation_id = excluded.first_generation_id
       where (excluded.first_seen_at, excluded.first_generation_id, excluded.prompt collate "C") < (p.first_seen_at, p.first_generation_id, p.prompt collate "C")
     returning prompt_hash, xmax = 0 as inserted`,
    [JSON.stringify(rows)],
    'store-prompts',
  );
  return written.filter(({ inserted }) => inserted).map((row) => termsByHash.get(row.prompt_hash) ?? []);
}

/** The row of this term counts all prompts. */
const ALL_PROMPTS_TERM = '';

/** Adds new prompts to the number of prompts with each of their terms. All instances share the rows: to be called late. */
export async function countTerms(writer: StatementWriter, newPrompts: readonly (readonly string[])[]): Promise<void> {
  if (newPrompts.length === 0) return;
  const counts = new Map<string, number>([[ALL_PROMPTS_TERM, newPrompts.length]]);
  for (const term of newPrompts.flat()) counts.set(term, (counts.get(term) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => byText(a, b));
  await writer.send(
    `insert into term_frequency as t (term, prompts) select * from unnest($1::text[], $2::int[])
     on conflict (term) do update set prompts = t.prompts + excluded.prompts`,
    [textArray(sorted.map(([term]) => term)), plainArray(sorted.map(([, count]) => count))],
    'count-terms',
  );
}

/** Keeps the texts of prompts; answers the terms of those that nobody had used before. */
export async function storePrompts(sql: FoldSql, sightings: readonly Sighting[]): Promise<string[][]> {
  if (sightings.length === 0) return [];
  const news = await withoutKnown(sql, sightings);
  return news.length === 0 ? [] : upsertPrompts(sql, news);
}
