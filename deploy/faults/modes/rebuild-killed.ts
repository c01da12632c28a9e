import { ask, askUntil } from '../ask';
import { killAllOf, type Fault, type FaultContext } from '../fault';

interface Job {
  readonly id: number;
  readonly projection: string;
  readonly state: 'requested' | 'building' | 'comparing' | 'switching' | 'done' | 'failed' | 'cancelled';
  readonly message: string | null;
  readonly comparison: { readonly differences: number } | null;
}

const PROJECTIONS = ['prompt-analytics', 'model-performance'];
const AT = 'admin/projections';
const TRIES = 3;

const isEnded = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled';
const jobIn = (body: unknown): Job => body as Job;

/** Rebuilds are asked for, and all processes die when `isMoment` says so of one of them; true when it was still under way. */
async function rebuildAndKill({ system, broken }: FaultContext, moment: (job: Job) => Promise<boolean> | boolean): Promise<boolean> {
  const { status, body } = await ask(system, `${AT}/rebuild`, { projections: PROJECTIONS });
  if (status !== 202) {
    broken(`a rebuild was refused: ${JSON.stringify(body)}`);
    return true;
  }
  const { data: jobs } = body as { readonly data: readonly Job[] };
  const [first] = jobs;
  if (!first) return false;
  let seen = first;
  while (!isEnded(seen) && !(await moment(seen))) seen = jobIn((await ask(system, `${AT}/jobs/${first.id}`)).body);
  await killAllOf(system);
  for (const { id } of jobs) {
    const ended = jobIn((await askUntil(system, `${AT}/jobs/${id}`, (job) => isEnded(jobIn(job)))).body);
    if (ended.state !== 'done' || ended.comparison?.differences !== 0) {
      broken(`the rebuild of ${ended.projection} ended as ${ended.state}: ${ended.message ?? ''}`);
    }
  }
  return !isEnded(seen);
}

async function untilHit(context: FaultContext, moment: (job: Job) => Promise<boolean> | boolean): Promise<number> {
  for (let n = 0; n < TRIES; n++) if (await rebuildAndKill(context, moment)) return 1;
  return 0;
}

/** All processes die somewhere on the way from the request to the comparison; the rebuild goes on, and ends equal. */
export const killDuringRebuild: Fault = {
  name: 'kill -9 during a rebuild',
  inject: (context) => {
    const killAt = performance.now() + context.random() * 1_500;
    return untilHit(context, async () => {
      await context.sleep(10);
      return performance.now() > killAt;
    });
  },
};

/** All processes die while the version that readers see is switched: they see one or the other, and in the end the new one. */
export const killDuringSwitch: Fault = {
  name: 'kill -9 during a switch of versions',
  inject: (context) => {
    const afterMs = context.random() * 2_200;
    let switchingSince: number | undefined;
    return untilHit(context, async ({ state }) => {
      if (state === 'switching') switchingSince ??= performance.now();
      await context.sleep(5);
      return switchingSince !== undefined && performance.now() - switchingSince > afterMs;
    });
  },
};
