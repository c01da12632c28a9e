const HIDDEN = new Set(['level', 'time', 'name', 'msg', 'err']);

function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value);
}

interface Line {
  readonly level?: string;
  readonly time?: string;
  readonly name?: string;
  readonly msg?: string;
  readonly err?: { readonly type?: string; readonly message?: string; readonly stack?: string };
}

const isGrave = (level: string | undefined): boolean => level === 'error' || level === 'fatal';

/** One JSON line of the logger as one readable line: time of day, level, message, the rest as name=value. */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Line & Record<string, unknown>;
  const { time = '', level = '', msg = '', err } = line;
  const rest = Object.entries(line).filter(([name]) => !HIDDEN.has(name));
  const parts = [time.slice(11, 19), level.padEnd(5), msg];
  if (err) parts.push(`${err.type ?? 'error'}: ${err.message ?? ''}`);
  parts.push(...rest.map(([name, value]) => `${name}=${shown(value)}`));
  const frames = isGrave(level) && err?.stack !== undefined ? `${err.stack}\n` : '';
  return `${parts.join(' ')}\n${frames}`;
}
