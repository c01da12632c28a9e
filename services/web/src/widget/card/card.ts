import { element, isolated, pictureUrl } from '../dom';
import type { Question } from '../options';
import { filled, type Language } from '../texts/texts';
import { holdFocus } from './focus';
import { Questions, type Answers } from './questions';
import { Stars } from './stars';
import type { Theme } from './theme';

/** A rating as it is told; a later one of the same card replaces the earlier one. */
export interface CardRating extends Answers {
  readonly rating: number;
  /** Seconds from the card's appearance to the first star, while the page was visible. */
  readonly time_to_rate: number;
}

export interface CardOptions {
  readonly language: Language;
  readonly theme: Theme;
  readonly tags: readonly string[];
  readonly questions: readonly Question[];
  readonly styleUrl: string;
  readonly imageUrl: string | undefined;
  readonly onRating: (rating: CardRating) => void;
  readonly onClose: (rated: boolean) => void;
  /** What to say at the end: how many people liked the prompt, where that is known. */
  readonly liked: number | undefined;
  readonly isOnline: () => boolean;
  /** What the page gives for the rating, in words; shown in the thanks when it comes while they are there. */
  readonly reward: (rating: number) => Promise<string | undefined>;
}

/** Somebody who goes through the stars with arrow keys means the last one. */
const SETTLES_AFTER_MS = 700;
const THANKS_MS = 2_600;

/** The card that asks: picture and stars, then the questions, then thanks. */
export class Card {
  private readonly host = element('div', { class: 'picly-rating' });
  private readonly panel: HTMLElement;
  private readonly stars: Stars;
  private readonly questions: Questions;
  private readonly openedAt = performance.now();
  private readonly before = document.activeElement;
  private readonly outside = (event: Event): void => {
    if (!event.composedPath().includes(this.host)) this.close();
  };
  private rating = 0;
  private timeToRate = 0;
  private told = '';
  private pending: ReturnType<typeof setTimeout> | undefined;
  private isOpen = true;

  constructor(private readonly options: CardOptions) {
    const { texts, direction, code } = options.language;
    this.questions = new Questions({ texts, tags: options.tags, questions: options.questions });
    this.stars = new Stars(texts, {
      isRightToLeft: direction === 'rtl',
      onChoose: (rating, byKey) => this.chosen(rating, byKey),
    });
    this.panel = element(
      'section',
      {
        class: 'card',
        role: 'dialog',
        'aria-labelledby': 'picly-title',
        lang: code,
        dir: direction,
        'data-theme': options.theme,
        tabindex: '-1',
      },
      ...this.parts(),
    );
    this.panel.addEventListener('keydown', (event) => this.pressed(event));
  }

  open(): void {
    const root = isolated(this.host, this.options.styleUrl);
    root.append(this.panel);
    document.body.append(this.host);
    const typing =
      this.before instanceof HTMLElement && (this.before.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(this.before.tagName));
    // Somebody who is typing the next prompt goes on typing.
    if (!typing) this.stars.focus();
    setTimeout(() => document.addEventListener('pointerdown', this.outside, true));
  }

  /** Tells what was answered so far and goes. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.tell();
    document.removeEventListener('pointerdown', this.outside, true);
    const hadFocus = this.host.shadowRoot?.activeElement != null;
    this.host.remove();
    if (hadFocus && this.before instanceof HTMLElement) this.before.focus();
    this.options.onClose(this.rating > 0);
  }

  /** Tells what has not been told yet: also when the page goes. */
  tell(): void {
    clearTimeout(this.pending);
    if (this.rating === 0) return;
    const answers = { rating: this.rating, time_to_rate: this.timeToRate, ...this.questions.answers() };
    const text = JSON.stringify(answers);
    if (text === this.told) return;
    this.told = text;
    this.options.onRating(answers);
  }

  private parts(): HTMLElement[] {
    const { language, imageUrl } = this.options;
    const { texts } = language;
    const close = element('button', { type: 'button', class: 'close', 'aria-label': texts.close }, '×');
    const later = element('button', { type: 'button', class: 'later' }, texts.later);
    const done = element('button', { type: 'button', class: 'done' }, texts.done);
    close.addEventListener('click', () => this.close());
    later.addEventListener('click', () => this.close());
    done.addEventListener('click', () => this.finish());
    const title = element('h2', { id: 'picly-title' }, texts.title);
    const head = element('header', {}, title, close);
    return [head, ...picture(imageUrl, texts.picture), this.stars.root, this.questions.root, element('footer', {}, later, done)];
  }

  private chosen(rating: number, byKey: boolean): void {
    if (this.rating === 0) this.timeToRate = Math.round((performance.now() - this.openedAt) / 100) / 10;
    this.rating = rating;
    this.panel.classList.add('rated');
    this.questions.show(rating);
    clearTimeout(this.pending);
    if (byKey) this.pending = setTimeout(() => this.tell(), SETTLES_AFTER_MS);
    else this.tell();
  }

  private finish(): void {
    this.tell();
    const { language, liked, isOnline } = this.options;
    const { texts } = language;
    const more = !isOnline() ? texts.offline : liked !== undefined && liked > 1 ? filled(texts.liked, liked) : texts.helps;
    const thanks = element(
      'div',
      { class: 'thanks', role: 'status', tabindex: '-1' },
      element('p', {}, texts.thanks),
      element('p', {}, more),
    );
    this.panel.replaceChildren(thanks);
    thanks.focus();
    void this.options
      .reward(this.rating)
      .then((text) => text !== undefined && thanks.append(element('p', { class: 'reward', dir: 'auto' }, text)));
    setTimeout(() => this.close(), THANKS_MS);
  }

  private pressed(event: KeyboardEvent): void {
    // Shortcuts of the page stay out of the card.
    event.stopPropagation();
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Tab') holdFocus(this.panel, event);
  }
}

/** A picture that cannot be had is as if there were none. */
function picture(url: string | undefined, label: string): HTMLElement[] {
  const src = pictureUrl(url);
  if (src === undefined) return [];
  const image = element('img', { alt: label, referrerpolicy: 'no-referrer', decoding: 'async' });
  image.addEventListener('error', () => image.remove());
  image.src = src;
  return [image];
}
