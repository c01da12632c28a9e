import { access, rename, rm } from 'node:fs/promises';
import { EVENT_TYPES, topicOf } from '@picly/contracts';
import type { DatabasePool } from '@picly/database';
import { applyLedger, installErasures } from '@picly/erasure';
import {
  checkArchive,
  logTopics,
  refuseOtherRecords,
  restoreArchive,
  writeArchive,
  type CopiedTopic,
  type EventLog,
} from '@picly/event-log';
import { PersonKeys, restoreKeys } from '@picly/personal-data';
import { backUpDecisions, installProjections, restoreDecisions } from '@picly/projections';
import { counted, Progress } from '@picly/terminal';
import type { CliConfig, StorageConfig } from '../config';
import { readKeysFile, writeKeysFile, type KeysFile } from '../log/keys-file';
import { openLog, openStorage } from '../log/storage';
import { UserError } from '../user-error';
import { print } from './client';

export interface ExportFlags {
  readonly keys?: string;
  readonly withoutKeys?: boolean;
}

export interface ImportFlags extends ExportFlags {
  readonly erasures?: string;
}

/** `picly log export`: the whole log in one file, the keys of persons in another. */
export async function runLogExport(file: string, flags: ExportFlags, { storage }: CliConfig): Promise<number> {
  const keysFile = flags.withoutKeys ? undefined : (flags.keys ?? `${file}.keys`);
  for (const path of [file, keysFile]) if (path !== undefined) await refuseExisting(path);
  return withLog(storage, { existing: true }, async (pool, log) => {
    const createdAt = new Date().toISOString();
    const bar = new Bar('exporting');
    const topics = await topicsOf(storage, pool, log);
    const options = { log, topics, createdAt, decisions: await backUpDecisions(pool), onProgress: bar.update };
    const partitions = await whole(file, (path) => writeArchive(path, options)).finally(() => bar.finish());
    const records = partitions.reduce((sum, { start, end }) => sum + end - start, 0);
    print(`${file}: ${counted(records, 'event')} of ${counted(topics.length, 'topic')}`);
    // After the log: every event in the file has its key in this one.
    if (keysFile !== undefined) await exportKeys(keysFile, pool, createdAt);
    return 0;
  });
}

/** `picly log keys`: the keys and the record of erasures alone. */
export async function runKeysExport(file: string, { storage }: CliConfig): Promise<number> {
  await refuseExisting(file);
  const { pool, close } = await openStorage(storage, { existing: true });
  try {
    await exportKeys(file, pool, new Date().toISOString());
    return 0;
  } finally {
    await close();
  }
}

async function exportKeys(file: string, pool: DatabasePool, createdAt: string): Promise<void> {
  const keys = await whole(file, (path) => writeKeysFile(path, pool, createdAt));
  print(`${file}: ${counted(keys, 'key')} of persons, and who is erased. Keep it apart from the log, and only as long as you must`);
}

/** `picly log import`: everything is checked before anything is written. */
export async function runLogImport(file: string, flags: ImportFlags, { storage }: CliConfig): Promise<number> {
  await access(file);
  const keys = await keysFor(file, flags);
  const newer = flags.erasures === undefined ? undefined : await readKeysFile(flags.erasures);
  const checking = new Bar('checking');
  const checked = await checkArchive(file, checking.update).finally(() => checking.finish());
  return withLog(storage, { existing: false }, async (pool, log) => {
    await refuseOtherRecords(file, log, checked.header);
    await PersonKeys.install(pool);
    await installProjections(pool, []);
    await installErasures(pool);
    const persons = await restorePersons(pool, [keys, newer]);
    await restoreDecisions(pool, checked.decisions);
    const bar = new Bar('restoring');
    await restoreArchive(file, { target: log, checked, onProgress: bar.update }).finally(() => bar.finish());
    print(
      `${counted(checked.records, 'event')} restored and compared, with ${counted(persons, 'key')} of persons (log of ${checked.header.created_at})`,
    );
    print('start the system: it builds its views from the log');
    return 0;
  });
}

/** Whoever is erased by any of the records stays erased. */
async function restorePersons(pool: DatabasePool, files: readonly (KeysFile | undefined)[]): Promise<number> {
  for (const file of files) if (file) await applyLedger(pool, file.ledger);
  const keys = files[0]?.keys ?? [];
  let restored = 0;
  for (let at = 0; at < keys.length; at += 1_000) restored += await restoreKeys(pool, keys.slice(at, at + 1_000));
  return restored;
}

async function keysFor(file: string, flags: ImportFlags): Promise<KeysFile | undefined> {
  if (flags.withoutKeys) return undefined;
  const path = flags.keys ?? `${file}.keys`;
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) return readKeysFile(path);
  throw new UserError(
    `${path} does not exist: without the keys every person would be as if erased. Name the file (--keys), or say --without-keys`,
  );
}

async function topicsOf({ kafkaBrokers }: StorageConfig, pool: DatabasePool, log: EventLog): Promise<readonly CopiedTopic[]> {
  if (kafkaBrokers.length === 0) return logTopics(pool);
  const names = EVENT_TYPES.map(topicOf);
  const bounds = await log.bounds(names);
  return names.map((name) => ({ name, partitions: bounds.filter(({ topic }) => topic === name).length }));
}

async function withLog(
  storage: StorageConfig,
  options: { readonly existing: boolean },
  work: (pool: DatabasePool, log: EventLog) => Promise<number>,
): Promise<number> {
  const { pool, close } = await openStorage(storage, options);
  try {
    const log = await openLog(storage, pool);
    try {
      return await work(pool, log);
    } finally {
      await log.close();
    }
  } finally {
    await close();
  }
}

/** The file appears when it is whole. */
async function whole<T>(file: string, write: (path: string) => Promise<T>): Promise<T> {
  const part = `${file}.part`;
  await rm(part, { force: true });
  try {
    const result = await write(part);
    await rename(part, file);
    return result;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw new UserError(`${path} exists already; nothing was written`);
}

/** A bar that appears with its first news. */
class Bar {
  private progress: Progress | undefined;

  constructor(private readonly label: string) {}

  readonly update = (done: number, total: number): void => {
    this.progress ??= new Progress({ label: this.label, noun: 'events', total, stream: process.stderr });
    this.progress.update(done, done);
  };

  finish(): void {
    this.progress?.finish();
    this.progress = undefined;
  }
}
