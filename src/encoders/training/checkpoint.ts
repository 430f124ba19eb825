import { createHash } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic } from '../../ground/files.ts';

/** `CBCKPT01`, length of the header (uint32), the header (JSON), the arrays (float32), SHA-256 of all before. */
const MAGIC = 'CBCKPT01';
const HASH_BYTES = 32;
const PIECE = 1 << 24;
/** The one before the last stays, should the last be damaged. */
const KEPT = 2;

export type Arrays = ReadonlyMap<string, Float32Array>;

export interface Checkpoint<State> {
  readonly state: State;
  readonly arrays: Arrays;
}

/** Writes a state and its arrays to one file, whole or not at all. */
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
      // a copy: the memory that is shared with the kernels is not what files are written from
      yield Uint8Array.from(new Uint8Array(buffer, byteOffset + at, Math.min(PIECE, byteLength - at)));
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

/** Reads what `writeCheckpoint` wrote. Throws a UserError where a single bit has changed. */
export async function readCheckpoint<State>(file: string): Promise<Checkpoint<State>> {
  const damaged = (why: string): UserError =>
    new UserError('checkpoint-damaged', `The checkpoint is damaged: ${why}`, {
      file,
      hint: 'Delete it and start anew.',
    });
  const handle = await open(file).catch((error) => {
    throw explainFileError(error, file);
  });
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256');
    let at = 0;
    const take = async (length: number): Promise<Buffer<ArrayBuffer>> => {
      if (at + length > size) throw damaged('it ends too early');
      const bytes = Buffer.from(new ArrayBuffer(length));
      const { bytesRead } = await handle.read(bytes, 0, length, at);
      if (bytesRead !== length) throw damaged('it ends too early');
      at += length;
      return bytes;
    };
    const hashedTake = async (length: number): Promise<Buffer<ArrayBuffer>> => {
      const bytes = await take(length);
      hash.update(bytes);
      return bytes;
    };
    const start = await hashedTake(MAGIC.length + 4);
    if (start.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged('its first bytes differ');
    const text = (await hashedTake(Math.min(start.readUInt32LE(MAGIC.length), size))).toString();
    const header = parse(text);
    if (!header) throw damaged('its header is not whole');
    const arrays = new Map<string, Float32Array>();
    for (const { name, length } of header.arrays) {
      const bytes = await hashedTake(length * 4);
      arrays.set(name, new Float32Array(bytes.buffer, bytes.byteOffset, length));
    }
    if (!(await take(HASH_BYTES)).equals(hash.digest()) || at !== size) throw damaged('its checksum differs');
    return { state: header.state as State, arrays };
  } finally {
    await handle.close();
  }
}

function parse(text: string): { state: unknown; arrays: { name: string; length: number }[] } | undefined {
  try {
    const header = JSON.parse(text);
    return Array.isArray(header.arrays) ? header : undefined;
  } catch {
    return undefined;
  }
}

const nameOf = (step: number): string => `checkpoint-${String(step).padStart(9, '0')}.bin`;
const isCheckpoint = (name: string): boolean => /^checkpoint-\d{9}\.bin$/.test(name);

/** Keeps a checkpoint of a step in a directory, and the one before it. */
export async function keepCheckpoint(
  directory: string,
  step: number,
  state: unknown,
  arrays: Arrays,
): Promise<void> {
  await writeCheckpoint(join(directory, nameOf(step)), state, arrays);
  const names = (await readdir(directory)).filter(isCheckpoint).sort();
  for (const name of names.slice(0, -KEPT)) await rm(join(directory, name), { force: true });
}

/**
 * The latest whole checkpoint of a directory for which `fits` says yes; damaged ones and others are passed over, with a
 * word to `onSkipped`. Removes what a killed process left half written.
 */
export async function latestCheckpoint<State>(
  directory: string,
  fits: (state: State) => boolean,
  onSkipped: (file: string, why: string) => void,
): Promise<Checkpoint<State> | undefined> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) if (name.endsWith('.tmp')) await rm(join(directory, name), { force: true });
  for (const name of names.filter(isCheckpoint).sort().reverse()) {
    const file = join(directory, name);
    try {
      const checkpoint = await readCheckpoint<State>(file);
      if (fits(checkpoint.state)) return checkpoint;
      onSkipped(file, 'it belongs to other data or settings');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onSkipped(file, error.message);
    }
  }
  return undefined;
}
