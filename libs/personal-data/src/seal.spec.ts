import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { SealError } from './errors';
import { hasPersonal, readSealed, seal, unseal, type PersonKey } from './seal';
import { subjectOf } from './subject';

const newKey = (): PersonKey => ({ ref: randomUUID(), secret: randomBytes(32) });
const id = '0198c0de-0000-7000-8000-000000000001';
const personal = ['user_id', 'feedback', 'context'];

function sealed(data: Record<string, unknown>, key: PersonKey, eventId = id): string {
  const text = seal({ id: eventId, data }, personal, { kind: 'user', key }).sealed;
  if (text === undefined) throw new Error('nothing was sealed');
  return text;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'none';
}

describe('seal', () => {
  it('takes exactly the personal fields out and gives them back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.jsonValue()), fc.integer(), (feedback, context, rating) => {
        const key = newKey();
        const event = { id, data: { user_id: 'ann', feedback, context, rating } };
        const { data, sealed: text = '' } = seal(event, personal, { kind: 'user', key });
        expect(data).toEqual({ rating });
        expect(unseal(readSealed(text), id, key)).toEqual(JSON.parse(JSON.stringify({ user_id: 'ann', feedback, context })));
        expect(event.data.feedback).toBe(feedback);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['𝕬 \u202Ereversed', '👩‍👩‍👧‍👦', 'ﷺ'.repeat(500), '\u0001\u001f', '"\\', 'ÅÅ', ''])('keeps %j byte for byte', (feedback) => {
    const key = newKey();
    expect(unseal(readSealed(sealed({ feedback }, key)), id, key)).toEqual({ feedback });
  });

  it('names kind and ref outside and shows nothing of the fields', () => {
    const key = newKey();
    const text = sealed({ user_id: 'ann-of-green-gables' }, key);
    expect(text).toMatch(new RegExp(`^u\\.${key.ref}\\.[A-Za-z0-9_-]+$`));
    expect(Buffer.from(text.slice(39), 'base64url').includes('ann')).toBe(false);
    expect(readSealed(text)).toMatchObject({ kind: 'user', ref: key.ref });
  });

  it('never gives the same text twice', () => {
    const key = newKey();
    const texts = Array.from({ length: 3_000 }, () => sealed({ user_id: 'ann' }, key));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('seals nothing when nothing is personal', () => {
    expect(seal({ id, data: { rating: 5 } }, personal, { kind: 'user', key: newKey() })).toEqual({ data: { rating: 5 } });
    expect(hasPersonal({ rating: 5, user_id: undefined }, personal)).toBe(false);
    expect(hasPersonal({ feedback: '' }, personal)).toBe(true);
  });

  it('does not open with another key, for another event, or changed by one bit', () => {
    const key = newKey();
    const text = sealed({ user_id: 'ann' }, key);
    expect(codeOf(() => unseal(readSealed(text), id, newKey()))).toBe('SEAL_BROKEN');
    expect(codeOf(() => unseal(readSealed(text), randomUUID(), key))).toBe('SEAL_BROKEN');
    const box = readSealed(text);
    const bytes = Buffer.from(box.box, 'base64url');
    for (const at of [0, 12, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(codeOf(() => unseal({ ...box, box: changed.toString('base64url') }, id, key))).toBe('SEAL_BROKEN');
    }
    expect(codeOf(() => unseal({ ...box, box: '~'.repeat(box.box.length) }, id, key))).toBe('SEAL_BROKEN');
    expect(unseal(box, id, key)).toEqual({ user_id: 'ann' });
  });

  it('is bound to every byte of an id of any length', () => {
    const key = newKey();
    for (const eventId of ['', 'e1', 'é'.repeat(18), 'é'.repeat(36), 'x'.repeat(35), 'x'.repeat(36), 'x'.repeat(37)]) {
      const text = sealed({ user_id: 'ann' }, key, eventId);
      expect(unseal(readSealed(text), eventId, key)).toEqual({ user_id: 'ann' });
      expect(codeOf(() => unseal(readSealed(text), `${eventId.slice(0, -1)}y`, key))).toBe('SEAL_BROKEN');
      expect(codeOf(() => unseal(readSealed(text), `${eventId}y`, key))).toBe('SEAL_BROKEN');
    }
  });

  it('opens what is of any length, the short after the long', () => {
    const key = newKey();
    for (const length of [100_000, 0, 16_300, 16_400, 1, 3]) {
      const feedback = 'ü'.repeat(length);
      expect(unseal(readSealed(sealed({ feedback }, key)), id, key)).toEqual({ feedback });
    }
  });

  it.each(['', 'u', 'x.0198c0de-0000-7000-8000-000000000001.AAAA', 'u.not-a-ref.AAAA', `u.${id}.AAAA`, `u.${id}`])(
    'refuses %j as no seal of ours',
    (text) => {
      expect(codeOf(() => readSealed(text))).toBe('SEAL_INVALID');
    },
  );
});

describe('subjectOf', () => {
  it('is the user, else the visit, else the generation, else the event itself', () => {
    const all = { user_id: 'ann', session_id: 's1', generation_id: 'g1' };
    expect(subjectOf({ id, data: all })).toEqual({ kind: 'user', id: 'ann' });
    expect(subjectOf({ id, data: { ...all, user_id: undefined } })).toEqual({ kind: 'session', id: 's1' });
    expect(subjectOf({ id, data: { generation_id: 'g1' } })).toEqual({ kind: 'generation', id: 'g1' });
    expect(subjectOf({ id, data: { error: 'too dark' } })).toEqual({ kind: 'generation', id });
  });
});
