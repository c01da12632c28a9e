import type { Sql } from '@picly/database';
import { formsOf, promptHash, similarity, termClassOf, termsOf, termWeight, type TermStatistics } from '@picly/prompt-text';
import { counterColumns, enginesOf } from '../../figures/prompt-columns.queries';
import { promptFigures, type PromptFigures, type PromptRecord } from '../../figures/prompt-figures';

export interface SimilarPrompt extends PromptFigures {
  /** 0..1; 1 only for the same prompt. */
  readonly similarity: number;
}

interface Candidate {
  readonly prompt_hash: string;
  readonly terms: readonly string[];
}

/** Prompts looked at more closely, first by what they share, then in full. */
const MOST_CANDIDATES = 2_000;
const MOST_COMPARED = 120;
/** Less than this is chance. */
const LEAST_SIMILARITY = 0.1;
/** The term that counts all prompts. */
const ALL_PROMPTS = '';

type Counts = ReadonlyMap<string, number>;

async function countsOf(sql: Sql, terms: readonly string[]): Promise<Counts> {
  const rows = await sql.query<{ term: string; prompts: number }>(
    'select term, prompts from picly.term_frequency where term = any ($1::text[])',
    [[ALL_PROMPTS, ...terms]],
    'similar:frequencies',
  );
  return new Map(rows.map((row) => [row.term, row.prompts]));
}

/** What is asked about: how common it is, and in which forms (singular, plural) prompts have it. */
interface AskedStatistics extends TermStatistics {
  readonly formsOf: (term: string) => readonly string[];
}

/** Singular and plural of what is asked about are counted together. */
async function statisticsOf(sql: Sql, asked: readonly string[]): Promise<AskedStatistics> {
  const counts = await countsOf(sql, [...new Set(asked.flatMap(formsOf))]);
  const forms = new Map(asked.map((term) => [term, formsOf(term).filter((form) => counts.has(form))] as const));
  const known = (term: string): readonly string[] => forms.get(term) ?? [];
  return {
    prompts: counts.get(ALL_PROMPTS) ?? 0,
    formsOf: known,
    frequencyOf: (term) => known(term).reduce((n, form) => n + (counts.get(form) ?? 0), 0),
  };
}

/** Terms that only others have are counted by themselves. */
async function extended(sql: Sql, asked: TermStatistics, terms: readonly string[], others: readonly string[]): Promise<TermStatistics> {
  const known = new Set(terms);
  const counts = await countsOf(sql, [...new Set(others)]);
  return { prompts: asked.prompts, frequencyOf: (term) => (known.has(term) ? asked.frequencyOf(term) : (counts.get(term) ?? 0)) };
}

/** How candidates are found: prompts with any of these terms, or with all of those when even the rarest is in too many; in any form. */
interface Search {
  readonly anyOf: readonly string[];
  readonly allOf: readonly string[];
}

/** The rarest telling terms, as many as together do not find too much; boilerplate and stop words find nothing. */
export function searchTerms(terms: readonly string[], statistics: TermStatistics): Search {
  const telling = terms.filter((term) => statistics.frequencyOf(term) > 0 && ['subject', 'style'].includes(termClassOf(term)));
  const rarestFirst = telling.sort((a, b) => termWeight(b, statistics) - termWeight(a, statistics));
  const anyOf: string[] = [];
  let found = 0;
  for (const term of rarestFirst) {
    found += statistics.frequencyOf(term);
    if (found > MOST_CANDIDATES) break;
    anyOf.push(term);
  }
  return { anyOf, allOf: anyOf.length > 0 ? [] : rarestFirst.slice(0, 2) };
}

/** Candidates by the index, those that share most first. */
async function candidatesFor(sql: Sql, terms: readonly string[], statistics: AskedStatistics): Promise<Candidate[]> {
  const { anyOf, allOf } = searchTerms(terms, statistics);
  if (anyOf.length + allOf.length === 0) return [];
  const wanted = anyOf.length > 0 ? [anyOf.flatMap(statistics.formsOf)] : allOf.map(statistics.formsOf);
  const weights = terms.flatMap((term) => statistics.formsOf(term).map((form) => [form, termWeight(term, statistics) ** 2] as const));
  return sql.query<Candidate>(
    `with candidate as materialized (
       select p.prompt_hash, p.terms from picly.prompts p where ${wanted.map((_, at) => `p.terms && $${3 + at}::text[]`).join(' and ')} limit ${MOST_CANDIDATES}
     )
     select prompt_hash, terms from candidate
     order by (select sum(weight) from unnest($1::text[], $2::float8[]) as asked (term, weight) where asked.term = any (terms)) / sqrt(cardinality(terms) + 1) desc,
       prompt_hash
     limit ${MOST_COMPARED}`,
    [weights.map(([form]) => form), weights.map(([, weight]) => weight), ...wanted],
  );
}

/** A prompt found, and how similar it is. */
export interface Match {
  readonly promptHash: string;
  readonly terms: readonly string[];
  readonly similarity: number;
}

/** Prompts known that are about the same as a text. */
export class SimilarPrompts {
  constructor(private readonly sql: Sql) {}

  /** The most similar ones, the same prompt (similarity 1) first; at most `limit`. */
  async matches(prompt: string, limit: number): Promise<Match[]> {
    const terms = termsOf(prompt);
    const asked = await statisticsOf(this.sql, terms);
    const candidates = await candidatesFor(this.sql, terms, asked);
    const statistics = await extended(
      this.sql,
      asked,
      terms,
      candidates.flatMap((candidate) => candidate.terms),
    );
    const same = promptHash(prompt);
    const others = candidates
      .filter((candidate) => candidate.prompt_hash !== same)
      .map((candidate) => ({
        promptHash: candidate.prompt_hash,
        terms: candidate.terms,
        similarity: similarity(terms, candidate.terms, statistics),
      }))
      .filter((match) => match.similarity >= LEAST_SIMILARITY)
      .sort((a, b) => b.similarity - a.similarity || (a.promptHash < b.promptHash ? -1 : 1));
    return [{ promptHash: same, terms, similarity: 1 }, ...others].slice(0, limit + 1);
  }

  /** The same with all figures; the prompt itself is among them when it is known. */
  async similarTo(prompt: string, limit: number): Promise<SimilarPrompt[]> {
    const matches = await this.matches(prompt, limit);
    const rows = await this.sql.query<PromptRecord>(
      `select p.prompt, p.prompt_hash, p.first_seen_at, ${enginesOf('p.prompt_hash')}, ${counterColumns('t')}
       from picly.prompts p join picly.prompt_totals t using (prompt_hash) where p.prompt_hash = any ($1::text[])`,
      [matches.map((match) => match.promptHash)],
      'similar:figures',
    );
    const found = new Map(rows.map((row) => [row.prompt_hash, row]));
    const similar = matches.flatMap((match) => {
      const row = found.get(match.promptHash);
      return row ? [{ ...promptFigures(row), similarity: match.similarity }] : [];
    });
    return similar.slice(0, limit);
  }
}
