import { within } from './within';

/** A prompt that people liked, as the read API tells it. */
export interface PromptSuggestion {
  readonly prompt: string;
  readonly avg_rating: number | null;
  readonly success_rate: number | null;
  readonly rating_count: number;
  readonly reason?: string;
}

const PATIENCE_MS = 8_000;

/** Rows of a list of the read API. Rejects with what the page's developer can do about it. */
function rowsOf(url: string): Promise<PromptSuggestion[]> {
  return within(PATIENCE_MS, async (signal) => {
    const response = await fetch(url, { credentials: 'same-origin', signal });
    if (response.status === 401 || response.status === 403) {
      throw new Error('a browser key cannot read: give data-reads the address of a server of yours that holds a read key');
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const answer = (await response.json()) as { readonly data?: PromptSuggestion[] };
    return Array.isArray(answer.data) ? answer.data : [];
  });
}

/** Reads for the page; a failure is told in the console and is an empty list for the page. */
export class Reads {
  constructor(
    private readonly base: string,
    private readonly warn: (message: string) => void,
  ) {}

  suggestions(engine: string | undefined, limit: number): Promise<PromptSuggestion[]> {
    return this.list('prompt-suggestions', engine, limit);
  }

  favorites(engine: string | undefined, limit: number): Promise<PromptSuggestion[]> {
    return this.list('top-prompts', engine, limit);
  }

  private async list(path: string, engine: string | undefined, limit: number): Promise<PromptSuggestion[]> {
    const query = new URLSearchParams({ limit: String(Math.max(1, Math.min(100, Math.trunc(limit) || 5))) });
    if (engine !== undefined && engine !== '') query.set('engine', engine);
    try {
      return await rowsOf(`${this.base}/${path}?${query.toString()}`);
    } catch (error) {
      this.warn(`${path}: ${error instanceof Error ? error.message : 'no answer'}`);
      return [];
    }
  }
}
