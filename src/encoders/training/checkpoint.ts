import { createHash } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';

/** Format: `CBCKPT01`, length of the header (uint32), header (JSON), arrays (float32), SHA-256 of all of it. */
const MAGIC = 'CBCKPT01';
const HASH_BYTES = 32;
const PIECE = 1 << 24;
/** Checkpoints that are kept: the last but one in case the last is damaged. */
const KEPT = 2;

export type Arrays = ReadonlyMap<string, Float32Array>;

export interface Checkpoint<State> {
  readonly state: State;
  readonly arrays: Arrays;
}

/** Writes a state and its arrays to one file, atomically. */
export async function writeCheckpoint(file: string, state: unknown, arrays: Arrays): Promise<void> {
  const list = Array.from(arrays, ([name, { length }]) => ({ name, length }));
  const header = Buffer.from(JSON.stringify({ state, arrays: list }));
  const start = Buffer.alloc(MAGIC.length + 4);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(header.length, MAGIC.length);
  await writeAtomic(file, hashed([start, header, ...pieces(arrays)]));
}

function* pieces(arrays: Arrays): Generator<Uint8Array> {
  for (const { buffer, byteOffset, byteLength } of arrays.values()) {
    for (let at = 0; at < byteLength; at += PIECE) {
      yield new Uint8Array(buffer, byteOffset + at, Math.min(PIECE, byteLength - at));
    }
  }
}

function* hashed(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part);
    yield part;
  }
  yield hash.digest();
}

const TRUNCATED: Text = { en: 'it is truncated', zh: '文件不完整' };

/** Reads what `writeCheckpoint` wrote. Throws a UserError if a single bit differs. */
export async function readCheckpoint<State>(file: string): Promise<Checkpoint<State>> {
  const damaged = (why: Text): UserError =>
    new UserError(
      'checkpoint-damaged',
      { en: `The checkpoint is damaged: ${why.en}`, zh: `检查点已损坏：${why.zh}` },
      { file, hint: { en: 'Delete it and train again.', zh: '请删除该文件后重新训练。' } },
    );
  const handle = await open(file).catch((error) => {
    throw explainFileError(error, file);
  });
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256');
    let at = 0;
    const take = async (length: number): Promise<Buffer<ArrayBuffer>> => {
      if (at + length > size) throw damaged(TRUNCATED);
      const bytes = Buffer.from(new ArrayBuffer(length));
      const { bytesRead } = await handle.read(bytes, 0, length, at);
      if (bytesRead !== length) throw damaged(TRUNCATED);
      at += length;
      return bytes;
    };
    const hashedTake = async (length: number): Promise<Buffer<ArrayBuffer>> => {
      const bytes = await take(length);
      hash.update(bytes);
      return bytes;
    };
    const start = await hashedTake(MAGIC.length + 4);
    if (start.toString('latin1', 0, MAGIC.length) !== MAGIC)
      throw damaged({ en: 'wrong signature', zh: '文件标识不符' });
    const text = (await hashedTake(Math.min(start.readUInt32LE(MAGIC.length), size))).toString();
    const header = parse(text);
    if (!header) throw damaged({ en: 'invalid header', zh: '文件头无效' });
    // nothing of the header is verified yet: its list must describe this file before memory is allocated
    const end = header.arrays.reduce((sum, { length }) => sum + length * 4, at + HASH_BYTES);
    if (end > size) throw damaged(TRUNCATED);
    const arrays = new Map<string, Float32Array>();
    for (const { name, length } of header.arrays) {
      const bytes = await hashedTake(length * 4);
      arrays.set(name, new Float32Array(bytes.buffer, bytes.byteOffset, length));
    }
    if (!(await take(HASH_BYTES)).equals(hash.digest()) || at !== size)
      throw damaged({ en: 'wrong checksum', zh: '校验和不符' });
    return { state: header.state as State, arrays };
  } finally {
    await handle.close();
  }
}

const headerJson = z.object({
  state: z.looseObject({}),
  arrays: z.array(z.object({ name: z.string(), length: z.int().min(0) })),
});

function parse(text: string): z.infer<typeof headerJson> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // a state nested too deeply to be written again fails here, not at the next checkpoint
    JSON.stringify(value);
    return headerJson.safeParse(value).data;
  } catch {
    return undefined;
  }
}

const nameOf = (step: number): string => `checkpoint-${String(step).padStart(9, '0')}.bin`;
export const isCheckpoint = (name: string): boolean => /^checkpoint-\d{9}\.bin$/.test(name);

/** Writes the checkpoint of a step to a directory and removes all but the last `kept`. */
export async function keepCheckpoint(
  directory: string,
  step: number,
  state: unknown,
  arrays: Arrays,
  kept = KEPT,
): Promise<void> {
  await writeCheckpoint(join(directory, nameOf(step)), state, arrays);
  const names = (await readdir(directory)).filter(isCheckpoint).sort();
  for (const name of names.slice(0, -kept)) await rm(join(directory, name), { force: true });
}

/**
 * The latest intact checkpoint of a directory that nothing speaks against; others are skipped and reported to
 * `onSkipped`. Removes unfinished files of a killed process.
 */
export async function latestCheckpoint<State>(
  directory: string,
  objectionTo: (checkpoint: Checkpoint<State>) => Promise<Text | undefined>,
  onSkipped: (file: string, why: Text) => void,
): Promise<Checkpoint<State> | undefined> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) if (name.endsWith('.tmp')) await rm(join(directory, name), { force: true });
  for (const name of names.filter(isCheckpoint).sort().reverse()) {
    const file = join(directory, name);
    try {
      const checkpoint = await readCheckpoint<State>(file);
      const why = await objectionTo(checkpoint);
      if (!why) return checkpoint;
      onSkipped(file, why);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onSkipped(file, error.text);
    }
  }
  return undefined;
}
