import { isStorableText, type FieldError } from '@picly/contracts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the fields of one object, takes the default where one is absent, and collects what is wrong. Values are never quoted. */
export class FieldReader {
  constructor(
    private readonly fields: Fields,
    private readonly at: string,
    readonly errors: FieldError[],
  ) {}

  static of(value: unknown, at: string, errors: FieldError[]): FieldReader | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new FieldReader(value as Fields, at, errors);
    errors.push({ pointer: at, code: 'object', message: `${nameOf(at)} must be an object` });
    return undefined;
  }

  fail(name: string, code: string, message: string): void {
    this.errors.push({ pointer: `${this.at}/${name}`, code, message });
  }

  /** What is there; `undefined` when absent or null. */
  raw(name: string): unknown {
    return this.fields[name] ?? undefined;
  }

  refuseUnknown(known: readonly string[]): void {
    for (const name of Object.keys(this.fields)) {
      if (!known.includes(name)) this.fail(/^[\w.-]{1,64}$/.test(name) ? name : '?', 'unknown_field', 'this field is not known here');
    }
  }

  text<D extends string | null | undefined>(name: string, fallback: D, max = 200): string | D {
    const value = this.raw(name);
    if (value === undefined) return fallback;
    if (typeof value === 'string' && value.length > 0 && value.length <= max && isStorableText(value)) return value;
    this.fail(name, 'text', `${name} must be text of 1 to ${max} characters`);
    return fallback;
  }

  requiredText(name: string): string {
    if (this.raw(name) === undefined) this.fail(name, 'required', `${name} must be given`);
    return this.text(name, '');
  }

  number<D extends number | null>(name: string, fallback: D, bounds: { min: number; max: number; whole?: boolean }): number | D {
    const value = this.raw(name);
    if (value === undefined) return fallback;
    const fits = typeof value === 'number' && Number.isFinite(value) && value >= bounds.min && value <= bounds.max;
    if (fits && (bounds.whole !== true || Number.isInteger(value))) return value;
    this.fail(name, 'number', `${name} must be a ${bounds.whole === true ? 'whole ' : ''}number from ${bounds.min} to ${bounds.max}`);
    return fallback;
  }

  oneOf<W extends string, D extends W | null>(name: string, words: readonly W[], fallback: D): W | D {
    const value = this.raw(name);
    if (value === undefined) return fallback;
    const found = words.find((word) => word === value);
    if (found === undefined) this.fail(name, 'one_of', `${name} must be one of ${words.join(', ')}`);
    return found ?? fallback;
  }

  list(name: string, max: number): readonly unknown[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.length <= max) return value;
    this.fail(name, 'list', `${name} must be a list of at most ${max}`);
    return [];
  }

  texts(name: string, max: number): readonly string[] {
    const items = this.list(name, max);
    const good = items.filter((item) => typeof item === 'string' && item.length > 0 && item.length <= 200 && isStorableText(item));
    if (good.length < items.length) this.fail(name, 'words', `${name} must be texts of 1 to 200 characters`);
    if (new Set(good).size < good.length) this.fail(name, 'repeated', `${name} must not say a thing twice`);
    return good.map(String);
  }

  /** Reads each object of a list with `read`. */
  objects<T>(name: string, max: number, read: (item: FieldReader) => T): readonly T[] {
    return this.list(name, max).flatMap((item, n) => {
      const reader = FieldReader.of(item, `${this.at}/${name}/${n}`, this.errors);
      return reader ? [read(reader)] : [];
    });
  }

  object<T>(name: string, read: (item: FieldReader) => T): T | null {
    const value = this.raw(name);
    const reader = value === undefined ? undefined : FieldReader.of(value, `${this.at}/${name}`, this.errors);
    return reader ? read(reader) : null;
  }
}

const nameOf = (pointer: string): string => (pointer === '' ? 'the body' : pointer.slice(1));
