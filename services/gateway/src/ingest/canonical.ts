import { ENVELOPE_FIELDS } from '@picly/contracts';

const ENVELOPE: ReadonlySet<string> = new Set(ENVELOPE_FIELDS);

function isPlain(value: object): value is Record<string, unknown> {
  return !Array.isArray(value);
}

function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!isPlain(value)) return `[${(value as unknown[]).map(write).join(',')}]`;
  return writeMembers(value, Object.keys(value).sort());
}

function writeMembers(object: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  let text = '{';
  for (const name of names) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(name)}:${write(object[name])}`;
  }
  return `${text}}`;
}

/**
 * One spelling for a body: members sorted, no white space, without `event_id`, `occurred_at` and `sent_at` (a retry is sent at
 * another time and stays the same event). The depth of a body is bounded by validation before it comes here.
 */
export function canonicalBody(type: string, body: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(body).filter((name) => !ENVELOPE.has(name) && body[name] !== undefined);
  return `${type} ${writeMembers(body, names.sort())}`;
}
