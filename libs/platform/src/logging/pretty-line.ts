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

/** One JSON line of the logger as one readable line: time of day, level, message, the rest as name=value. */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Line & Record<string, unknown>;
  const rest = Object.entries(line).filter(([name]) => !HIDDEN.has(name));
  const parts = [line.time?.slice(11, 19) ?? '', (line.level ?? '').padEnd(5), line.msg ?? ''];
  if (line.err) parts.push(`${line.err.type ?? 'error'}: ${line.err.message ?? ''}`);
  parts.push(...rest.map(([name, value]) => `${name}=${shown(value)}`));
  const frames = line.level === 'error' || line.level === 'fatal' ? line.err?.stack : undefined;
  return `${parts.join(' ')}\n${frames === undefined ? '' : `${frames}\n`}`;
}
