import 'reflect-metadata';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

/** A JSON Schema fragment (2020-12, as OpenAPI 3.1 uses it). */
export type JsonSchema = { readonly [key: string]: unknown };

/** How a value on the wire is stored in the event: amounts become integer micro-units, seconds integer milliseconds. */
export type StoredUnit = 'micros' | 'ms';

interface FieldDeclaration {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly unit?: StoredUnit;
}

/** One rule for one property: the same rule as a JSON Schema fragment and as a class-validator constraint. */
export interface FieldRule {
  /** Stable code of a violation, the `code` in problem+json. */
  readonly code: string;
  readonly schema: JsonSchema;
  readonly test: (value: unknown) => boolean;
  /** What the value must be, completing "`name` must be ...". Never quotes the offending value. */
  readonly must: string;
  readonly unit?: StoredUnit;
}

export interface FieldOptions {
  readonly optional?: boolean;
  readonly description?: string;
}

const DECLARATIONS = Symbol('picly:fields');

function declarationsOf(target: object): readonly FieldDeclaration[] {
  const found: unknown = Reflect.getMetadata(DECLARATIONS, target);
  return Array.isArray(found) ? (found as FieldDeclaration[]) : [];
}

/** A property decorator that declares the rule to class-validator and to `schemaOf` in one stroke. */
export function field(rule: FieldRule, options: FieldOptions = {}): PropertyDecorator {
  const required = options.optional !== true;
  return (target, property) => {
    const name = String(property);
    const schema = options.description === undefined ? rule.schema : { ...rule.schema, description: options.description };
    const declaration: FieldDeclaration = { name, schema, required, ...(rule.unit && { unit: rule.unit }) };
    const others = declarationsOf(target).filter((each) => each.name !== name);
    Reflect.defineMetadata(DECLARATIONS, [...others, declaration], target);
    // Said for required properties too: a subclass that requires what its parent left open must undo the parent's condition.
    ValidateIf((_object, value: unknown) => required || value !== undefined)(target, property);
    ValidateBy({
      name: rule.code,
      validator: {
        validate: (value: unknown) => rule.test(value),
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? name} must be ${rule.must}`,
      },
    })(target, property);
  };
}

/** Any class whose properties are declared with `field`. */
export type DeclaredClass<T extends object = object> = new () => T;

/** The JSON Schema of a declared class; unknown properties are refused. */
export function schemaOf(declared: DeclaredClass): JsonSchema {
  const declarations = declarationsOf(declared.prototype as object);
  return {
    type: 'object',
    additionalProperties: false,
    required: declarations.filter((each) => each.required).map((each) => each.name),
    properties: Object.fromEntries(declarations.map((each) => [each.name, each.schema])),
  };
}

/** The names of all declared properties, in the order of declaration (inherited first). */
export function fieldNamesOf(declared: DeclaredClass): readonly string[] {
  return declarationsOf(declared.prototype as object).map((each) => each.name);
}

/** Which properties are stored in another unit than they have on the wire. */
export function unitsOf(declared: DeclaredClass): ReadonlyMap<string, StoredUnit> {
  const pairs = declarationsOf(declared.prototype as object).flatMap((each) => (each.unit ? [[each.name, each.unit] as const] : []));
  return new Map(pairs);
}
