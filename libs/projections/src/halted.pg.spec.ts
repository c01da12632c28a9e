import { toyProjection } from '@picly/testing';
import { openRunnerHarness, type RunnerHarness } from './runner-harness.features';
import { toyHistory } from './toy-model.features';

let harness: RunnerHarness;
beforeAll(async () => void (harness = await openRunnerHarness([toyProjection])));
afterAll(() => harness.close());

it('a partition whose next records are gone from the log is halted, and the runner says which and why', async () => {
  const first = harness.runner([toyProjection]);
  await first.start();
  await first.whenFolded(await harness.append(toyHistory(60)));
  expect(first.halted()).toEqual([]);
  await first.stop();
  await harness.append(toyHistory(60));
  const [bound] = (await harness.log.bounds(['picly.rating-submitted'])).filter(({ end }) => end > 8);
  await harness.log.trim([{ topic: bound!.topic, partition: bound!.partition, offset: bound!.end }]);
  const second = harness.runner([toyProjection]);
  await second.start();
  while (second.halted().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(second.halted()).toEqual([
    expect.stringMatching(
      new RegExp(`^toy@1: ${bound!.topic}/${bound!.partition}: expected offset \\d+, the log begins at ${bound!.end}: `),
    ),
  ]);
});
