import {
  armOfLink,
  assign,
  bucketOf,
  bucketRanges,
  chooseArm,
  equalWeights,
  isInNamespace,
  queryOverride,
  type BucketRange,
  type Condition,
  type ExperimentDefinition,
  type Filter,
  type Groups,
  type HashVersion,
  type Namespace,
  type Prerequisite,
  type StickyChoices,
} from './index';
import published from './vectors/growthbook-cases.json';

interface RunCase {
  readonly unit?: string | null;
  readonly key: string;
  readonly arms: number;
  readonly weights?: readonly number[];
  readonly condition?: Condition;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly active?: boolean;
  readonly forced?: number;
  readonly seed?: string;
  readonly hashVersion?: HashVersion;
  readonly coverage?: number;
  readonly namespace?: Namespace;
  readonly ranges?: readonly BucketRange[];
  readonly force?: number;
  readonly filters?: readonly Filter[];
  readonly prerequisites?: readonly Prerequisite[];
  readonly values?: Readonly<Record<string, unknown>>;
  readonly groups?: Groups;
  readonly url?: string;
  readonly enabled?: boolean;
  readonly trial?: boolean;
}

interface StickyCase {
  readonly unit: string;
  readonly key: string;
  readonly seed: string;
  readonly arms: readonly string[];
  readonly weights?: readonly number[];
  readonly hashVersion?: HashVersion;
  readonly bucketVersion?: number;
  readonly minBucketVersion?: number;
  readonly withoutSticky?: boolean;
}

/** The published cases as this specification types them: a JSON import knows no tuples. */
interface Published {
  readonly hash: readonly (readonly [seed: string, value: string, version: HashVersion, bucket: number | null])[];
  readonly bucketRanges: readonly (readonly [string, readonly [arms: number, coverage: number, weights: number[] | null], BucketRange[]])[];
  readonly choice: readonly (readonly [string, bucket: number, ranges: BucketRange[], arm: number])[];
  readonly namespace: readonly (readonly [string, unit: string, Namespace, boolean])[];
  readonly equalWeights: readonly (readonly [arms: number, number[]])[];
  readonly run: readonly (readonly [string, RunCase, arm: number | null])[];
  readonly queryOverride: readonly (readonly [key: string, url: string, arms: number, arm: number | null])[];
  readonly sticky: readonly (readonly [
    string,
    StickyCase,
    StickyChoices,
    { readonly arm: string; readonly bucket: number; readonly sticky: boolean } | null,
  ])[];
}

const cases: Published = JSON.parse(JSON.stringify(published)) as Published;

const conditionsOf = ({ force, filters, prerequisites }: RunCase): Partial<ExperimentDefinition> => ({
  ...(force !== undefined && { forcedArm: String(force) }),
  ...(filters !== undefined && { filters }),
  ...(prerequisites !== undefined && { prerequisites }),
});

function definitionOf(run: RunCase): ExperimentDefinition {
  const { arms, weights, condition, active, key, seed, coverage, namespace, ranges } = run;
  return {
    key,
    status: active === false ? 'stopped' : 'running',
    hashVersion: run.hashVersion ?? 1,
    arms: Array.from({ length: arms }, (_, index) => ({ key: String(index), weight: weights?.[index] ?? 1 / arms })),
    ...(seed !== undefined && { seed }),
    ...(coverage !== undefined && { coverage }),
    ...(namespace !== undefined && { namespace }),
    ...(ranges !== undefined && { ranges }),
    ...(condition !== undefined && { targeting: condition }),
    ...conditionsOf(run),
  };
}

describe('the published vectors of the assignment scheme', () => {
  it.each(cases.hash)('hash: seed %j, value %j, version %d is %d', (seed, value, version, bucket) => {
    expect(bucketOf(seed, value, version)).toBe(bucket);
  });

  it.each(cases.bucketRanges)('bucket ranges: %s', (_, [arms, coverage, weights], ranges) => {
    const computed = bucketRanges(arms, coverage, weights ?? undefined);
    expect(computed.map((range) => range.map((end) => Number(end.toFixed(6))))).toEqual(ranges);
  });

  it.each(cases.choice)('choice: %s', (_, bucket, ranges, arm) => {
    expect(chooseArm(bucket, ranges)).toBe(arm);
  });

  it.each(cases.namespace)('namespace: %s', (_, unit, namespace, isIn) => {
    expect(isInNamespace(unit, namespace)).toBe(isIn);
  });

  it.each(cases.equalWeights)('equal weights of %d arms', (arms, weights) => {
    expect(equalWeights(arms).map((weight) => Number(weight.toFixed(8)))).toEqual(weights);
  });

  it.each(cases.run)('run: %s', (_, run, arm) => {
    const definition = definitionOf(run);
    const forced = armOfLink(definition, run.url ?? '') ?? (run.forced === undefined ? undefined : String(run.forced));
    const { enabled = true, trial = false, values = {}, groups = {} } = run;
    const options = { enabled, trial, values, groups, ...(forced !== undefined && { forced }) };
    expect(assign(definition, run.unit, run.attributes, options).arm).toBe(arm === null ? null : String(arm));
  });

  it.each(cases.queryOverride)('query override: %s, %s, %d arms', (key, url, arms, arm) => {
    expect(queryOverride(key, url, arms)).toBe(arm);
  });

  it('leave out none of the published runs', () => {
    expect([cases.run.length, cases.sticky.length]).toEqual([73, 13]);
  });

  it.each(cases.sticky)('sticky: %s', (_, { unit, arms, weights, ...rest }, choices, expected) => {
    const definition = {
      status: 'running',
      arms: arms.map((key, index) => ({ key, weight: weights?.[index] ?? 1 / arms.length })),
      ...rest,
    } as const;
    const { arm, bucket, reason } = assign({ hashVersion: 1, ...definition }, unit, {}, { sticky: choices });
    expect(arm === null ? null : { arm, bucket, sticky: reason === 'sticky' }).toEqual(expected);
  });
});
