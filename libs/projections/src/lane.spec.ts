import type { DatabasePool } from '@picly/database';
import type { KeyReader } from '@picly/personal-data';
import { toyProjection } from '@picly/testing';
import type { Claim } from './checkpoints';
import { Gate } from './gate';
import { Lane } from './lane';
import { NO_LOGGER, NO_METRICS } from './metrics';
import { PositionBoard } from './position-board';

const PLACE = { topic: 'picly.rating-submitted', partition: 3 };
const claimAt = (nextOffset: number, epoch = 1): Claim => ({ ...PLACE, epoch, nextOffset });

const nothing = (): void => undefined;
const board = new PositionBoard();
const lane = new Lane(toyProjection, {
  pool: {} as DatabasePool,
  keys: {} as KeyReader,
  board,
  metrics: NO_METRICS,
  logger: NO_LOGGER,
  gate: new Gate(1),
  onFenced: nothing,
  maxDeadLetters: 1,
  onRoom: nothing,
});
const told = (): number => board.next(lane.id, 'picly.rating-submitted/3');

beforeEach(() => lane.own([claimAt(10)]));

it('nobody is told of more than is stored under its claim, also when the server has forgotten commits', () => {
  expect(told()).toBe(10);
  lane.own([claimAt(4)]);
  expect([told(), lane.position(PLACE)]).toEqual([4, 4]);
});

it('goes back to what is stored under the same claim, and never because of another one', () => {
  expect([lane.retreat(claimAt(4, 2)), lane.retreat(claimAt(10)), lane.retreat(claimAt(12))]).toEqual([false, false, false]);
  expect([told(), lane.position(PLACE)]).toEqual([10, 10]);
  expect(lane.retreat(claimAt(4))).toBe(true);
  expect([told(), lane.position(PLACE)]).toEqual([4, 4]);
});

it('wakes who waits for a position when what was missing is folded again', async () => {
  lane.own([claimAt(4)]);
  const folded = board.when(() => told() >= 10, 60_000);
  board.advance(lane.id, [['picly.rating-submitted/3', 10]]);
  expect(await folded).toBe(true);
});
