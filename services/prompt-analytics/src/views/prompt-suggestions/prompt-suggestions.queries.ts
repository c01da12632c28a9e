import type { Sql } from '@picly/database';
import { similarity, type TermStatistics } from '@picly/prompt-text';
import { BEST_UNBANDED } from '../../figures/rank-bands';
import { ratingFigures } from '../../figures/rating-figures';
import { counterColumns } from '../../figures/prompt-columns.queries';
import type { PromptCounters } from '../../figures/prompt-figures';
import { SimilarPrompts } from '../prompts/similar.queries';
import { reasonFor } from './reason';

export interface PromptSuggestion {
  readonly prompt: string;
  readonly prompt_hash: string;
  readonly avg_rating: number | null;
  readonly avg_rating_lower: number;
  readonly avg_rating_upper: number;
  readonly success_rate: number | null;
  readonly success_lower: number;
  readonly success_upper: number;
  readonly rating_count: number;
  /** Likeness to the prompt given, 0..1; absent when none was. */
  readonly similarity?: number;
  /** Why, in one sentence with the numbers. */
  readonly reason: string;
}

export interface SuggestionFilter {
  readonly engine?: string;
  readonly limit: number;
  readonly prompt?: string;
}

interface Candidate extends PromptCounters {
  readonly prompt: string;
  readonly prompt_hash: string;
  readonly terms: readonly string[];
  readonly success_lower: number;
}

/** Prompts looked at for each one that is suggested: near-duplicates of better ones drop out. */
const CANDIDATES_PER_SUGGESTION = 10;
const LEAST_CANDIDATES = 100;
/** From here on two prompts are the same suggestion. */
const NEAR_DUPLICATE = 0.6;
/** Every word counts alike when only a handful of prompts is compared. */
const ALIKE: TermStatistics = { prompts: 1, frequencyOf: () => 1 };

/** Prompts worth trying: liked, distinct, and about the same as one given. */
export class PromptSuggestionsQueries {
  private readonly similar: SimilarPrompts;

  constructor(private readonly sql: Sql) {
    this.similar = new SimilarPrompts(sql);
  }

  async suggest(filter: SuggestionFilter): Promise<PromptSuggestion[]> {
    const { prompt, limit, engine } = filter;
    const wanted = Math.max(LEAST_CANDIDATES, limit * CANDIDATES_PER_SUGGESTION);
    if (prompt === undefined) return distinct(await this.best(engine, wanted), limit).map((candidate) => suggestion(candidate, engine));
    const matches = (await this.similar.matches(prompt, wanted)).filter((match) => match.similarity < 1);
    const likeness = new Map(matches.map((match) => [match.promptHash, match.similarity]));
    const candidates = await this.named(engine, [...likeness.keys()]);
    // Squared: a prompt about something else is no suggestion, however well it does.
    const worth = (candidate: Candidate): number => candidate.success_lower * (likeness.get(candidate.prompt_hash) ?? 0) ** 2;
    const ranked = candidates.sort((a, b) => worth(b) - worth(a));
    return distinct(ranked, limit).map((candidate) => ({
      ...suggestion(candidate, engine),
      similarity: likeness.get(candidate.prompt_hash) ?? 0,
    }));
  }

  /** The best by the bound: from the index of prompts with five ratings and more, unless one with fewer could be among them. */
  private async best(engine: string | undefined, limit: number): Promise<Candidate[]> {
    const banded = await this.ranked(engine, limit, true);
    const worst = banded.at(-1)?.success_lower ?? 0;
    return banded.length === limit && worst > BEST_UNBANDED ? banded : this.ranked(engine, limit, false);
  }

  private ranked(engine: string | undefined, limit: number, banded: boolean): Promise<Candidate[]> {
    return this.sql.query<Candidate>(
      `with best as materialized (
         select t.prompt_hash, t.success_lower, ${counterColumns('t')} from ${sourceOf(engine)} t
         where ${banded ? 't.rank_band >= 0 and ' : ''}t.r4 + t.r5 > 0 and ${engine === undefined ? '$2::text is null' : 't.engine = $2'}
         order by ${banded ? 't.rank_band desc, ' : ''}t.success_lower desc, t.prompt_hash limit $1
       )
       select best.*, p.prompt, p.terms from best join picly.prompts p using (prompt_hash)
       order by best.success_lower desc, best.prompt_hash`,
      [limit, engine ?? null],
    );
  }

  private named(engine: string | undefined, hashes: readonly string[]): Promise<Candidate[]> {
    return this.sql.query<Candidate>(
      `select t.prompt_hash, t.success_lower, ${counterColumns('t')}, p.prompt, p.terms
       from ${sourceOf(engine)} t join picly.prompts p using (prompt_hash)
       where t.prompt_hash = any ($1::text[]) and t.r4 + t.r5 > 0 and ${engine === undefined ? '$2::text is null' : 't.engine = $2'}
       order by t.prompt_hash`,
      [hashes, engine ?? null],
    );
  }
}

const sourceOf = (engine: string | undefined): string => (engine === undefined ? 'picly.prompt_totals' : 'picly.prompt_analytics');

/** The first of each family of near-duplicates; a prompt without a word is no suggestion. */
function distinct(ranked: readonly Candidate[], limit: number): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of ranked) {
    if (kept.length === limit) break;
    if (candidate.terms.length > 0 && !kept.some((other) => similarity(candidate.terms, other.terms, ALIKE) >= NEAR_DUPLICATE))
      kept.push(candidate);
  }
  return kept;
}

function suggestion(candidate: Candidate, engine: string | undefined): PromptSuggestion {
  const { prompt, prompt_hash } = candidate;
  const figures = ratingFigures(candidate);
  return {
    prompt,
    prompt_hash,
    avg_rating: figures.avg_rating,
    avg_rating_lower: figures.avg_rating_lower,
    avg_rating_upper: figures.avg_rating_upper,
    success_rate: figures.success_rate,
    success_lower: figures.success_lower,
    success_upper: figures.success_upper,
    rating_count: figures.rating_count,
    reason: reasonFor(candidate, engine),
  };
}
