import { UserError } from './user-error';

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be opened by this user',
  EISDIR: 'is a folder, not a file',
  ENOSPC: 'cannot be written: the disk is full',
  EROFS: 'cannot be written: the file system is read-only',
};

/** What to tell about a failure, and with which exit code to end. Bugs keep their stack trace. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof UserError) return { text: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error)) return { text: String(error), exitCode: 70 };
  const { code, path } = error as Error & { readonly code?: unknown; readonly path?: unknown };
  const reason = FILE_REASONS[String(code)];
  if (typeof path === 'string' && reason !== undefined) return { text: `${path} ${reason}`, exitCode: 1 };
  // Our own errors are named by their code and are a sentence; anything else is a bug.
  return error.name === code ? { text: error.message, exitCode: 1 } : { text: error.stack ?? error.message, exitCode: 70 };
}
