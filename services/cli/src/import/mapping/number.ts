import { optional, type Node } from './document';
import { RowError } from './row';

export const NUMBER_KEYS = ['scale', 'offset', 'round', 'min', 'max', 'clamp', 'decimal'] as const;

export interface NumberRules {
  readonly scale: number;
  readonly offset: number;
  /** Decimal places kept, half away from zero. */
  readonly round: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Beyond `min` and `max`: the bound itself, instead of an error. */
  readonly clamp: boolean;
  readonly decimalComma: boolean;
}

export function numberRules(node: Node): NumberRules {
  return {
    scale: optional(node, 'scale', (member) => member.number()) ?? 1,
    offset: optional(node, 'offset', (member) => member.number()) ?? 0,
    round: optional(node, 'round', decimalPlaces),
    min: optional(node, 'min', (member) => member.number()) ?? -Infinity,
    max: optional(node, 'max', (member) => member.number()) ?? Infinity,
    clamp: optional(node, 'clamp', (member) => member.flag()) ?? false,
    decimalComma: optional(node, 'decimal', (member) => member.oneOf(['.', ','])) === ',',
  };
}

function decimalPlaces(node: Node): number {
  const places = node.number();
  return Number.isInteger(places) && places >= 0 && places <= 12 ? places : node.fail('must be a whole number of decimal places, 0 to 12');
}

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `value * scale + offset`, rounded, then held against the bounds. Only plain decimal notation is a number. */
export function toNumber(value: unknown, rules: NumberRules): number {
  const result = rounded(parse(value, rules) * rules.scale + rules.offset, rules.round);
  if (result >= rules.min && result <= rules.max) return result;
  if (!rules.clamp) throw new RowError('out_of_range', `is not between ${rules.min} and ${rules.max}`);
  return Math.min(Math.max(result, rules.min), rules.max);
}

function parse(value: unknown, { decimalComma }: NumberRules): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw new RowError('not_a_number', 'is not a number');
  const text = decimalComma ? value.trim().replaceAll('.', '').replace(',', '.') : value.trim();
  const number = PLAIN.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number)) throw new RowError('not_a_number', 'is not a number');
  return number;
}

/** Decimal rounding by the shortest decimal form, so that 1.005 to two places is 1.01 as on paper. */
function rounded(value: number, places: number | undefined): number {
  if (places === undefined || !Number.isFinite(value)) return value;
  const [digits, exponent] = Math.abs(value).toExponential().split('e');
  const shifted = Math.round(Number(`${digits}e${Number(exponent) + places}`));
  const [whole, power] = shifted.toExponential().split('e');
  return Math.sign(value) * Number(`${whole}e${Number(power) - places}`) || 0;
}
