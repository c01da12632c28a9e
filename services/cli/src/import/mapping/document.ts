import { MappingError } from './row';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const escape = (key: string): string => key.replace(/~/g, '~0').replace(/\//g, '~1');

/** A place in the mapping document: reads typed members and complains with the pointer of what is wrong. */
export class Node {
  constructor(
    readonly value: unknown,
    readonly pointer: string,
  ) {}

  fail(reason: string): never {
    throw new MappingError(this.pointer, reason);
  }

  object(known?: readonly string[]): JsonObject {
    if (!isObject(this.value)) this.fail('must be an object');
    const unknown = known && Object.keys(this.value).find((key) => !known.includes(key));
    if (unknown !== undefined) this.member(unknown).fail(`is not known here; known are ${known?.join(', ')}`);
    return this.value;
  }

  member(key: string | number): Node {
    const value = isObject(this.value) || Array.isArray(this.value) ? (this.value as Record<string | number, unknown>)[key] : undefined;
    return new Node(value, `${this.pointer}/${escape(String(key))}`);
  }

  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key);
  }

  members(): readonly (readonly [string, Node])[] {
    return Object.keys(this.object()).map((key) => [key, this.member(key)] as const);
  }

  items(): readonly Node[] {
    if (!Array.isArray(this.value)) this.fail('must be a list');
    return this.value.map((_, at) => this.member(at));
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.fail('must be text');
  }

  texts(): readonly string[] {
    return this.items().map((item) => item.text());
  }

  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.fail('must be a number');
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false');
  }

  oneOf<const T extends string>(words: readonly T[]): T {
    return words.find((word) => word === this.value) ?? this.fail(`must be one of ${words.join(', ')}`);
  }

  pattern(): RegExp {
    try {
      return new RegExp(this.text(), 'u');
    } catch (error) {
      return this.fail(`is not a regular expression (${error instanceof Error ? error.message : 'unknown reason'})`);
    }
  }
}

/** An optional member, read by `read` when it is there. */
export function optional<T>(node: Node, key: string, read: (member: Node) => T): T | undefined {
  return node.has(key) ? read(node.member(key)) : undefined;
}
