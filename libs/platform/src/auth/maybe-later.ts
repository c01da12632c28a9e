/** Known already, or to be waited for. */
export type MaybeLater<T> = T | Promise<T>;

/** `next` with the value: at once when it is known, as a promise costs turns that a hot path cannot spare. */
export function whenKnown<T, Result>(value: MaybeLater<T>, next: (value: T) => MaybeLater<Result>): MaybeLater<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
