import uPlot from 'uplot';
import { timeData, timeOptions } from './time-options';

const POINTS = 100_000;
const MOVES = 50;

/** Milliseconds from the call to the frame that shows it. */
export interface Smoothness {
  readonly points: number;
  readonly drawMs: number;
  /** One per move of the pointer. */
  readonly moveMs: readonly number[];
}

declare global {
  interface Window {
    measured: Promise<Smoothness>;
  }
}

const afterFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** Draws a chart as the dashboard does, and moves the cursor over it. */
async function measure(): Promise<Smoothness> {
  const values = Array.from({ length: POINTS }, (_, i) => (i % 1000 === 0 ? null : Math.sin(i / 500) + (i % 17) / 40));
  const days = values.map((_, i) => new Date(Date.UTC(1750, 0, 1 + i)).toISOString().slice(0, 10));
  const data = { days, series: [{ name: 'many', colour: 0, values }], format: String, unfinished: true, fromZero: false };
  const started = performance.now();
  const plot = new uPlot(
    timeOptions(data, { width: 1200, height: 240 }, () => undefined),
    timeData(data),
    document.body,
  );
  await afterFrame();
  const drawMs = performance.now() - started;
  const moveMs: number[] = [];
  for (let i = 0; i < MOVES; i++) {
    const moving = performance.now();
    plot.setCursor({ left: (i * 1100) / MOVES, top: 10 });
    await afterFrame();
    moveMs.push(performance.now() - moving);
  }
  return { points: POINTS, drawMs, moveMs };
}

window.measured = measure();
