import { useMemo, type JSX } from 'react';
import { useRowsOf } from '../app/use-filters';
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
  const domain = ends.length === 0 ? ([0, 1] as const) : rangeOf(Math.min(...ends), Math.max(...ends), data.fromZero, data.target?.value);
  return (
    <>
      <ChartLegend {...data} unnamed />
      <div className="multiples">
        {data.series.map((one) => (
          <section key={one.name} aria-label={one.name}>
            <h3>
              <EngineName engine={one.name} />
            </h3>
            <OfEngine data={data} one={one} domain={domain} label={`${label}, ${one.name}`} onDrawn={onDrawn} />
          </section>
        ))}
      </div>
    </>
  );
}

interface OfEngineProps {
  readonly data: Omit<TimeChartData, 'domain'>;
  readonly one: TimeChartData['series'][number];
  readonly domain: readonly [number, number];
  readonly label: string;
  readonly onDrawn: OnDrawn;
}

function OfEngine({ data, one, domain, label, onDrawn }: OfEngineProps): JSX.Element {
  const rowsOf = useRowsOf('ratings', one.name);
  const series = useMemo(() => [one], [one]);
  return <TimeChart {...data} series={series} domain={domain} height={HEIGHT} label={label} onDrawn={onDrawn} rowsOf={rowsOf} />;
}
