import fc from 'fast-check';
import {
  assign,
  assignFrom,
  bucketRanges,
  conditionErrors,
  equalWeights,
  fnv1a,
  isInNamespace,
  matches,
  stickyKey,
  type Condition,
  type ExperimentDefinition,
} from './index';

const definition = (change: Partial<ExperimentDefinition> = {}): ExperimentDefinition => ({
  key: 'colour',
  status: 'running',
  arms: [
    { key: 'control', weight: 0.5 },
    { key: 'green', weight: 0.5 },
  ],
  ...change,
});

const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const shares = (weights: readonly number[]): Pick<ExperimentDefinition, 'arms'> => ({
  arms: weights.map((weight, at) => ({ key: String(at), weight })),
});

describe('assignment', () => {
  it('hashes UTF-16 code units, not UTF-8 bytes', () => {
    // FNV-1a of the one unit 0x00fc, and of the two units of a surrogate pair, by hand
    expect(fnv1a('ü')).toBe(Math.imul(0x811c9dc5 ^ 0xfc, 0x01000193) >>> 0);
    expect(fnv1a('😀')).toBe(Math.imul(Math.imul(0x811c9dc5 ^ 0xd83d, 0x01000193) ^ 0xde00, 0x01000193) >>> 0);
  });

  it('is the same every time, whatever the id', () => {
    fc.assert(fc.property(ids, (id) => expect(assign(definition(), id)).toEqual(assign(definition(), id))));
  });

  it('spreads units as the weights say, and two experiments independently', () => {
    const counts = new Map<string, number>();
    for (let id = 0; id < 20_000; id++) {
      const [one, two] = [assign(definition({ ...shares([0.2, 0.8]) }), String(id)), assign(definition({ key: 'other' }), String(id))];
      const name = `${one.arm}/${two.arm}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect((counts.get('0/control') ?? 0) / 20_000).toBeCloseTo(0.1, 2);
    expect((counts.get('1/green') ?? 0) / 20_000).toBeCloseTo(0.4, 2);
  });

  it('never moves a unit to another arm when only the coverage changes', () => {
    const coverage = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(ids, coverage, coverage, (id, a, b) => {
        const [one, two] = [assign(definition({ coverage: a }), id).arm, assign(definition({ coverage: b }), id).arm];
        expect(one === null || two === null || one === two).toBe(true);
      }),
    );
  });

  it('puts no unit into two experiments of disjoint parts of a namespace', () => {
    fc.assert(fc.property(ids, (id) => expect(isInNamespace(id, ['n', 0, 0.3]) && isInNamespace(id, ['n', 0.3, 1])).toBe(false)));
  });

  it.each([undefined, null, ''])('has no arm for the id %j', (id) => {
    expect(assign(definition(), id)).toEqual({ arm: null, reason: 'no_unit', bucket: null });
  });

  it.each<[string, Partial<ExperimentDefinition>, string]>([
    ['a draft', { status: 'draft' }, 'not_running'],
    ['a pause', { status: 'paused' }, 'not_running'],
    ['one arm', shares([1]), 'too_few_arms'],
    ['a holdout of everybody', { holdout: { seed: 'h', share: 1 } }, 'held_out'],
    ['an empty namespace', { namespace: ['n', 0, 0] }, 'outside_namespace'],
    ['targeting of others', { targeting: { plan: 'pro' } }, 'not_targeted'],
    ['no coverage', { coverage: 0 }, 'not_covered'],
    ['a shipped arm that is gone', { status: 'shipped', shippedArm: 'x' }, 'unknown_arm'],
  ])('says why there is no arm: %s', (_, change, reason) => {
    expect(assign(definition(change), 'ann')).toMatchObject({ arm: null, reason });
  });

  it('keeps a sticky arm through changes of weights, targeting, namespace and holdout', () => {
    const changed = definition({ ...shares([1, 0]), targeting: { plan: 'pro' }, namespace: ['n', 0, 0], holdout: { seed: 'h', share: 1 } });
    expect(assign(changed, 'ann', {}, { sticky: '1' })).toMatchObject({ arm: '1', reason: 'sticky' });
    expect(assign(definition(), 'ann', {}, { sticky: 'gone' }).reason).toBe('assigned');
    expect(assign(definition({ bucketVersion: 1 }), 'ann', {}, { sticky: { [stickyKey('colour')]: 'green' } }).reason).toBe('assigned');
    expect(assign(definition({ minBucketVersion: 1 }), 'ann', {}, { sticky: { [stickyKey('colour')]: 'green' } }).reason).toBe(
      'old_version',
    );
  });

  it('gives a forced arm, and the shipped arm to everybody, without exposing them', () => {
    expect(assign(definition({ status: 'draft' }), 'ann', {}, { forced: 'green' })).toEqual({
      arm: 'green',
      reason: 'forced',
      bucket: null,
    });
    expect(assign(definition(), 'ann', {}, { forced: 'grren' }).reason).toBe('unknown_arm');
    expect(assign(definition({ status: 'shipped', shippedArm: 'green' }), '')).toEqual({ arm: 'green', reason: 'shipped', bucket: null });
  });

  it('works from a document of definitions', () => {
    const definitions = { version: 1, experiments: [definition()] } as const;
    expect(assignFrom(definitions, { experiment: 'colour', unit: 'ann' })).toEqual(assign(definition(), 'ann'));
    expect(assignFrom(definitions, { experiment: 'x', unit: 'ann' }).reason).toBe('unknown_experiment');
  });
});

describe('bucket ranges', () => {
  it('replace weights that make no sense, and never overlap', () => {
    expect(bucketRanges(2, 1, [1.5, -0.5])).toEqual(bucketRanges(2, 1, equalWeights(2)));
    expect(bucketRanges(2, Number.NaN)).toEqual(bucketRanges(2, 1));
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 8 }), fc.double(), (weights, coverage) => {
        const ranges = bucketRanges(weights.length, coverage, weights);
        ranges.forEach(([from, to], at) => expect(from >= (ranges[at - 1]?.[1] ?? 0) - 1e-12 && to >= from && to <= 1.02).toBe(true));
      }),
    );
  });
});

describe('targeting', () => {
  const ann = { plan: 'pro', age: 30, device: { type: 'phone' }, 'odd.name': 1, gone: null };
  it.each<[Condition, boolean]>([
    [{}, true],
    [{ plan: 'pro' }, true],
    [{ plan: { not: 'pro' } }, false],
    [{ plan: { in: ['pro', 'team'] }, age: { gte: 18, lt: 65 } }, true],
    [{ plan: { not_in: ['pro'] } }, false],
    [{ age: { gt: 30 } }, false],
    [{ age: { lte: 30 } }, true],
    [{ plan: { gt: 1 } }, false],
    [{ age: '30' }, false],
    [{ 'device.type': 'phone', 'odd.name': 1 }, true],
    [{ nothing: { exists: false }, gone: { exists: false }, plan: { exists: true } }, true],
    [{ nothing: null }, true],
    [{ any: [{ plan: 'free' }, { age: 30 }] }, true],
    [{ all: [{ plan: 'pro' }, { age: 31 }] }, false],
    [{ none: { plan: 'pro' } }, false],
    [{ any: [] }, false],
    [{ constructor: { exists: true } }, false],
  ])('%j holds: %s', (condition, holds) => {
    expect(conditionErrors(condition)).toEqual([]);
    expect(matches(condition, ann)).toBe(holds);
  });

  it('that is no condition holds for nobody, and every fault of it is named', () => {
    const wrong = { plan: { like: 'p' }, age: { gt: '3' }, any: {}, all: [1], none: 1, 'a/b': [1], list: { in: 'x' }, yes: { exists: 1 } };
    expect(conditionErrors(wrong).map(({ pointer }) => pointer)).toEqual([
      '/plan/like',
      '/age/gt',
      '/any',
      '/all/0',
      '/none',
      '/a~1b',
      '/list/in',
      '/yes/exists',
    ]);
    for (const nonsense of [null, 1, 'x', [], wrong]) expect(matches(nonsense, ann)).toBe(false);
    const deep = Array.from({ length: 12 }).reduce<unknown>((inner) => ({ none: inner }), {});
    expect(conditionErrors(deep)).toHaveLength(1);
  });
});
