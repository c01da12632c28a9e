import { changeOfDefinition } from './life-cycle';
import { readDefinition } from './read-definition';
import { revisionOf, type RevisionRow } from './stored';
import type { ExperimentDefinition } from './definition';

const BODY = { arms: [{ key: 'a' }, { key: 'b' }], metrics: [{ key: 'spent', type: 'mean', cap: 5 }], primary_metric: 'spent' };
const DEFINITION = readDefinition('e', BODY) as ExperimentDefinition;

describe('a stored definition', () => {
  it('that is older than something metrics can say reads as if it had said the default: no metric changed under way', () => {
    const metrics = DEFINITION.metrics.map((metric) =>
      Object.fromEntries(Object.entries(metric).filter(([name]) => name !== 'cap_quantile')),
    );
    const stored = JSON.stringify({ ...DEFINITION, metrics });
    const row: Omit<RevisionRow, 'definition'> = {
      experiment: 'e',
      revision: 2,
      change: 'started',
      state: 'running',
      author: 'eve',
      reason: null,
      arm: null,
      changed_ms: 0,
    };
    const { definition } = revisionOf({ ...row, definition: JSON.parse(stored) as ExperimentDefinition });
    expect(definition).toEqual(DEFINITION);
    expect(changeOfDefinition('running', definition, { ...DEFINITION, hypothesis: 'new words' })).toBe('edited');
  });

  it.each([
    ['of what is no mean', { type: 'proportion', cap_quantile: 0.9 }],
    ['beside a cap', { type: 'mean', cap: 3, cap_quantile: 0.9 }],
    ['below the middle', { type: 'mean', cap_quantile: 0.4 }],
  ])('has no percentile cap %s', (_what, metric) => {
    const read = readDefinition('e', { ...BODY, metrics: [{ key: 'spent', ...metric }] });
    expect(read).toMatchObject([{ pointer: '/metrics/0/cap_quantile' }]);
  });
});
