import type { JSX } from 'react';
import type { OnDrawn } from '../chart/picture';
import { rangeOf, type TimeChartData } from '../chart/time-options';
import { ChartLegend } from './chart-legend';
import { EngineName } from './engine-name';
import { TimeChart } from './time-chart';

const HEIGHT = 150;

interface SmallMultiplesProps extends Omit<TimeChartData, 'domain'> {
  readonly label: string;
  readonly onDrawn: OnDrawn;
}

/** One small chart per engine on one scale: intervals side by side can be told apart, on top of each other they cannot. */
export function SmallMultiples({ label, onDrawn, ...data }: SmallMultiplesProps): JSX.Element {
  const ends = data.series.flatMap(({ values, lower = [], upper = [] }) => [...values, ...lower, ...upper]).filter((end) => end !== null);
  const domain = rangeOf(Math.min(...ends), Math.max(...ends), data.fromZero, data.target?.value);
  return (
    <>
      <ChartLegend {...data} unnamed />
      <div className="multiples">
        {data.series.map((one) => (
          <section key={one.name} aria-label={one.name}>
            <h3>
              <EngineName engine={one.name} />
            </h3>
            <TimeChart {...data} series={[one]} domain={domain} height={HEIGHT} label={`${label}, ${one.name}`} onDrawn={onDrawn} />
          </section>
        ))}
      </div>
    </>
  );
}
