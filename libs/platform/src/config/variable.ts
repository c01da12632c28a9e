/** One setting: what it means, what it must look like, and what it is when nobody says otherwise. */
export interface Variable<T> {
  readonly type: string;
  /** What it decides, with units, in one sentence. */
  readonly meaning: string;
  /** `undefined` = optional without a value. */
  readonly default: T;
  /** Never printed. */
  readonly secret: boolean;
  /** Reads a non-empty text; throws `VariableError` saying what the text must be. */
  readonly parse: (text: string) => T;
}

/** The text of a variable is not what it must be. The message completes "NAME must be ..." and never quotes the value. */
export class VariableError extends Error {}

interface Described {
  readonly meaning: string;
  readonly secret?: boolean;
}

function variable<T, D extends T | undefined>(
  type: string,
  about: Described & { readonly default: D },
  parse: (text: string) => T,
): Variable<T | D> {
  return { type, meaning: about.meaning, default: about.default, secret: about.secret ?? false, parse };
}

/** Any text, of at least `minLength` characters (for secrets: short ones can be guessed). */
export const text = <D extends string | undefined>(
  about: Described & { readonly default: D; readonly minLength?: number },
): Variable<string | D> =>
  variable('text', about, (value) => {
    const least = about.minLength ?? 0;
    if (value.length < least) throw new VariableError(`a text of at least ${least} characters`);
    return value;
  });

/** A whole number from `min` to `max`. */
export function whole<D extends number | undefined>(
  about: Described & { readonly default: D; readonly min: number; readonly max: number },
): Variable<number | D> {
  return variable(`whole number ${about.min}..${about.max}`, about, (value) => {
    const n = /^-?\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (!(n >= about.min && n <= about.max)) throw new VariableError(`a whole number from ${about.min} to ${about.max}`);
    return n;
  });
}

export const flag = (about: Described & { readonly default: boolean }): Variable<boolean> =>
  variable('true | false', about, (value) => {
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    throw new VariableError('true or false');
  });

export function oneOf<const W extends string>(words: readonly W[], about: Described & { readonly default: W }): Variable<W> {
  return variable(words.join(' | '), about, (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new VariableError(`one of ${words.join(', ')}`);
    return found;
  });
}

const wordsOf = (value: string): string[] =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Words separated by commas. */
export const list = (about: Described & { readonly default: readonly string[] }): Variable<readonly string[]> =>
  variable<readonly string[], readonly string[]>('comma list', about, wordsOf);

/** Servers separated by commas, each with its port. */
export const servers = (about: Described & { readonly default: readonly string[] }): Variable<readonly string[]> =>
  variable<readonly string[], readonly string[]>('host:port comma list', about, (value) => {
    const isServer = (word: string): boolean => {
      const port = Number(/^(?:[^\s:/@[\]]+|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(word)?.[1]);
      return port >= 1 && port <= 65_535;
    };
    const found = wordsOf(value);
    if (!found.every(isServer)) throw new VariableError('a comma list of host:port, without a protocol');
    return found;
  });

/** A URL with one of the protocols. */
export function url<D extends string | undefined>(
  protocols: readonly string[],
  about: Described & { readonly default: D },
): Variable<string | D> {
  return variable(`URL (${protocols.join(', ')})`, about, (value) => {
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol.slice(0, -1))) {
      throw new VariableError(`a URL beginning with ${protocols.map((name) => `${name}://`).join(' or ')}`);
    }
    return value;
  });
}

/** Names and addresses: `name=http://host:port,other=http://...`. */
export const addresses = (about: Described & { readonly default: ReadonlyMap<string, string> }): Variable<ReadonlyMap<string, string>> =>
  variable<ReadonlyMap<string, string>, ReadonlyMap<string, string>>('name=URL comma list', about, (value) => {
    const pairs = value.split(',').map((part) => /^\s*([a-z][a-z0-9-]*)=(\S+?)\/?\s*$/.exec(part));
    const found = new Map<string, string>();
    for (const pair of pairs) {
      const [, name, address] = pair ?? [];
      if (name === undefined || address === undefined || !/^https?:\/\//.test(address) || !URL.canParse(address)) {
        throw new VariableError('a comma list of name=http://host:port');
      }
      found.set(name, address);
    }
    return found;
  });
