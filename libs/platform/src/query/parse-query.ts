import { explainBody, schemaOf, type DeclaredClass, type FieldError, type JsonSchema } from '@picly/contracts';
import { ProblemError } from '../problem/problem-error';

type Raw = Readonly<Record<string, string | readonly string[] | undefined>>;

const NUMBER = /^-?(\d{1,15})(\.\d{1,15})?$/;

/** The value a text stands for, or the text itself when it stands for none (validation then says what was expected). */
function coerce(text: string, schema: JsonSchema): unknown {
  const type = schema['type'];
  if (type === 'integer' || type === 'number') return NUMBER.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function valueOf(raw: string | readonly string[], schema: JsonSchema): unknown {
  const texts = typeof raw === 'string' ? [raw] : raw;
  if (schema['type'] !== 'array') return texts.length === 1 ? coerce(texts[0] ?? '', schema) : texts;
  const items = (schema['items'] ?? {}) as JsonSchema;
  return texts
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '')
    .map((text) => coerce(text, items));
}

const unknownParameter = (name: string): FieldError => {
  const harmless = /^[\w.-]{1,64}$/.test(name) ? name : '?';
  return { pointer: `/${harmless}`, code: 'unknown_parameter', message: 'this parameter is not known here' };
};

/**
 * The query string as an instance of its class, with the class's defaults. Throws `invalid_query` naming every unknown,
 * repeated or wrong parameter.
 */
export function parseQuery<T extends object>(declared: DeclaredClass<T>, raw: Raw): T {
  const properties = schemaOf(declared)['properties'] as Readonly<Record<string, JsonSchema>>;
  const values: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const [name, text] of Object.entries(raw)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema === undefined) errors.push(unknownParameter(name));
    else if (text !== undefined) values[name] = valueOf(text, schema);
  }
  errors.push(...explainBody(declared, values));
  if (errors.length > 0) throw new ProblemError('invalid_query', { errors });
  return Object.assign(new declared(), values);
}
