import { choiceWords, farthest, laddersOf, ladderWords, type KindRow } from './kind-rows';

const row = (kind: string, engine: string, some: Partial<KindRow>): KindRow =>
  ({
    kind,
    engine,
    rating_count: 100,
    currency: 'USD',
    chosen_from: null,
    chosen_from_lower: null,
    chosen_from_upper: null,
    ...some,
  }) as KindRow;

describe('engines by kind of prompt', () => {
  const rows = [
    row('', 'dear', { chosen_from: 0.2, chosen_from_lower: 0.1, chosen_from_upper: 0.5 }),
    row('', 'cheap', { chosen_from: 0, chosen_from_lower: 0, chosen_from_upper: 0 }),
    row('', 'never', {}),
    row('anime', 'cheap', { chosen_from: 0, chosen_from_lower: 0, chosen_from_upper: 0 }),
    row('sketch', 'cheap', { chosen_from: 0, chosen_from_lower: 0, chosen_from_upper: 0 }),
    row('sketch', 'dear', { chosen_from: 0.3, chosen_from_lower: 0.2 }),
    row('manga', 'few', {}),
  ];
  const ladders = laddersOf(rows);

  it('are ladders from the cheapest to what takes over; kinds without a candidate have none', () => {
    expect(ladders.map(({ kind, steps }) => [kind, ...steps.map(({ engine }) => engine)])).toEqual([
      ['', 'cheap', 'dear'],
      ['anime', 'cheap'],
      ['sketch', 'cheap', 'dear'],
    ]);
    expect(ladders[0]?.ratings).toBe(300);
  });

  it('say where the choice changes, with an open end as such', () => {
    expect(ladders.map(ladderWords)).toEqual([
      'cheap, dear from $0.200 ($0.100–$0.500)',
      'cheap',
      'cheap, dear from $0.300 ($0.200 or more)',
    ]);
    expect(choiceWords(ladders)).toBe(
      'dear pays where a well-rated picture is worth $0.200 to $0.300, depending on the kind, or more. ' +
        'For 1 kind of prompt one engine is both cheapest and best rated. For 1 kind every switch point is told apart. ' +
        'For 1 kind a dearer engine looks better, but how much a picture must be worth for it is not known yet.',
    );
  });

  it('share an axis that shows every known switch point, and is never without length', () => {
    expect(farthest(ladders)).toBe(0.4);
    expect(farthest(ladders.slice(2))).toBe(0.4);
    expect(farthest(laddersOf(rows.slice(3, 4)))).toBe(1);
  });
});
