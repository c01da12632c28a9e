import { checkSampleRatio, compare, decide, randomFrom, type Random } from '@picly/statistics';
import { atLeast, atMost, Tally, type Figure, type Scenario, type SimulationOptions } from './scenario';

const UNITS = 60_000;
const LOST = 0.05;

interface Outcome {
  readonly alarm: boolean;
  readonly shipped: boolean;
}

/** An arm that converts more, because 5 % of its exposures crash before they are counted: those who would not have converted. */
function brokenRun(random: Random): Outcome {
  const [control, arm] = [new Tally(), new Tally()];
  for (let unit = 0; unit < UNITS; unit++) {
    const inArm = random.bernoulli(0.5);
    const converted = random.bernoulli(0.3);
    const isLost = inArm && !converted && random.bernoulli(LOST / 0.7);
    if (!isLost) (inArm ? arm : control).add(converted ? 1 : 0);
  }
  const { alarm } = checkSampleRatio([control, arm].map(({ n }) => ({ n, weight: 0.5 })));
  const primary = compare('proportion', control, arm);
  const { decision } = decide({
    direction: 'up',
    alpha: 0.05,
    arms: [{ arm: 'b', primary, pAdjusted: primary.p, guardrails: [] }],
    sampleRatioAlarm: alarm,
    multipleExposureAlarm: false,
    runDays: 14,
    minimumRunDays: 7,
    unitsOfSmallestArm: Math.min(control.n, arm.n),
    minimumUnitsPerArm: 1_000,
    lossLimit: 0.05,
    isOver: true,
  });
  return { alarm, shipped: decision === 'ship' };
}

function simulate(options: SimulationOptions): Figure[] {
  const random = randomFrom(options.seed);
  let [alarms, shipped, shippedUnderAlarm] = [0, 0, 0];
  for (let run = 0; run < options.runs; run++) {
    const outcome = brokenRun(random);
    if (outcome.alarm) alarms += 1;
    if (outcome.shipped) shipped += 1;
    if (outcome.alarm && outcome.shipped) shippedUnderAlarm += 1;
    options.onRun?.();
  }
  return [
    atLeast('the sample-ratio alarm is raised', alarms / options.runs, 0.95),
    atMost('a winner is named under an alarm', shippedUnderAlarm, 0),
    atMost('a winner is named at all', shipped / options.runs, 0.05),
  ];
}

export const brokenRandomisation: Scenario = { title: 'An arm that loses 5 % of its exposures', runs: 400, simulate };
