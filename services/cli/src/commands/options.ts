import { InvalidArgumentError } from 'commander';

/** A whole number within bounds, for options. */
export const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < min || n > max) throw new InvalidArgumentError(`a whole number from ${min} to ${max} is wanted`);
    return n;
  };

/** `name=value`, repeatable. */
export function pair(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('name=value is wanted');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}

export const commaList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
