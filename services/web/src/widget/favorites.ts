import { element, isolated } from './dom';
import type { PromptSuggestion, Reads } from './reads';
import type { Theme } from './card/theme';
import type { Language } from './texts/texts';

export interface FavoritesOptions {
  readonly reads: Pick<Reads, 'favorites'>;
  readonly language: Language;
  readonly theme: Theme;
  readonly styleUrl: string;
}

function figuresOf({ avg_rating: mean, rating_count: n }: PromptSuggestion, locale: string): string {
  const stars = mean === null ? '' : `★ ${mean.toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} · `;
  return `${stars}n = ${n.toLocaleString(locale)}`;
}

/** Fills an element with what the community likes most: `<div data-picly-favorites data-engine data-limit>`. */
export async function showFavorites(host: HTMLElement, { reads, language, theme, styleUrl }: FavoritesOptions): Promise<void> {
  const { texts, code, direction } = language;
  const prompts = await reads.favorites(host.dataset['engine'], Number(host.dataset['limit'] ?? 5));
  const rows = prompts.map((row) =>
    element('li', {}, element('span', { dir: 'auto' }, row.prompt), element('span', { class: 'figures' }, figuresOf(row, code))),
  );
  const list = rows.length > 0 ? element('ol', {}, ...rows) : element('p', {}, texts.nothing);
  const panel = element(
    'section',
    { class: 'favorites', lang: code, dir: direction, 'data-theme': theme, 'aria-label': texts.favorites },
    element('h2', {}, texts.favorites),
    list,
  );
  const root = isolated(host, styleUrl);
  root.querySelector('.favorites')?.remove();
  root.append(panel);
}
