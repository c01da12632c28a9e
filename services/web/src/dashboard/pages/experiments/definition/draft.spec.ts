import { definitionOf, problemsAt, rowCount, withoutRow } from './draft';

describe('the form of a definition', () => {
  it('leaves empty fields to the server, and sends what it cannot read as it is', () => {
    expect(
      definitionOf({ '/coverage': '', '/namespace/name': ' ', '/alpha': 'a lot', '/targeting': '{', '/secondary_metrics': 'a, ,b' }),
    ).toEqual({
      alpha: 'a lot',
      targeting: '{',
      secondary_metrics: ['a', 'b'],
    });
  });

  it('keeps a row that is empty, so that errors stand where they belong, and takes one away', () => {
    const draft = { '/arms/0/key': 'control', '/arms/1/key': '', '/arms/2/key': 'c', '/arms/2/weight': '0.5' };
    expect(definitionOf(draft)).toEqual({ arms: [{ key: 'control' }, {}, { key: 'c', weight: 0.5 }] });
    expect(rowCount(draft, '/arms')).toBe(3);
    expect(withoutRow(draft, '/arms', 1)).toEqual({ '/arms/0/key': 'control', '/arms/1/key': 'c', '/arms/1/weight': '0.5' });
    expect(rowCount({}, '/arms')).toBe(0);
  });

  it('shows an error at its field, and errors inside a text at the text', () => {
    const problems = [
      { pointer: '/arms/0/weight', message: 'weight' },
      { pointer: '/arms', message: 'sum' },
      { pointer: '/targeting/plan', message: 'plan' },
    ];
    expect(problemsAt(problems, '/arms/0/weight')).toEqual(['weight']);
    expect(problemsAt(problems, '/arms')).toEqual(['sum']);
    expect(problemsAt(problems, '/targeting')).toEqual(['plan']);
  });
});
