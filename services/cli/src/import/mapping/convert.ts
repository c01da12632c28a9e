import { DATE_KEYS, dateRules, toInstant } from './date';
import { optional, type Node } from './document';
import { NUMBER_KEYS, numberRules, toNumber } from './number';
import { RowError } from './row';

export const KINDS = ['text', 'number', 'boolean', 'date', 'list', 'json'] as const;
export type Kind = (typeof KINDS)[number];

export type Conversion = (value: unknown) => unknown;

const KEYS_OF: Readonly<Record<Kind, readonly string[]>> = {
  text: [],
  number: NUMBER_KEYS,
  boolean: ['true', 'false'],
  date: DATE_KEYS,
  list: ['split'],
  json: [],
};

export const CONVERSION_KEYS: readonly string[] = Object.values(KEYS_OF).flat();

/** The conversion to a kind, with the options that stand beside it. */
export function compileConversion(node: Node, kind: Kind): Conversion {
  const foreign = CONVERSION_KEYS.find((key) => node.has(key) && !KEYS_OF[kind].includes(key));
  if (foreign !== undefined) node.member(foreign).fail(`does not go with a ${kind}; say what the value becomes with "as"`);
  switch (kind) {
    case 'text':
      return toText;
    case 'number': {
      const rules = numberRules(node);
      return (value) => toNumber(value, rules);
    }
    case 'boolean':
      return booleanConversion(node);
    case 'date': {
      const rules = dateRules(node);
      return (value) => toInstant(value, rules);
    }
    case 'list':
      return listConversion(node);
    case 'json':
      return toJson;
  }
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new RowError('not_text', 'is not text');
}

const YES = ['true', 'yes', 'y', 't', '1', 'on'];
const NO = ['false', 'no', 'n', 'f', '0', 'off'];

function booleanConversion(node: Node): Conversion {
  const yes = new Set(optional(node, 'true', words) ?? YES);
  const no = new Set(optional(node, 'false', words) ?? NO);
  return (value) => {
    if (typeof value === 'boolean') return value;
    const word = toText(value).trim().toLowerCase();
    if (yes.has(word)) return true;
    if (no.has(word)) return false;
    throw new RowError('not_a_boolean', 'is none of the words for true and false');
  };
}

const words = (node: Node): readonly string[] => node.texts().map((word) => word.toLowerCase());

function listConversion(node: Node): Conversion {
  const separator = optional(node, 'split', (member) => member.text()) ?? ',';
  return (value) => {
    if (Array.isArray(value)) return value as unknown[];
    const items = toText(value).split(separator);
    return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))];
  };
}

function toJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new RowError('not_json', 'is not JSON');
  }
}
