import type { JSX } from 'react';
import type { Results } from './rows';

interface MetricChoiceProps {
  readonly results: Results;
  /** Empty = the primary one. */
  readonly chosen: string;
  readonly choose: (metric: string) => void;
}

/** Which metric is shown over time and in parts of the people; the primary one stays unsaid in the address. */
export function MetricChoice({ results: { metrics }, chosen, choose }: MetricChoiceProps): JSX.Element | null {
  if (metrics.length < 2) return null;
  const primary = metrics.find(({ role }) => role === 'primary')?.metric;
  return (
    <label className="field whole">
      <span>Over time and by segment</span>
      <select value={chosen === '' ? primary : chosen} onChange={({ target }) => choose(target.value === primary ? '' : target.value)}>
        {metrics.map(({ metric, role }) => (
          <option key={metric} value={metric}>
            {metric} ({role})
          </option>
        ))}
      </select>
    </label>
  );
}
