import type { Change } from '../../api/rows';
import { isSilent, type Dashboard } from './dashboard';

const change = (value: number | null): Change => ({ value, previous: null, change: null, change_rate: null });
const totals = (generations: number | null, ratings: number | null): Pick<Dashboard, 'totals'> => ({
  totals: {
    generations: change(generations),
    ratings: change(ratings),
    calls: change(0),
    cost: change(null),
    revenue: change(null),
    margin: change(null),
    margin_per_picture: change(null),
    currency: null,
  },
});

describe('the time of the overview', () => {
  it('is silent when nothing was made, rated or called in it', () => {
    expect(isSilent(totals(0, 0))).toBe(true);
    expect(isSilent(totals(0, 1))).toBe(false);
  });

  it('is not called silent when a count could not be had', () => {
    expect(isSilent(totals(null, 0))).toBe(false);
  });
});
