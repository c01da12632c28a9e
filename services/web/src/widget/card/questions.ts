import { element } from '../dom';
import { TAGS, type Question } from '../options';
import { filled, type Texts } from '../texts/texts';

/** What was answered beside the stars; absent where nothing was. */
export interface Answers {
  readonly tags?: readonly string[];
  readonly quality_score?: number;
  readonly feedback?: string;
}

const LONGEST_FEEDBACK = 1_000;
/** From here on words of praise fit. */
export const GOOD = 4;

interface QuestionsOptions {
  readonly texts: Texts;
  readonly tags: readonly string[];
  readonly questions: readonly Question[];
}

function tagLabel(texts: Texts, tag: string, isGood: boolean): string {
  const index = TAGS.findIndex((known) => known === tag);
  return (isGood ? texts.praise : texts.complaint)[index] ?? tag;
}

/** What is asked once a star is chosen. */
export class Questions {
  readonly root = element('div', { class: 'questions', hidden: '' });
  private readonly heading = element('p', { class: 'ask', id: 'picly-ask' });
  private readonly tags: readonly (readonly [string, HTMLButtonElement])[];
  private readonly slider = element('input', { type: 'range', min: '0', max: '100', step: '1', value: '50', id: 'picly-quality' });
  private readonly output = element('output', { for: 'picly-quality' }, '–');
  private readonly text: HTMLTextAreaElement;
  private quality: number | undefined;

  constructor(private readonly options: QuestionsOptions) {
    const { texts, questions } = options;
    this.tags = options.tags.map((tag) => [tag, this.tagButton()]);
    this.text = element('textarea', {
      rows: '1',
      maxlength: String(LONGEST_FEEDBACK),
      placeholder: texts.feedback,
      'aria-label': texts.feedback,
      'aria-describedby': 'picly-left',
      dir: 'auto',
    });
    if (questions.includes('tags') && this.tags.length > 0) {
      const group = element(
        'div',
        { role: 'group', class: 'tags', 'aria-labelledby': 'picly-ask' },
        ...this.tags.map(([, button]) => button),
      );
      this.root.append(this.heading, group);
    }
    if (questions.includes('quality')) this.root.append(this.qualityRow(texts));
    if (questions.includes('feedback')) this.root.append(this.feedbackRow(texts));
  }

  /** Fits the words to the stars; the first call makes the questions visible. */
  show(rating: number): void {
    const { texts } = this.options;
    this.heading.textContent = rating >= GOOD ? texts.good : texts.bad;
    for (const [tag, button] of this.tags) button.textContent = tagLabel(texts, tag, rating >= GOOD);
    this.root.hidden = false;
  }

  answers(): Answers {
    const tags = this.tags.filter(([, button]) => button.getAttribute('aria-pressed') === 'true').map(([tag]) => tag);
    const feedback = this.text.value.trim();
    return {
      ...(tags.length > 0 && { tags }),
      ...(this.quality !== undefined && { quality_score: this.quality }),
      ...(feedback !== '' && { feedback }),
    };
  }

  private tagButton(): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'tag', 'aria-pressed': 'false' });
    button.addEventListener('click', () => button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true')));
    return button;
  }

  private qualityRow(texts: Texts): HTMLElement {
    const answered = (): void => {
      this.quality = this.slider.valueAsNumber;
      this.output.textContent = `${this.quality} / 100`;
    };
    this.slider.addEventListener('input', answered);
    this.slider.addEventListener('change', answered);
    return element('label', { class: 'quality' }, element('span', {}, texts.quality), this.slider, this.output);
  }

  private feedbackRow(texts: Texts): HTMLElement {
    const left = element('small', { id: 'picly-left', 'aria-live': 'polite' });
    this.text.addEventListener('input', () => {
      const room = LONGEST_FEEDBACK - this.text.value.length;
      left.textContent = room <= 200 ? filled(texts.left, room) : '';
    });
    return element('div', { class: 'feedback' }, this.text, left);
  }
}
