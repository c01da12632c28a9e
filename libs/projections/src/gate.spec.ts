import { Gate } from './gate';

const aRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a gate lets only so many in at once, in the order of coming, whatever fails', async () => {
  const gate = new Gate(2);
  let [inside, most] = [0, 0];
  const order: number[] = [];
  const work = (n: number) => async (): Promise<void> => {
    order.push(n);
    most = Math.max(most, ++inside);
    await aRound();
    inside--;
    if (n % 3 === 0) throw new Error(`${n}`);
  };
  const outcomes = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map((n) => gate.run(work(n))));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(outcomes.map(({ status }) => status === 'rejected')).toEqual([true, false, false, true, false, false, true]);
});
