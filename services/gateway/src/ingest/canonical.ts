import { ENVELOPE_FIELDS, fieldNamesOf, type AnyEventDefinition } from '@picly/contracts';

const ENVELOPE: ReadonlySet<string> = new Set(ENVELOPE_FIELDS);
const namesByType = new Map<string, readonly string[]>();

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether the spelling of a value could depend on the order of members. */
function hasMembers(value: unknown): value is object {
  return isObject(value) && (!Array.isArray(value) || value.some(isObject));
}

/** JSON with the members of every object sorted. */
function write(value: unknown): string {
  if (!isObject(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`)
    .join(',')}}`;
}

/** What a body of the type may have beside the envelope, sorted. */
function namesOf({ type, body }: AnyEventDefinition): readonly string[] {
  let names = namesByType.get(type);
  if (!names) {
    names = fieldNamesOf(body)
      .filter((name) => !ENVELOPE.has(name))
      .sort();
    namesByType.set(type, names);
  }
  return names;
}

/**
 * One spelling for a valid body: members sorted, no white space, without `event_id`, `occurred_at` and `sent_at` (a retry is
 * sent at another time and stays the same event). Members that are objects follow the others: the rest then needs one call.
 */
export function canonicalBody(definition: AnyEventDefinition, body: Members): string {
  const flat: Record<string, unknown> = {};
  let deep = '';
  for (const name of namesOf(definition)) {
    const value = body[name];
    if (value === undefined) continue;
    if (hasMembers(value)) deep += ` ${name} ${write(value)}`;
    else flat[name] = value;
  }
  return `${definition.type} ${JSON.stringify(flat)}${deep}`;
}
