import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { LogError } from '../errors';

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

/** What a block holds: header, records, decisions about dead letters, keys of persons, erasures, the end. */
export type BlockKind = 'H' | 'R' | 'D' | 'K' | 'E' | 'Z';

export interface Block {
  readonly kind: BlockKind;
  readonly payload: Buffer;
}

/** The first bytes of a file; the last digit is the version of the format. */
const MAGIC = Buffer.from('PICLYLOG1\n', 'latin1');
const HEAD_BYTES = 1 + 4 + 4 + 32;
const MOST_BYTES = 256 * 1024 * 1024;
const KINDS: readonly string[] = ['H', 'R', 'D', 'K', 'E', 'Z'];

/** Writes blocks one behind the other: kind, lengths, SHA-256 of the compressed bytes, the bytes; at the end a block with the sum of all. */
export class BlockWriter {
  private readonly sum: Hash = createHash('sha256');
  private blocks = 0;

  private constructor(private readonly file: FileHandle) {}

  /** A new file; fails when it exists. */
  static async create(path: string, mode: number): Promise<BlockWriter> {
    const writer = new BlockWriter(await open(path, 'wx', mode));
    await writer.file.write(MAGIC);
    return writer;
  }

  async write(kind: BlockKind, payload: Buffer): Promise<void> {
    const packed = await deflateAsync(payload, { level: 3 });
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(kind, 0, 'latin1');
    head.writeUInt32LE(packed.length, 1);
    head.writeUInt32LE(payload.length, 5);
    createHash('sha256').update(head.subarray(0, 9)).update(packed).digest().copy(head, 9);
    this.sum.update(head);
    this.blocks += 1;
    await this.file.writev([head, packed]);
  }

  /** Ends the file with what `facts` say of it; durable when it resolves. */
  async end(facts: object): Promise<void> {
    const total = { ...facts, blocks: this.blocks, sha256: this.sum.copy().digest('hex') };
    await this.write('Z', Buffer.from(JSON.stringify(total), 'utf8'));
    await this.file.sync();
    await this.file.close();
  }

  async abort(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }
}

/** The blocks of a file, each checked; the last one too. Throws `LogError` LOG_ARCHIVE_INVALID naming the block. */
export async function* readBlocks(path: string): AsyncGenerator<Block> {
  const file = await open(path, 'r');
  try {
    const magic = await bytes(file, MAGIC.length);
    if (!magic?.equals(MAGIC))
      throw invalid(
        path,
        magic?.subarray(0, 8).equals(MAGIC.subarray(0, 8)) ? 'it has a version that is not known here' : 'it is no archive of Picly',
      );
    const sum = createHash('sha256');
    for (let n = 1; ; n++) {
      const head = await bytes(file, HEAD_BYTES);
      if (!head) throw invalid(path, `it ends before block ${n}: it was cut off`);
      const block = await readBlock(file, head, { path, n });
      if (block.kind === 'Z') {
        checkTotal(block, { path, n, sha256: sum.digest('hex') });
        if (await bytes(file, 1)) throw invalid(path, `something comes behind block ${n}, the last one`);
        yield block;
        return;
      }
      sum.update(head);
      yield block;
    }
  } finally {
    await file.close();
  }
}

async function readBlock(file: FileHandle, head: Buffer, { path, n }: { readonly path: string; readonly n: number }): Promise<Block> {
  const kind = head.toString('latin1', 0, 1);
  const [packedBytes, payloadBytes] = [head.readUInt32LE(1), head.readUInt32LE(5)];
  if (!isKind(kind) || packedBytes > MOST_BYTES || payloadBytes > MOST_BYTES) throw invalid(path, `block ${n} is damaged`);
  const packed = await bytes(file, packedBytes);
  if (!packed) throw invalid(path, `block ${n} is cut off`);
  const digest = createHash('sha256').update(head.subarray(0, 9)).update(packed).digest();
  if (!digest.equals(head.subarray(9))) throw invalid(path, `block ${n} is damaged`);
  const payload = await inflateAsync(packed);
  if (payload.length !== payloadBytes) throw invalid(path, `block ${n} is damaged`);
  return { kind, payload };
}

function checkTotal({ payload }: Block, { path, n, sha256 }: { readonly path: string; readonly n: number; readonly sha256: string }): void {
  const total = JSON.parse(payload.toString('utf8')) as { readonly blocks: number; readonly sha256: string };
  if (total.blocks !== n - 1 || total.sha256 !== sha256)
    throw invalid(path, `blocks are missing or out of order before block ${n}, the last one`);
}

const isKind = (text: string): text is BlockKind => KINDS.includes(text);

/** So many bytes; `undefined` when the file ends before. */
async function bytes(file: FileHandle, count: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(count);
  for (let at = 0; at < count;) {
    const { bytesRead } = await file.read(buffer, at, count - at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  return buffer;
}

export const invalid = (path: string, why: string): LogError =>
  new LogError('LOG_ARCHIVE_INVALID', false, `${path} cannot be used: ${why}; nothing was changed`);
