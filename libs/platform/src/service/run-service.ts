import type { CommonConfig } from '../config/common-config';
import { ConfigError } from '../config/define-config';
import { createLogger, type Logger } from '../logging/logger';
import { startService, type ServiceHandle } from './start-service';
import type { ServiceDefinition } from './service-definition';

/** The configuration is wrong (sysexits EX_CONFIG): starting again does not help. */
const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;
const FORCED_GRACE_MS = 2_000;

function explain(error: unknown, logger: Logger): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) process.stderr.write(`configuration: ${problem}\n`);
    return EXIT_CONFIG;
  }
  if (isForPeople(error)) process.stderr.write(`could not start: ${error.message}\n`);
  else logger.fatal({ err: error }, 'could not start');
  return EXIT_FAILED;
}

/** Our own errors are named by their code and say in a sentence what to do; a stack trace would hide it. */
const isForPeople = (error: unknown): error is Error => error instanceof Error && 'code' in error && error.name === error.code;

/** Gives what `read` returns; a wrong configuration is printed, variable by variable, and ends the process (78). */
export function configOrExit<C>(read: () => C): C {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) process.stderr.write(`configuration: ${problem}\n`);
    process.exit(EXIT_CONFIG);
  }
}

/** npm passes the Ctrl-C on that the terminal has sent to the whole group already: what comes so soon is the same wish. */
const SAME_WISH_MS = 1_000;

interface Running {
  handle: ServiceHandle | undefined;
  readonly starting: AbortController;
  stopping: boolean;
  /** By the monotonic clock, milliseconds. */
  stoppingSince: number;
  /** What the process ends with once it has stopped. */
  exitCode: number;
}

function stopper(running: Running, config: CommonConfig, logger: Logger): (why: string, exitCode: number) => void {
  return (why, exitCode) => {
    if (running.stopping) {
      if (why === 'SIGINT' && performance.now() - running.stoppingSince < SAME_WISH_MS) return;
      logger.warn('asked again: stopping at once');
      process.exit(exitCode === 0 ? EXIT_FAILED : exitCode);
    }
    running.stopping = true;
    running.stoppingSince = performance.now();
    running.exitCode = exitCode;
    logger.info(`stopping: ${why}`);
    running.starting.abort();
    const force = setTimeout(() => {
      logger.error('the work under way did not end in time');
      process.exit(EXIT_FAILED);
    }, config.SHUTDOWN_TIMEOUT_MS + FORCED_GRACE_MS);
    force.unref();
    void running.handle?.close().then(() => process.exit(exitCode));
  };
}

/**
 * Runs a service as this process: prints `ready <url>` once requests are answered, drains on SIGTERM and SIGINT (a second
 * one ends at once), and exits non-zero when it cannot go on. Resolves when it is ready.
 */
export async function runService(definition: ServiceDefinition, config: CommonConfig): Promise<ServiceHandle> {
  const logger = createLogger({ name: definition.name, level: config.LOG_LEVEL });
  const running: Running = { handle: undefined, starting: new AbortController(), stopping: false, stoppingSince: 0, exitCode: 0 };
  const stop = stopper(running, config, logger);
  const fatal = (reason: string, err?: unknown): void => {
    logger.fatal({ err }, reason);
    if (!running.stopping) stop(reason, EXIT_FAILED);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal, 0));
  process.on('uncaughtException', (error) => fatal('something was not caught', error));
  process.on('unhandledRejection', (reason) => fatal('something was not awaited', reason));
  try {
    running.handle = await startService(definition, config, { logger, signal: running.starting.signal, onFatal: fatal });
  } catch (error) {
    process.exit(running.stopping ? running.exitCode : explain(error, logger));
  }
  if (running.stopping) {
    await running.handle.close();
    process.exit(running.exitCode);
  }
  process.stdout.write(`ready ${running.handle.url}\n`);
  return running.handle;
}
