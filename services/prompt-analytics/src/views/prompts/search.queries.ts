import type { Sql } from '@picly/database';
import { normalizePrompt, phraseTermsWith, wordsOf } from '@picly/prompt-text';
import { counterColumns, enginesOf } from '../../figures/prompt-columns.queries';
import { promptFigures, type PromptFigures, type PromptRecord } from '../../figures/prompt-figures';

/** Completions of the word being typed that are considered, the most common ones. */
const MOST_COMPLETIONS = 50;
/** Up to so many prompts are sorted; words in more than these are found by walking down from the best prompt. */
const MOST_SORTED = 3_000;
const LAST_CHARACTER = '\u{10ffff}';

interface KnownTerm {
  readonly term: string;
  readonly prompts: number;
}

/** Search as you type: all words, the last one perhaps unfinished; the best prompts first, those with few ratings last. */
export class SearchPrompts {
  constructor(private readonly sql: Sql) {}

  /** All prompts when there is no word in the text. */
  async search(text: string, limit: number): Promise<PromptFigures[]> {
    const words = [...new Set(wordsOf(normalizePrompt(text)))];
    const groups = await Promise.all(words.map((word, index) => this.termsFor(word, index === words.length - 1)));
    const fewest = Math.min(...groups.map((group) => group.reduce((sum, { prompts }) => sum + prompts, 0)));
    if (fewest === 0) return [];
    const condition = groups.map((_, index) => `terms && $${index + 2}::text[]`).join(' and ');
    const found =
      fewest <= MOST_SORTED
        ? `(with found as materialized (select * from picly.prompts where ${condition}) select * from found)`
        : 'picly.prompts';
    const rows = await this.sql.query<PromptRecord>(
      `select p.prompt, p.prompt_hash, p.first_seen_at, ${enginesOf('p.prompt_hash')}, ${counterColumns('t')}
       from ${found} p join picly.prompt_totals t using (prompt_hash) where ${condition || 'true'}
       order by t.rank_band desc, t.success_lower desc, t.prompt_hash limit $1`,
      [limit, ...groups.map((group) => group.map(({ term }) => term))],
    );
    return rows.map(promptFigures);
  }

  /** The terms in which a word stands: itself, listed phrases with it, and its completions while it is being typed. */
  private async termsFor(word: string, unfinished: boolean): Promise<KnownTerm[]> {
    return this.sql.query<KnownTerm>(
      `select term, prompts from picly.term_frequency
       where (term >= $1 and term <= $2) or term = any ($3::text[]) order by prompts desc, term limit ${MOST_COMPLETIONS}`,
      [word, unfinished ? `${word}${LAST_CHARACTER}` : word, phraseTermsWith(word, unfinished)],
      'search:terms',
    );
  }
}
