import { decodePosition, encodePosition } from '@picly/contracts';
import { ApiError } from './errors';
import { FurthestPosition, untilFolded } from './until-folded';

const RATINGS = 'picly.rating-submitted';

describe('the furthest position', () => {
  it('has the highest offset of every partition, in whatever order the positions come', () => {
    const furthest = new FurthestPosition();
    expect(furthest.token).toBeUndefined();
    furthest.add([
      encodePosition([{ topic: RATINGS, partition: 1, offset: 9 }]),
      encodePosition([
        { topic: RATINGS, partition: 1, offset: 3 },
        { topic: RATINGS, partition: 0, offset: 4 },
      ]),
    ]);

    expect(decodePosition(furthest.token ?? '')).toEqual(
      expect.arrayContaining([
        { topic: RATINGS, partition: 1, offset: 9 },
        { topic: RATINGS, partition: 0, offset: 4 },
      ]),
    );
  });
});

describe('waiting until everything is folded', () => {
  it('asks every view for the position, again while it is not there yet', async () => {
    const asked: string[] = [];
    let refusals = 2;
    const get = <T>(path: string, options?: { readonly after?: string }): Promise<T> => {
      asked.push(`${path.split('?')[0]} ${options?.after}`);
      if (refusals-- > 0) return Promise.reject(new ApiError('API_REFUSED', 'not yet', { status: 503, retryable: true, retryAfterMs: 1 }));
      return Promise.resolve({} as T);
    };
    await untilFolded({ get }, 'p');

    expect(asked.filter((each) => each === '/api/analytics/ratings p')).toHaveLength(3);
    expect(new Set(asked).size).toBe(6);
  });
});
