import type { JsonSchema } from '@picly/contracts';
import { isSchema, type SchemaOrExample } from './answers';

function schemaOfValue(value: unknown): JsonSchema {
  if (value === null) return {};
  if (Array.isArray(value)) return { type: 'array', items: value.length === 0 ? {} : schemaOfValue(value[0]) };
  if (typeof value === 'object') {
    return { type: 'object', properties: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, schemaOfValue(each)])) };
  }
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? { type: typeof value } : {};
}

/** A schema as it is; of an example the schema of its values, with the example attached. */
export function toSchema(given: SchemaOrExample): JsonSchema {
  return isSchema(given) ? given : { ...schemaOfValue(given), examples: [given] };
}
