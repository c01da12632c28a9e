import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { validateSync } from 'class-validator';
import { fieldNamesOf, schemaOf, type DeclaredClass } from './field';
import { isInstant } from './instant';
import { isStorableJson, isStorableText } from './storable';

/** One thing wrong with a body: where (RFC 6901), a stable code, and a sentence that never quotes the value. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An ajv that knows the formats and the keyword used in the schemas of `schemaOf`. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: false, strict: true });
  ajv.addFormat('uuid', UUID);
  ajv.addFormat('instant', isInstant);
  ajv.addFormat('storable-text', isStorableText);
  ajv.addKeyword({
    keyword: 'storable',
    type: 'object',
    schemaType: 'boolean',
    validate: (_schema: boolean, data: unknown) => isStorableJson(data),
  });
  return ajv;
}

const ajv = createAjv();
const compiled = new Map<DeclaredClass, ValidateFunction>();

function fastCheck(declared: DeclaredClass): ValidateFunction {
  let check = compiled.get(declared);
  if (!check) compiled.set(declared, (check = ajv.compile(schemaOf(declared))));
  return check;
}

/** A body of nothing but unknown members must not make an answer larger than itself. */
const MAX_UNKNOWN_NAMED = 100;

const escapePointer = (name: string): string => name.replace(/~/g, '~0').replace(/\//g, '~1');

/**
 * What is wrong with an object by class-validator alone, without compiling a schema: for declarations that are rarely checked.
 * Unknown members are found here and kept away from class-validator: assigning a member called `constructor` or `__proto__`
 * would disarm its own search.
 */
export function explainBody(declared: DeclaredClass, body: Readonly<Record<string, unknown>>): FieldError[] {
  const known = new Set(fieldNamesOf(declared));
  const names = Object.keys(body);
  const instance = Object.assign(
    new declared(),
    Object.fromEntries(names.filter((name) => known.has(name)).map((name) => [name, body[name]])),
  );
  const wrong = validateSync(instance, { forbidUnknownValues: true }).flatMap(({ property, constraints }) =>
    Object.entries(constraints ?? {}).map(([code, message]): FieldError => {
      return { pointer: `/${escapePointer(property)}`, code: body[property] === undefined ? 'required' : code, message };
    }),
  );
  const unknown = names
    .filter((name) => !known.has(name))
    .slice(0, MAX_UNKNOWN_NAMED)
    .map((name): FieldError => {
      return { pointer: `/${escapePointer(name)}`, code: 'unknown_field', message: 'this field is not known here' };
    });
  return [...wrong, ...unknown];
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/**
 * Everything wrong with a body; empty when it is valid. A compiled JSON Schema decides (about a microsecond); class-validator
 * says what is wrong with the few that fail.
 */
export function validateBody(declared: DeclaredClass, body: unknown): readonly FieldError[] {
  if (!isObject(body)) {
    return [{ pointer: '', code: 'object', message: 'the body must be a JSON object' }];
  }
  const check = fastCheck(declared);
  if (check(body)) return [];
  const errors = explainBody(declared, body);
  if (errors.length > 0) return errors;
  return (check.errors ?? []).map((error) => ({
    pointer: error.instancePath,
    code: error.keyword,
    message: error.message ?? 'is not valid',
  }));
}
