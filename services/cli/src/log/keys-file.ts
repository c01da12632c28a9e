import { BlockWriter, readBlocks } from '@picly/event-log';
import type { DatabasePool } from '@picly/database';
import { readLedger, type ErasureLedger } from '@picly/erasure';
import { backUpKeys, type BackedUpKey } from '@picly/personal-data';
import { UserError } from '../user-error';

const ONLY_OWNER = 0o600;

/** The keys of all persons, and who is erased: what a copy of the log is readable with. Answers how many keys. */
export async function writeKeysFile(path: string, pool: DatabasePool, createdAt: string): Promise<number> {
  const writer = await BlockWriter.create(path, ONLY_OWNER);
  let keys = 0;
  try {
    await writer.write('H', Buffer.from(JSON.stringify({ format: 'picly-keys', created_at: createdAt }), 'utf8'));
    for await (const portion of backUpKeys(pool)) {
      keys += portion.length;
      await writer.write('K', Buffer.from(JSON.stringify(portion), 'utf8'));
    }
    await writer.write('E', Buffer.from(JSON.stringify(await readLedger(pool)), 'utf8'));
    await writer.end({ keys });
    return keys;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export interface KeysFile {
  readonly keys: readonly BackedUpKey[];
  readonly ledger: ErasureLedger;
}

/** Reads and checks such a file. Throws `LogError` LOG_ARCHIVE_INVALID. */
export async function readKeysFile(path: string): Promise<KeysFile> {
  const keys: BackedUpKey[] = [];
  let ledger: ErasureLedger | undefined;
  let isKeys = false;
  for await (const { kind, payload } of readBlocks(path)) {
    const content = JSON.parse(kind === 'R' ? 'null' : payload.toString('utf8')) as unknown;
    if (kind === 'H') isKeys = (content as { readonly format: string }).format === 'picly-keys';
    if (kind === 'K') keys.push(...(content as readonly BackedUpKey[]));
    if (kind === 'E') ledger = content as ErasureLedger;
  }
  if (!isKeys || !ledger) throw new UserError(`${path} is no file of keys; nothing was changed`);
  return { keys, ledger };
}
