/** What the widget says. `{n}` is a number. Other languages are files of the same shape beside this one. */
export const ENGLISH = {
  title: 'How is this picture?',
  picture: 'The picture to rate',
  later: 'Later',
  close: 'Close',
  stars: 'Stars',
  star: '{n} of 5 stars',
  good: 'What do you like?',
  bad: 'What went wrong?',
  quality: 'Quality',
  feedback: 'Anything else?',
  left: '{n} characters left',
  done: 'Done',
  thanks: 'Thank you!',
  helps: 'Your rating shows which engines make better pictures.',
  liked: '{n} people liked this prompt.',
  offline: 'Kept. It will be sent when you are online again.',
  favorites: 'Community favorites',
  nothing: 'Nothing has been rated here yet.',
  /** Of composition, colors, details, lighting, accuracy, style, realism, creative: to praise with. */
  praise: ['Composition', 'Colors', 'Details', 'Lighting', 'Fits the prompt', 'Style', 'Realistic', 'Creative'],
  /** The same, to complain with. */
  complaint: ['Composition', 'Colors', 'Missing details', 'Lighting', 'Not what I asked', 'Style', 'Looks fake', 'Boring'],
};

export type Texts = typeof ENGLISH;

/** Every language there is a file of; English is part of the script. */
export const LANGUAGES: readonly string[] = ['en', 'de', 'fr', 'es', 'pt', 'it', 'ja', 'zh', 'ar', 'he'];
const RIGHT_TO_LEFT: readonly string[] = ['ar', 'he'];

export interface Language {
  readonly code: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: Texts;
}

export const languageWith = (code: string, texts: Texts): Language => ({
  code,
  direction: RIGHT_TO_LEFT.includes(code) ? 'rtl' : 'ltr',
  texts,
});

/** The code of the language nearest to a locale; English when there is none. */
export function nearest(locale: string): string {
  const wanted = locale.toLowerCase().split(/[-_]/)[0] ?? '';
  return LANGUAGES.find((code) => code === (wanted === 'iw' ? 'he' : wanted)) ?? 'en';
}

/** The texts of a language; in English what cannot be had. */
export async function loadLanguage(code: string, endpoint: string): Promise<Language> {
  if (code === 'en') return languageWith(code, ENGLISH);
  try {
    const response = await fetch(`${endpoint}/static/rating-system.${code}.json`, { credentials: 'omit' });
    if (response.ok) return languageWith(code, { ...ENGLISH, ...((await response.json()) as Partial<Texts>) });
  } catch {
    // Better asked in English than not at all.
  }
  return languageWith('en', ENGLISH);
}

export const filled = (text: string, n: number | string): string => text.replace('{n}', String(n));
