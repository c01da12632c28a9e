import { validate, version } from 'uuid';
import { uuidV7 } from './uuid-v7';

describe('a new event id', () => {
  test('is a UUID of version 7 that tells its time, and no two are equal', () => {
    const ids = Array.from({ length: 5_000 }, () => uuidV7(1_780_000_000_123));
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(parseInt((ids[0] ?? '').slice(0, 13).replace('-', ''), 16)).toBe(1_780_000_000_123);
  });

  test('sorts by time', () => expect(uuidV7(2_000) < uuidV7(1_780_000_000_000)).toBe(true));
});
