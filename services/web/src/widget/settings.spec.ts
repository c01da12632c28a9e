import { readFileSync } from 'node:fs';
import path from 'node:path';
import { optionsOf, TAGS } from './options';
import { Privacy } from './privacy';
import { Session } from './session';
import { SafeStore } from './text-store';
import { ENGLISH, LANGUAGES, nearest } from './texts/texts';
import { uuid } from './uuid';

const page = { scriptUrl: 'https://picly.example/static/rating-system.js', language: 'de-AT' };

describe('settings of the tag', () => {
  test('have a default each', () => {
    expect(optionsOf({}, page)).toEqual({
      endpoint: 'https://picly.example',
      key: undefined,
      user: undefined,
      locale: 'de-AT',
      theme: 'auto',
      delaySeconds: 0,
      tags: TAGS,
      questions: ['tags', 'quality', 'feedback'],
      behavior: false,
      consent: 'given',
      reads: 'https://picly.example/api/analytics',
    });
  });

  test('that make no sense are as if they were not there', () => {
    const options = optionsOf(
      { theme: 'pink', delay: '-3', questions: 'quality,age', behavior: 'false' },
      { scriptUrl: '', language: 'xx' },
    );
    expect(options).toMatchObject({ endpoint: '', theme: 'auto', delaySeconds: 0, questions: ['quality'], behavior: false });
  });
});

describe('every language', () => {
  const shape = (texts: object): unknown =>
    Object.entries(texts).map(([key, value]) => [key, Array.isArray(value) ? value.length : typeof value]);

  test.each(LANGUAGES.filter((code) => code !== 'en'))('%s says all that English says, with the same numbers', (code) => {
    const texts = JSON.parse(readFileSync(path.join(__dirname, 'texts', `${code}.json`), 'utf8')) as Record<string, unknown>;
    expect(shape(texts)).toEqual(shape(ENGLISH));
    for (const [key, text] of Object.entries(ENGLISH)) {
      expect([key, String(texts[key]).includes('{n}')]).toEqual([key, String(text).includes('{n}')]);
      expect(String(texts[key]).trim()).not.toBe('');
    }
  });

  test.each([
    ['pt-BR', 'pt'],
    ['zh-Hant-TW', 'zh'],
    ['iw', 'he'],
    ['tlh', 'en'],
    ['', 'en'],
  ])('%s is answered in %s', (locale, code) => {
    expect(nearest(locale)).toBe(code);
  });
});

describe('what a visitor allows', () => {
  const privacy = (consent: boolean, signals = {}) => new Privacy(new SafeStore(undefined), consent, signals);

  test('is nothing before consent where it is required, and everything after it', () => {
    const asked = privacy(true);
    expect([asked.maySend(), asked.mayObserve()]).toEqual([false, false]);
    asked.grant(true);
    expect([asked.maySend(), asked.mayObserve()]).toEqual([true, true]);
    asked.grant(false);
    expect(asked.maySend()).toBe(false);
  });

  test('is never to be observed against Do Not Track or Global Privacy Control', () => {
    for (const signals of [{ doNotTrack: '1' }, { globalPrivacyControl: true }]) {
      expect([privacy(false, signals).maySend(), privacy(false, signals).mayObserve()]).toEqual([true, false]);
    }
  });

  test('is nothing at all after an opt-out, until it is taken back', () => {
    const out = privacy(false);
    out.optOut(true);
    expect([out.maySend(), out.mayObserve(), out.hasOptedOut()]).toEqual([false, false, true]);
    out.optOut(false);
    expect(out.maySend()).toBe(true);
  });
});

describe('a visit', () => {
  test('goes on while there are signs of life and ends after half an hour without', () => {
    let now = 0;
    const store = new SafeStore(undefined);
    const session = new Session(store, { mayStore: () => true, clock: () => (now += 1) });
    const first = session.touch();
    expect(first.isNew).toBe(true);
    now += 29 * 60_000;
    expect(session.touch()).toEqual({ id: first.id, isNew: false });
    expect(new Session(store, { mayStore: () => true, clock: () => now }).touch().id).toBe(first.id);
    now += 30 * 60_000;
    expect(session.touch()).toMatchObject({ isNew: true });
  });

  test('is not written down where that is not allowed', () => {
    const store = new SafeStore(undefined);
    const session = new Session(store, { mayStore: () => false, clock: () => 1 });
    expect(session.touch().id).toBe(session.touch().id);
    expect(store.names('')).toEqual([]);
  });

  test('and its events are named by UUIDs', () => {
    expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(Array.from({ length: 1_000 }, uuid)).size).toBe(1_000);
  });
});
