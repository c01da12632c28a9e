/** A decimal number without rounding: `digits` / 10^`scale`. */
interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

function parse(text: string): Exact {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError('not a decimal number');
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = match;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(`${sign}${whole}${fraction}`);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/**
 * Sums decimals without rounding, so that the sum does not depend on their order, and what was added can be taken away again
 * without a trace. Takes numbers and the text Postgres gives for `numeric`.
 */
export class ExactSum {
  private digits = 0n;
  private scale = 0;

  add(value: number | string, sign: 1 | -1 = 1): void {
    const term = parse(String(value));
    if (term.scale === this.scale) {
      this.digits += sign === 1 ? term.digits : -term.digits;
      return;
    }
    const scale = Math.max(this.scale, term.scale);
    const aligned = term.digits * 10n ** BigInt(scale - term.scale);
    this.digits = this.digits * 10n ** BigInt(scale - this.scale) + (sign === 1 ? aligned : -aligned);
    this.scale = scale;
  }

  isZero(): boolean {
    return this.digits === 0n;
  }

  /** Plain decimal notation, as `numeric` takes it. */
  toString(): string {
    const negative = this.digits < 0n;
    const all = (negative ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0');
    const whole = all.slice(0, all.length - this.scale);
    const text = this.scale === 0 ? whole : `${whole}.${all.slice(all.length - this.scale)}`;
    return negative ? `-${text}` : text;
  }
}
