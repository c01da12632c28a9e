import { bucketOf, bucketRanges, chooseArm, isInNamespace, type BucketRange, type Namespace } from '@picly/assignment';
import type { FieldError, JsonSchema } from '@picly/contracts';
import { WEIGHTS } from './options';
import { readBody } from './read-body';
import { inside, number, object, refuse, text, type Place, type Shape } from './shape';

const NAME = text(200);
const SHARE = number({ min: 0, max: 1 });
const VERSION_SCHEMA: JsonSchema = { type: 'integer', enum: [1, 2] };

const VERSION: Shape<1 | 2> = {
  schema: VERSION_SCHEMA,
  read: (value, place) => (value === 1 || value === 2 ? value : refuse(place, 'one_of', 'must be 1 or 2')),
};

const NAMESPACE: Shape<Namespace> = {
  schema: { type: 'array', prefixItems: [NAME.schema, SHARE.schema, SHARE.schema], minItems: 3, maxItems: 3 },
  read: (value, place) => {
    if (!Array.isArray(value) || value.length !== 3) return refuse(place, 'list', 'must be [name, start, end]');
    const name = NAME.read(value[0], inside(place, 0));
    const start = SHARE.read(value[1], inside(place, 1));
    const end = SHARE.read(value[2], inside(place, 2));
    return name === undefined || start === undefined || end === undefined ? undefined : [name, start, end];
  },
};

export const ASSIGN_BODY = object(
  { seed: text(1_000), value: text(1_000) },
  { hash_version: VERSION, weights: WEIGHTS, arms: number({ min: 0, max: 1_000, whole: true }), coverage: number(), namespace: NAMESPACE },
);

type AssignBody = NonNullable<ReturnType<typeof ASSIGN_BODY.read>>;

export interface AssignAnswer {
  /** null for an empty value, which is in no experiment. */
  readonly bucket: number | null;
  readonly ranges: readonly BucketRange[];
  /** The index of the arm, or -1. */
  readonly arm: number;
}

function checkArms({ weights, arms }: AssignBody, place: Place): void {
  if (weights === undefined && arms === undefined) refuse(inside(place, 'weights'), 'required', 'give weights, or how many arms there are');
}

function assigned({ seed, value, hash_version: version = 2, weights, arms, coverage = 1, namespace }: AssignBody): AssignAnswer {
  const ranges = bucketRanges(arms ?? weights?.length ?? 0, coverage, weights);
  const bucket = value === '' ? null : bucketOf(seed, value, version);
  const isOut = bucket === null || (namespace !== undefined && !isInNamespace(value, namespace));
  return { bucket, ranges, arm: isOut ? -1 : chooseArm(bucket, ranges) };
}

/** Where a value falls and which arm that is; or what is wrong with the body. */
export function assignStateless(body: unknown): AssignAnswer | readonly FieldError[] {
  const read = readBody(ASSIGN_BODY, body, checkArms);
  return 'seed' in read ? assigned(read) : read;
}
