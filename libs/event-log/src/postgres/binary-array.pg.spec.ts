import { createPool, type DatabasePool } from '@picly/database';
import { createTestDatabase, type TestDatabase } from '@picly/testing';
import fc from 'fast-check';
import { int4Array, int8Array } from './binary-array';

describe('arrays as the server reads them', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url, maxConnections: 1 });
  });
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  test('arrive as the numbers they were, in order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer(), { minLength: 1, maxLength: 50 }),
        fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 50 }),
        async (small, large) => {
          const rows = await pool.query('select $1::int[] as small, ($2::bigint[])::text[] as large', [int4Array(small), int8Array(large)]);
          expect(rows).toEqual([{ small, large: large.map(String) }]);
        },
      ),
      {
        examples: [
          [
            [-(2 ** 31), 2 ** 31 - 1, -1, 0],
            [Number.MIN_SAFE_INTEGER, -(2 ** 32), -1, 0, 2 ** 32 - 1, 2 ** 32],
          ],
        ],
      },
    ));

  test('an empty one is refused', () => expect(() => int4Array([])).toThrow(RangeError));
});
