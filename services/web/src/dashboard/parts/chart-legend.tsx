import type { JSX } from 'react';
import type { TimeChartData } from '../chart/time-options';

type ChartLegendProps = Pick<TimeChartData, 'series' | 'unfinished' | 'target' | 'compared'> & {
  /** Names of the lines stand somewhere else. */
  readonly unnamed?: boolean;
};

/** What colours, bands and dots of a chart stand for. */
export function ChartLegend({ series, unfinished, target, compared, unnamed = false }: ChartLegendProps): JSX.Element {
  return (
    <ul className="legend" aria-hidden="true">
      {!unnamed &&
        series.length > 1 &&
        series.map(({ name, colour }) => (
          <li key={name}>
            <span className={`swatch series-${colour}`} />
            {name}
          </li>
        ))}
      {series.some(({ upper }) => upper !== undefined) && (
        <li>
          <span className="swatch band" /> 95 % interval
        </li>
      )}
      {compared !== undefined && (
        <li>
          <span className="swatch before" /> before: {compared}
        </li>
      )}
      {unfinished && (
        <li>
          <span className="swatch dotted" /> not over
        </li>
      )}
      {target && (
        <li>
          <span className="swatch target" /> {target.label}
        </li>
      )}
    </ul>
  );
}
