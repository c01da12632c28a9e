import type { JSX } from 'react';
import { count } from '../format/numbers';

/** Five bars from zero: how often each number of stars was given. */
export function SparkBars({ counts }: { readonly counts: readonly number[] }): JSX.Element {
  const most = Math.max(1, ...counts);
  const label = counts.map((n, i) => `${i + 1} stars: ${count(n)}`).join(', ');
  return (
    <svg className="sparkbars" viewBox="0 0 50 20" role="img" aria-label={label}>
      <title>{label}</title>
      {counts.map((n, i) => {
        const height = n === 0 ? 0 : Math.max(1, (n / most) * 19);
        return <rect key={i} x={i * 10 + 1} width={8} y={20 - height} height={height} />;
      })}
      <line x1={0} x2={50} y1={19.75} y2={19.75} />
    </svg>
  );
}
