import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error';
import { prettyLine } from './pretty-line';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly name: string;
  readonly level: string;
  /** Readable lines instead of JSON; default: when standard error is a terminal. */
  readonly pretty?: boolean;
  /** Default: standard error. */
  readonly destination?: DestinationStream;
}

/** JSON lines on standard error (readable ones on a terminal). Never give it bodies, queries or personal fields. */
export function createLogger(options: LoggerOptions): Logger {
  const pretty = options.pretty ?? process.stderr.isTTY;
  const sink = options.destination ?? pino.destination({ fd: 2, sync: true });
  const destination = pretty ? { write: (line: string) => void sink.write(prettyLine(line)) } : sink;
  return pino(
    {
      name: options.name,
      level: options.level,
      base: { name: options.name },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
    },
    destination,
  );
}

/** Nest's own lines: its start-up chatter is of interest only when debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const line = (message: unknown, rest: readonly unknown[]): [object, string] => [
    { context: rest.at(-1), ...(message instanceof Error && { err: message }) },
    message instanceof Error ? 'unexpected' : String(message),
  ];
  return {
    log: (message: unknown, ...rest: unknown[]) => logger.debug(...line(message, rest)),
    error: (message: unknown, ...rest: unknown[]) => logger.error(...line(message, rest)),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(...line(message, rest)),
    debug: (message: unknown, ...rest: unknown[]) => logger.trace(...line(message, rest)),
    verbose: (message: unknown, ...rest: unknown[]) => logger.trace(...line(message, rest)),
  };
}
