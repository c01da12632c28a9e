import 'reflect-metadata';
import type { ProblemCode } from '@picly/contracts';

const ANSWERS = Symbol('picly:answers');

/** A JSON Schema literal, or an example object from which one is derived. */
export type SchemaOrExample = Readonly<Record<string, unknown>>;

/** What a controller method answers, for the OpenAPI document and for the columns of a CSV without rows. */
export interface AnswersSpec {
  readonly summary: string;
  readonly description?: string;
  /** Groups operations in the document; default: the name of the controller. */
  readonly tag?: string;
  /** One row of a list. */
  readonly row?: SchemaOrExample;
  /** The answer itself, when it is no list. */
  readonly body?: SchemaOrExample;
  /** The media type when it is not JSON. */
  readonly mediaType?: string;
  readonly status?: number;
  /** Problems beyond those that follow from the route. */
  readonly problems?: readonly ProblemCode[];
  /** JSON Schema of the request body. */
  readonly accepts?: SchemaOrExample;
}

export const Answers =
  (spec: AnswersSpec): MethodDecorator =>
  (_target, _name, descriptor) => {
    if (typeof descriptor.value === 'function') Reflect.defineMetadata(ANSWERS, spec, descriptor.value);
  };

export function answersOf(handler: object): AnswersSpec | undefined {
  return Reflect.getMetadata(ANSWERS, handler) as AnswersSpec | undefined;
}

export const isSchema = (given: SchemaOrExample): boolean =>
  typeof given['type'] === 'string' && ('properties' in given || 'items' in given || given['type'] !== 'object')
    ? ['object', 'array', 'string', 'number', 'integer', 'boolean'].includes(given['type'])
    : '$ref' in given || 'oneOf' in given;

/** The columns a list has even when it is empty. */
export function columnsOfAnswer(spec: AnswersSpec | undefined): readonly string[] {
  if (spec?.row === undefined) return [];
  return Object.keys(isSchema(spec.row) ? ((spec.row['properties'] as object | undefined) ?? {}) : spec.row);
}
