import { element } from '../dom';
import { filled, type Texts } from '../texts/texts';

const STAR = 'M12 2.5l2.9 6.2 6.6.8-4.9 4.6 1.3 6.7L12 17.4l-5.9 3.4 1.3-6.7L2.5 9.5l6.6-.8z';
const SVG = 'http://www.w3.org/2000/svg';

function shape(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', STAR);
  svg.append(path);
  return svg;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** Five stars after the radio group pattern of ARIA: one tab stop, arrows choose. */
export class Stars {
  readonly root: HTMLElement;
  private readonly buttons: readonly HTMLButtonElement[];
  private chosen = 0;

  constructor(
    texts: Texts,
    private readonly options: { readonly isRightToLeft: boolean; readonly onChoose: (rating: number, byKey: boolean) => void },
  ) {
    this.buttons = [1, 2, 3, 4, 5].map((n) => {
      const label = filled(texts.star, n);
      const button = element('button', { type: 'button', role: 'radio', class: 'star', 'aria-label': label, title: label }, shape());
      button.addEventListener('click', (event) => this.choose(n, event.detail === 0));
      return button;
    });
    this.root = element('div', { role: 'radiogroup', class: 'stars', 'aria-label': texts.stars }, ...this.buttons);
    this.root.addEventListener('keydown', (event) => this.pressed(event));
    this.show();
  }

  focus(): void {
    this.buttons[Math.max(0, this.chosen - 1)]?.focus();
  }

  private pressed(event: KeyboardEvent): void {
    const next = /^[1-5]$/.test(event.key) ? Number(event.key) : this.neighbour(event.key);
    if (next === undefined) return;
    event.preventDefault();
    this.choose(next, true);
    this.focus();
  }

  /** Where an arrow leads: round and round, from the end it points away from while nothing is chosen. */
  private neighbour(key: string): number | undefined {
    const step = STEPS[key];
    if (step === undefined) return undefined;
    const mirrored = this.options.isRightToLeft && /^Arrow(Left|Right)$/.test(key) ? -step : step;
    if (this.chosen === 0) return mirrored > 0 ? 1 : 5;
    return ((this.chosen - 1 + mirrored + 5) % 5) + 1;
  }

  private choose(n: number, byKey: boolean): void {
    this.chosen = n;
    this.show();
    this.options.onChoose(n, byKey);
  }

  private show(): void {
    this.buttons.forEach((button, index) => {
      const n = index + 1;
      button.setAttribute('aria-checked', String(n === this.chosen));
      button.classList.toggle('on', n <= this.chosen);
      button.tabIndex = n === Math.max(1, this.chosen) ? 0 : -1;
    });
  }
}
