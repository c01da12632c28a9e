import { isTheme, type Theme } from './card/theme';

/** What of a card is asked after the stars. */
export type Question = 'tags' | 'quality' | 'feedback';

export interface WidgetOptions {
  /** Origin of the analytics system; default: where the script came from. */
  readonly endpoint: string;
  /** A key with scope `ingest:browser`. */
  readonly key: string | undefined;
  /** The person, as the generator names them. */
  readonly user: string | undefined;
  /** BCP 47; default: language of the page, then of the browser. */
  readonly locale: string;
  readonly theme: Theme;
  /** Seconds between the call and the card. */
  readonly delaySeconds: number;
  /** Tag categories offered, in this order. */
  readonly tags: readonly string[];
  readonly questions: readonly Question[];
  /** Whether page views, clicks and time on page are told. */
  readonly behavior: boolean;
  /** `required`: nothing is stored or sent before `consent(true)`. */
  readonly consent: 'given' | 'required';
  /** Where suggestions and favorites are read; the page's own server where the system has keys, since a browser key cannot read. */
  readonly reads: string;
}

export const TAGS = ['composition', 'colors', 'details', 'lighting', 'accuracy', 'style', 'realism', 'creative'] as const;
const QUESTIONS: readonly Question[] = ['tags', 'quality', 'feedback'];

/** `data-*` attributes by their names without `data-`, in camel case. */
export type Attributes = Readonly<Record<string, string | undefined>>;

const words = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

function originOf(url: string): string {
  try {
    const { origin } = new URL(url);
    return origin === 'null' ? '' : origin;
  } catch {
    return '';
  }
}

const trimmed = (url: string): string => url.replace(/\/+$/, '');

const secondsOf = (text: string | undefined): number => Math.max(0, Math.min(Number(text) || 0, 3_600));
const isOn = (text: string | undefined): boolean => text !== undefined && text !== 'false';

/** Reads the attributes of the script's tag; what makes no sense is as if it were not there. */
export function optionsOf(attributes: Attributes, page: { readonly scriptUrl: string; readonly language: string }): WidgetOptions {
  const endpoint = trimmed(attributes['endpoint'] ?? originOf(page.scriptUrl));
  const theme = attributes['theme'];
  return {
    endpoint,
    key: attributes['key'] || undefined,
    user: attributes['user'] || undefined,
    locale: attributes['locale'] || page.language,
    theme: isTheme(theme) ? theme : 'auto',
    delaySeconds: secondsOf(attributes['delay']),
    tags: words(attributes['tags']) ?? TAGS,
    questions: QUESTIONS.filter((question) => (words(attributes['questions']) ?? QUESTIONS).includes(question)),
    behavior: isOn(attributes['behavior']),
    consent: attributes['consent'] === 'required' ? 'required' : 'given',
    reads: trimmed(attributes['reads'] ?? `${endpoint}/api/analytics`),
  };
}
