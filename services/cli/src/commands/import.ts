import path from 'node:path';
import { ApiError, FurthestPosition, untilFolded } from '@picly/api-client';
import { count, counted, duration, Progress } from '@picly/terminal';
import type { CliConfig } from '../config';
import { importFile, type ImportOutcome } from '../import/import-file';
import { loadMapping, type LoadedMapping } from '../import/load-mapping';
import type { InputFormat } from '../import/mapping/input';
import { fingerprintOf, ResumeState } from '../import/resume-state';
import { formatOf } from '../import/source/records';
import { rejectedRows, type Tally } from '../import/tally';
import { UserError } from '../user-error';
import { clientFor, print } from './client';

export interface ImportFlags {
  readonly map: string;
  readonly set: ReadonlyMap<string, string>;
  readonly format?: InputFormat;
  readonly check?: boolean;
  readonly batch: number;
  readonly inFlight?: number;
  readonly state: string;
  readonly report?: string;
  readonly restart?: boolean;
}

const REJECTED = 2;
const INTERRUPTED = 130;
const TIMED_LANES = 4;
const FOLDING_PATIENCE_MS = 600_000;

/** `picly import`: exit code 0 everything taken, 2 some rows were not, 130 interrupted, 1 it could not go on. */
export async function runImport(files: readonly string[], flags: ImportFlags, config: CliConfig): Promise<number> {
  const mapping = await loadMapping(flags.map, config.home, flags.set);
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write('\nstopping after the requests under way (again to stop at once)\n');
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const furthest = new FurthestPosition();
  let exitCode = 0;
  for (const file of files) {
    const outcome = await importOne(file, { flags, mapping, config, signal: stop.signal });
    if (outcome.stopped) return INTERRUPTED;
    if (outcome.position !== undefined) furthest.add([outcome.position]);
    if (rejectedRows(outcome.tally) > 0) exitCode = REJECTED;
  }
  // Once for all files: the next is sent while the views fold the last.
  await waitForViews(furthest.token, config, stop.signal);
  return exitCode;
}

interface Job {
  readonly flags: ImportFlags;
  readonly mapping: LoadedMapping;
  readonly config: CliConfig;
  readonly signal: AbortSignal;
}

async function importOne(file: string, { flags, mapping, config, signal }: Job): Promise<ImportOutcome> {
  const client = flags.check ? undefined : clientFor(config);
  const rejectsFile = flags.report ?? path.join(flags.state, `${path.basename(file)}.rejected.ndjson`);
  const resume = client ? new ResumeState(flags.state, file, await fingerprintOf(file, mapping.text, config.url)) : undefined;
  if (flags.restart) await resume?.remove();
  const bar = new Bar(path.basename(file));
  const startedAt = performance.now();
  const outcome = await importFile({
    file,
    mapping: mapping.mapping,
    format: formatOf(file, flags.format ?? mapping.mapping.input.format),
    client,
    batchSize: flags.batch,
    // Where rows carry no time the order of arrival decides between two ratings of one person: keep the file's.
    inFlight: flags.inFlight ?? (mapping.mapping.timed ? TIMED_LANES : 1),
    rejectsFile,
    resume,
    signal,
    onProgress: (progress) => bar.update(progress),
    onWait: (error, waitMs) => bar.wait(error, waitMs),
  }).catch((error: unknown) => {
    bar.finish();
    throw withRemedy(error, client !== undefined);
  });
  bar.finish();
  print(summary(file, outcome, { rejectsFile, elapsedMs: performance.now() - startedAt, check: flags.check === true }));
  return outcome;
}

/** So that whoever reads next finds everything. The events are kept in any case: not to wait to the end is no failure. */
async function waitForViews(position: string | undefined, config: CliConfig, signal: AbortSignal): Promise<void> {
  if (position === undefined) return;
  const startedAt = performance.now();
  try {
    await untilFolded(clientFor(config), position, { patienceMs: FOLDING_PATIENCE_MS, signal });
    print(`every view has folded it ${duration(performance.now() - startedAt)} later`);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    const isForbidden = error.status === 401 || error.status === 403;
    print(
      `the views fold it now${isForbidden ? ' (this key may not read, so nobody waits for them)' : ''}: picly status shows how far they are`,
    );
  }
}

/** What is in the API already stays; the same command goes on behind it. */
function withRemedy(error: unknown, sending: boolean): unknown {
  if (!sending || !(error instanceof Error) || !('retryable' in error)) return error;
  return new UserError(`${error.message}. What was sent is kept: run the same command again to go on`);
}

class Bar {
  private progress: Progress | undefined;

  constructor(private readonly label: string) {}

  update({ bytes, totalBytes, tally }: { readonly bytes: number; readonly totalBytes: number; readonly tally: Tally }): void {
    this.progress ??= new Progress({ label: this.label, noun: 'rows', total: totalBytes, stream: process.stderr });
    this.progress.update(bytes, tally.rows);
  }

  wait(error: ApiError, waitMs: number): void {
    this.progress?.say(`waiting ${duration(waitMs)}: ${error.message}`);
  }

  finish(): void {
    this.progress?.finish();
    this.progress = undefined;
  }
}

interface Closing {
  readonly rejectsFile: string;
  readonly elapsedMs: number;
  readonly check: boolean;
}

function summary(file: string, { tally, resumedAt, stopped }: ImportOutcome, { rejectsFile, elapsedMs, check }: Closing): string {
  const rejected = rejectedRows(tally);
  const rate = count((tally.rows - resumedAt) / Math.max(elapsedMs / 1000, 0.001));
  const parts = [
    counted(tally.rows, 'row'),
    check ? `${counted(tally.checked, 'event')} would be sent` : `${counted(tally.answered.accepted, 'event')} accepted`,
    ...(check ? [] : [`${count(tally.answered.deduplicated)} known already`]),
    ...(tally.repeated > 0 ? [`${count(tally.repeated)} repeated in the file`] : []),
    `${counted(rejected, 'row')} rejected`,
    ...(tally.leftOutRows > 0 ? [`${counted(tally.leftOutRows, 'row')} left out by conditions`] : []),
    ...(resumedAt > 0 ? [`went on behind row ${count(resumedAt)}`] : []),
    `${duration(elapsedMs)}, ${rate} rows/s`,
  ];
  const lines = [`${path.basename(file)}: ${parts.join(', ')}`];
  if (rejected > 0) lines.push(`what is wrong with them: ${rejectsFile}`);
  if (stopped) lines.push('stopped; run the same command again to go on');
  return lines.join('\n');
}
