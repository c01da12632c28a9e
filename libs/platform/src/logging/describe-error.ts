const DEPTH = 4;
/** SQLSTATE classes whose messages quote the data that was refused. */
const QUOTES_DATA = /^(22|23)[0-9A-Z]{3}$/;

/** An error as it may be logged. */
export interface LoggedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

function codeOf(error: Error): string | undefined {
  if (!('code' in error)) return undefined;
  return typeof error.code === 'string' || typeof error.code === 'number' ? String(error.code) : undefined;
}

/** The frames without the message, which begins the stack. */
function framesOf({ stack = '' }: Error): string | undefined {
  const at = stack.indexOf('\n    at ');
  return at < 0 ? undefined : stack.slice(at + 1);
}

/** Only what is known to be free of personal data: never the enumerable properties (parameters, rows, bodies) of an error. */
export function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error object' };
  const code = codeOf(error);
  const frames = framesOf(error);
  return {
    type: error.name,
    ...(code !== undefined && { code }),
    message: code !== undefined && QUOTES_DATA.test(code) ? 'the database refused a value' : error.message,
    ...(frames !== undefined && { stack: frames }),
    ...(error.cause !== undefined && depth < DEPTH && { cause: describeError(error.cause, depth + 1) }),
  };
}
