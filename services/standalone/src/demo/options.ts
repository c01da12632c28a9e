import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly seed: string;
  readonly events: number;
  /** Stay up after the summary. */
  readonly keepRunning: boolean;
  /** Throw the world away that is there, and begin anew. */
  readonly fresh: boolean;
}

export const DEMO_HELP = `npm run demo -- [options]

Starts the whole system on a data directory of its own (DATA_DIR, default .picly-demo), sends a month of simulated traffic
through the public API, and holds what the read models say against the truth of the simulation (docs/demo.md).

  --events <n>     about how many events to send (default 100000)
  --seed <text>    another world; the same seed is the same events, ids included (default 1; random draws one)
  --keep-running   stay up after the summary (default on a terminal; --no-keep-running ends)
  --fresh          forget the world in the data directory
  --help           this text

A second run continues the world in the data directory: everything is known there already and nothing changes.
`;

/** The command line is wrong; the message says how. */
export class DemoUsageError extends Error {
  readonly code = 'DEMO_USAGE';
  readonly retryable = false;
}

/** The options of the command line; `undefined` when help was asked for. */
export function readDemoOptions(argv: readonly string[], isTerminal: boolean): DemoOptions | undefined {
  const { help, seed = '1', events = '100000', fresh = false, ...values } = parse(argv).values;
  if (help) return undefined;
  const keepRunning = !values['no-keep-running'] && (values['keep-running'] ?? isTerminal);
  return { seed: seed === 'random' ? randomBytes(4).toString('hex') : seed, events: eventCount(events), keepRunning, fresh };
}

function eventCount(text: string): number {
  const events = Number(text);
  if (Number.isInteger(events) && events >= 1_000 && events <= 20_000_000) return events;
  throw new DemoUsageError('--events must be a whole number from 1000 to 20000000');
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        events: { type: 'string' },
        seed: { type: 'string' },
        'keep-running': { type: 'boolean' },
        'no-keep-running': { type: 'boolean' },
        fresh: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new DemoUsageError(`${error instanceof Error ? error.message : String(error)} (--help shows what there is)`);
  }
}
