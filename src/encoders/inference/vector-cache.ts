import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../ground/files.ts';

/**
 * Vectors of texts on disk. A space is a directory for everything that decides a vector but the text: encoder, settings,
 * prompt. It holds segments, files that appear whole and never change, so that any number of processes may read and write:
 * `CBLUEVEC`, version, numbers of a vector, vectors (uint32 each), the SHA-256 of what follows, then a key of 16 bytes for
 * every vector, then the vectors (float32), all little-endian.
 */
const MAGIC = 'CBLUEVEC';
const VERSION = 1;
const DIGEST_START = MAGIC.length + 12;
const KEYS_START = DIGEST_START + 32;
const KEY_BYTES = 16;
const EXTENSION = '.vectors';

/** All spaces together; beyond it the segments that were not used for longest are removed. */
const MAX_BYTES = 2 ** 31;
/** Share of it that a process may write before it looks for segments to remove. */
const PRUNED_SHARE = 1 / 64;
/** Fewer new vectors are not worth a file. */
const LEAST = 64;
/** This many vectors are written at a time, so that an interrupted run keeps them. */
const SEGMENT = 4096;

/** The vectors of one space. */
export interface VectorCache {
  /** The vectors of these texts that are kept, by text. A damaged segment is removed and counts as absent. */
  read(texts: Iterable<string>): Promise<Map<string, Float32Array>>;
  /** Keeps a vector, on disk at the latest with `flush`. */
  add(text: string, vector: Float32Array): void;
  /** Writes added vectors. Failures are ignored: those vectors are not kept. */
  flush(): Promise<void>;
}

export interface CacheLimits {
  readonly maxBytes?: number;
  readonly least?: number;
  readonly segment?: number;
}

/** Opens the space of this identity below a directory, which need not exist. */
export function openVectorCache(directory: string, identity: object, limits: CacheLimits = {}): VectorCache {
  const { maxBytes = MAX_BYTES, least = LEAST, segment = SEGMENT } = limits;
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  const space = join(directory, digest.slice(0, 32));
  const keysOf: KnownKeys = new Map();
  let pending = new Map<string, Float32Array>();
  let writing = Promise.resolve();
  /** Bytes that were written since segments were last removed; runs before this one may have left any number. */
  let unpruned = Number.POSITIVE_INFINITY;
  const write = (): void => {
    const entries = pending;
    pending = new Map();
    writing = writing.then(async () => {
      unpruned += await writeSegment(space, entries, keysOf);
    });
  };
  return {
    read: (texts) => readSegments(space, texts, keysOf),
    add(text, vector) {
      pending.set(text, vector);
      if (pending.size >= segment) write();
    },
    async flush() {
      if (pending.size >= least) write();
      await writing;
      // Looking at every segment of every space takes time: not for a few more vectors.
      if (unpruned <= maxBytes * PRUNED_SHARE) return;
      unpruned = 0;
      await prune(directory, maxBytes);
    },
  };
}

const keyOf = (text: string): string =>
  createHash('sha256').update(text).digest().toString('hex', 0, KEY_BYTES);

/** Returns how many bytes were written: none where it was not possible. */
async function writeSegment(
  space: string,
  entries: ReadonlyMap<string, Float32Array>,
  keysOf: KnownKeys,
): Promise<number> {
  const size = entries.values().next().value?.length ?? 0;
  const names = Array.from(entries.keys(), keyOf);
  const keys = Buffer.from(names.join(''), 'hex');
  const values = new Float32Array(entries.size * size);
  for (const [row, vector] of [...entries.values()].entries()) values.set(vector, row * size);
  const bytes = new Uint8Array(values.buffer);
  const head = Buffer.alloc(KEYS_START);
  head.write(MAGIC, 'latin1');
  for (const [i, number] of [VERSION, size, entries.size].entries())
    head.writeUInt32LE(number, MAGIC.length + 4 * i);
  createHash('sha256').update(keys).update(bytes).digest().copy(head, DIGEST_START);
  const name = `${randomUUID()}${EXTENSION}`;
  try {
    await writeAtomic(join(space, name), [head, keys, bytes]);
  } catch {
    return 0;
  }
  keysOf.set(name, new Set(names));
  return head.length + keys.length + bytes.length;
}

/** The keys of segments that were read or written before, by name: those without requested vectors are not read again. */
type KnownKeys = Map<string, ReadonlySet<string>>;

async function readSegments(
  space: string,
  texts: Iterable<string>,
  keysOf: KnownKeys,
): Promise<Map<string, Float32Array>> {
  const wanted = new Map(Array.from(texts, (text) => [keyOf(text), text]));
  const found = new Map<string, Float32Array>();
  const names = await readdir(space).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(EXTENSION)).sort()) {
    if (found.size === wanted.size) break;
    const known = keysOf.get(name);
    if (known && !holdsAny(known, wanted)) continue;
    const file = join(space, name);
    const bytes = await readFile(file).catch(() => undefined);
    if (!bytes) continue; // removed by another process since
    const segment = parseSegment(bytes);
    if (!segment) await rm(file, { force: true }).catch(() => undefined);
    if (segment) keysOf.set(name, new Set(segment.keys));
    let used = false;
    for (const [row, key] of (segment?.keys ?? []).entries()) {
      const text = wanted.get(key);
      if (text === undefined || found.has(text)) continue;
      found.set(text, segment!.vectorAt(row));
      used = true;
    }
    if (used) await utimes(file, new Date(), new Date()).catch(() => undefined);
  }
  return found;
}

function holdsAny(known: ReadonlySet<string>, wanted: ReadonlyMap<string, string>): boolean {
  for (const key of wanted.keys()) if (known.has(key)) return true;
  return false;
}

/** The keys and vectors of an intact segment of this version. */
function parseSegment(
  bytes: Buffer,
): { readonly keys: readonly string[]; vectorAt(row: number): Float32Array } | undefined {
  if (bytes.length < KEYS_START || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const [version, size, count] = [0, 1, 2].map((i) => bytes.readUInt32LE(MAGIC.length + 4 * i));
  const start = KEYS_START + count * KEY_BYTES;
  if (version !== VERSION || bytes.length !== start + count * size * 4) return undefined;
  const digest = createHash('sha256').update(bytes.subarray(KEYS_START)).digest();
  if (!digest.equals(bytes.subarray(DIGEST_START, KEYS_START))) return undefined;
  const keys = Array.from({ length: count }, (_, row) =>
    bytes.toString('hex', KEYS_START + row * KEY_BYTES, KEYS_START + (row + 1) * KEY_BYTES),
  );
  const vectorAt = (row: number): Float32Array => {
    const copy = Uint8Array.from(bytes.subarray(start + row * size * 4, start + (row + 1) * size * 4));
    return new Float32Array(copy.buffer);
  };
  return { keys, vectorAt };
}

/** Removes the segments that were not used for longest until the rest fits. */
async function prune(directory: string, maxBytes: number): Promise<void> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith(EXTENSION))
      .map(async (name) => {
        const file = join(directory, name);
        const found = await stat(file).catch(() => undefined);
        return found ? [{ file, bytes: found.size, used: found.mtimeMs }] : [];
      }),
  );
  const newestFirst = files.flat().sort((a, b) => b.used - a.used || (a.file < b.file ? -1 : 1));
  let total = 0;
  for (const { file, bytes } of newestFirst) {
    total += bytes;
    if (total > maxBytes) await rm(file, { force: true }).catch(() => undefined);
  }
}
