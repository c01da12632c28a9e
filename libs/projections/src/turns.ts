/** Work on the same partition numbers runs one after the other, in the order asked for; work on others runs beside it. */
export class Turns {
  private readonly last = new Map<number, Promise<void>>();
  private readonly underWay = new Map<number, number>();

  /** Whether work on one of the partition numbers is not over. */
  isBusy(partitions: Iterable<number>): boolean {
    for (const partition of partitions) if ((this.underWay.get(partition) ?? 0) > 0) return true;
    return false;
  }

  take<T>(partitions: Iterable<number>, work: () => Promise<T>): Promise<T> {
    const numbers = [...new Set(partitions)];
    const mine = Promise.all(numbers.flatMap((partition) => this.last.get(partition) ?? [])).then(work);
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    for (const partition of numbers) this.last.set(partition, over);
    this.count(numbers, 1);
    void over.then(() => this.count(numbers, -1));
    return mine;
  }
  private count(partitions: readonly number[], by: number): void {
    for (const partition of partitions) this.underWay.set(partition, (this.underWay.get(partition) ?? 0) + by);
  }
}
