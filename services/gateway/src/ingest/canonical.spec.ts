import { isDeepStrictEqual } from 'node:util';
import { EVENTS } from '@picly/contracts';
import fc from 'fast-check';
import { canonicalBody } from './canonical';

const GENERATION = '0190a2c4-5b1e-7c3a-9f10-2b6d1e8a4c01';

const small = fc.oneof(fc.constant(1), fc.constant('1'), fc.constant(null), fc.constant(true), fc.string({ maxLength: 2 }));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    small,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '10', '9', 'constructor', ' d {}'), tie('tree'), { maxKeys: 3 }),
  ),
}));
const members = fc.dictionary(fc.constantFrom('a', 'b', 'c'), tree, { maxKeys: 3 });
const body = fc.record(
  { generation_id: fc.constant(GENERATION), action: fc.constantFrom('edit', 'share'), user_id: small, context: members, details: members },
  { requiredKeys: ['generation_id', 'action'] },
);

/** The same value, the members of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

const spelled = (value: object): string => canonicalBody(EVENTS['action-tracked'], { ...value });

describe('the canonical form of a body', () => {
  test('is the same in whatever order the members come, at every depth', () =>
    fc.assert(fc.property(body, (one) => expect(spelled(reversed(one) as object)).toBe(spelled(one)))));

  test('is equal for equal bodies only', () =>
    fc.assert(
      fc.property(body, body, (one, other) => {
        const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));
        expect(spelled(one) === spelled(other)).toBe(isDeepStrictEqual(plain(one), plain(other)));
      }),
      { numRuns: 500 },
    ));

  test('leaves out the id and the times, and what is undefined', () => {
    const one = { generation_id: GENERATION, action: 'edit' };
    const envelope = { event_id: GENERATION, occurred_at: '2026-01-01T00:00:00Z', sent_at: '2026-01-01T00:00:01Z' };
    expect(spelled({ ...envelope, ...one, details: undefined })).toBe(spelled(one));
  });
});
