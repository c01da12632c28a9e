/** Work on the same partition numbers runs one after the other, in the order asked for; work on others runs beside it. */
export class Turns {
  private readonly last = new Map<number, Promise<void>>();

  take<T>(partitions: Iterable<number>, work: () => Promise<T>): Promise<T> {
    const numbers = [...new Set(partitions)];
    const mine = Promise.all(numbers.flatMap((partition) => this.last.get(partition) ?? [])).then(work);
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    for (const partition of numbers) this.last.set(partition, over);
    return mine;
  }
}
