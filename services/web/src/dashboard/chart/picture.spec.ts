import { placesOf } from './picture';

describe('the legend of a picture', () => {
  it('goes on in a new line where an entry would stick out', () => {
    expect(placesOf([40, 40, 40, 40], 100, 10)).toEqual([
      { left: 0, line: 0 },
      { left: 50, line: 0 },
      { left: 0, line: 1 },
      { left: 50, line: 1 },
    ]);
  });

  it('keeps a line for an entry that is wider than any, and leaves none empty', () => {
    expect(placesOf([200, 40], 100, 10)).toEqual([
      { left: 0, line: 0 },
      { left: 0, line: 1 },
    ]);
    expect(placesOf([], 100, 10)).toEqual([]);
  });
});
