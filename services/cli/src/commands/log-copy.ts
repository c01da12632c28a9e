import {
  aloneWithLog,
  copyLog,
  createPostgresLog,
  logMove,
  logTopics,
  noteMoved,
  sealLog,
  unsealLog,
  type CopyPhase,
  type CopyReport,
} from '@picly/event-log';
import type { DatabasePool } from '@picly/database';
import { count, counted, Progress, table } from '@picly/terminal';
import type { CliConfig } from '../config';
import { openKafka, openStorage } from '../log/storage';
import { UserError } from '../user-error';
import { print } from './client';

export interface CopyFlags {
  readonly to: 'kafka';
  readonly brokers?: readonly string[];
  readonly cutOver?: boolean;
}

const INTERRUPTED = 130;

/** `picly log copy`: everything in the log of the database to Kafka, at the same offsets, while the system goes on. */
export async function runLogCopy(flags: CopyFlags, { storage }: CliConfig): Promise<number> {
  const brokers = flags.brokers ?? storage.kafkaBrokers;
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const { pool, close } = await openStorage(storage, { existing: true });
  try {
    const target = await openKafka(storage, brokers);
    try {
      const source = await createPostgresLog({ pool });
      const topics = await logTopics(pool);
      if (topics.length === 0) throw new UserError('this database has no event log');
      const sealing = flags.cutOver ? { seal: () => sealLog(pool, `Kafka at ${brokers.join(', ')}`) } : {};
      const bar = new Phases();
      const onProgress = (phase: CopyPhase, done: number, total: number): void => bar.update(phase, done, total);
      const report = await aloneWithLog(pool, () =>
        copyLog({ source, target, topics, onProgress, signal: stop.signal, ...sealing }),
      ).finally(() => bar.finish());
      if (report.complete) await noteMoved(pool);
      await source.close();
      tell(report, brokers);
      return 0;
    } finally {
      await target.close();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    print('stopped; run the same command again to go on');
    return INTERRUPTED;
  } finally {
    await close();
  }
}

/** A bar for each phase. */
class Phases {
  private progress: Progress | undefined;
  private phase: CopyPhase | undefined;

  update(phase: CopyPhase, done: number, total: number): void {
    if (phase !== this.phase || !this.progress) {
      this.finish();
      this.phase = phase;
      this.progress = new Progress({ label: phase, noun: 'records', total, stream: process.stderr });
    }
    this.progress.resize(total);
    this.progress.update(done, done);
  }

  finish(): void {
    this.progress?.finish();
    this.progress = undefined;
  }
}

function tell({ copied, stretches, complete }: CopyReport, brokers: readonly string[]): void {
  const byTopic = new Map<string, { records: number; digests: string[] }>();
  for (const { topic, records, digest } of stretches) {
    const entry = byTopic.get(topic) ?? { records: 0, digests: [] };
    byTopic.set(topic, { records: entry.records + records, digests: records > 0 ? [...entry.digests, digest.slice(0, 8)] : entry.digests });
  }
  print(
    table(
      [...byTopic],
      [
        { title: 'TOPIC', value: ([topic]) => topic },
        { title: 'RECORDS', value: ([, { records }]) => count(records), align: 'right' },
        { title: 'EQUAL BY SHA-256', value: ([, { digests }]) => digests.join(' ') || '-' },
      ],
    ),
  );
  print(`\n${counted(copied, 'record')} copied now; all of them compared`);
  if (complete) print(`the log has moved: start the system with KAFKA_BROKERS=${brokers.join(',')}`);
  else print('the system goes on with its own log; move over with: picly log copy --to kafka --cut-over');
}

/** `picly log unseal`: the move is given up, the old log takes events again. */
export async function runUnseal(flags: { readonly force?: boolean }, { storage }: CliConfig): Promise<number> {
  const { pool, close } = await openStorage(storage, { existing: true });
  try {
    await unseal(pool, flags.force === true);
    return 0;
  } finally {
    await close();
  }
}

async function unseal(pool: DatabasePool, force: boolean): Promise<void> {
  const move = await logMove(pool);
  if (!move) throw new UserError('the log of this database is not sealed');
  if (move.movedAt && !force) {
    throw new UserError(
      `the log has moved to ${move.target}, where events may have come since: they would be lost here. Add --force when nothing was started there`,
    );
  }
  await unsealLog(pool);
  print('the log takes events again');
}
