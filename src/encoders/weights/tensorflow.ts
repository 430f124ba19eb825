import { basename } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { toFloats } from './floats.ts';
import { readTable } from './sstable.ts';
import {
  BYTES,
  damaged,
  elements,
  type NumberType,
  openFile,
  type RandomAccess,
  type StoredTensor,
  unsupported,
  type WeightFile,
} from './stored.ts';
import { createWireReader } from './wire.ts';

/** TensorFlow's DataType numbers. */
const TYPES: Readonly<Record<number, NumberType>> = {
  1: 'f32',
  2: 'f64',
  3: 'i32',
  4: 'u8',
  5: 'i16',
  6: 'i8',
  9: 'i64',
  10: 'bool',
  14: 'bf16',
  19: 'f16',
};
const MAX_INDEX_BYTES = 64 << 20;
const MAX_SHARDS = 1024;
const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** The `BundleEntryProto` of a tensor. */
interface BundleEntry {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** Masked CRC-32C. */
  readonly crc: number;
  readonly sliced: boolean;
}

/**
 * Opens a TensorFlow 1 checkpoint by its `.index` file; the numbers lie in `.data-00000-of-00001` beside it.
 * Every block and every tensor is checked against its CRC-32C. Throws a UserError.
 */
export async function openTensorflow(file: string): Promise<WeightFile> {
  const table = readTable(await readIndex(file), file);
  const shards = readHeader(table.get(''), file);
  if (table.has(OBJECT_GRAPH)) {
    throw unsupported(
      file,
      OBJECT_GRAPH,
      'This is a checkpoint of TensorFlow 2 objects, not of TensorFlow 1 variables',
      'Convert it in Python with transformers, or use the model.safetensors of the same model.',
    );
  }
  const opened: RandomAccess[] = [];
  const close = async (): Promise<void> => {
    for (const access of opened) await access.close();
  };
  try {
    for (let shard = 0; shard < shards; shard++) opened.push(await openFile(shardName(file, shard, shards)));
    const entries = [...table]
      .filter(([name]) => name !== '')
      .map(([name, value]) => readEntry(name, value, file));
    for (const entry of entries) refuseOutside(opened[entry.shard], entry, file);
    const tensors = entries.map((entry) => stored(opened, entry, file));
    return { format: 'tensorflow', file, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const shardName = (file: string, shard: number, shards: number): string => {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return file.replace(/\.index$/, `.data-${digits(shard)}-of-${digits(shards)}`);
};

async function readIndex(file: string): Promise<Buffer> {
  const access = await openFile(file);
  try {
    if (access.size > MAX_INDEX_BYTES)
      throw damaged(file, 'index', `it has ${access.size} bytes: that is no index`);
    return await access.fill(Buffer.alloc(access.size), 0, 'index');
  } finally {
    await access.close();
  }
}

/** The number of data files. */
function readHeader(value: Buffer | undefined, file: string): number {
  if (!value) throw damaged(file, 'header', 'the index has none');
  let shards = 1;
  for (const [field, content] of createWireReader(value, file, 'header').fields()) {
    if (field === 1 && typeof content === 'number') shards = content;
    if (field === 2 && content !== 0)
      throw unsupported(file, 'header', 'The numbers are big-endian', 'Save it again.');
  }
  if (shards < 1 || shards > MAX_SHARDS) throw damaged(file, 'header', `${shards} data files`);
  return shards;
}

function readEntry(name: string, value: Buffer, file: string): BundleEntry {
  const entry = { name, type: 0, shape: [] as number[], shard: 0, offset: 0, size: 0, crc: 0, sliced: false };
  for (const [field, content] of createWireReader(value, file, name).fields()) {
    if (typeof content === 'number') {
      if (field === 1) entry.type = content;
      if (field === 3) entry.shard = content;
      if (field === 4) entry.offset = content;
      if (field === 5) entry.size = content;
    } else {
      if (field === 2) entry.shape = readShape(content, name, file);
      if (field === 6 && content.length === 4) entry.crc = content.readUInt32LE(0);
      if (field === 7) entry.sliced = true;
    }
  }
  return entry;
}

function readShape(content: Buffer, name: string, file: string): number[] {
  const shape: number[] = [];
  for (const [field, dimension] of createWireReader(content, file, name).fields()) {
    if (field !== 2 || typeof dimension === 'number') continue;
    let side = 0;
    for (const [part, length] of createWireReader(dimension, file, name).fields()) {
      if (part === 1 && typeof length === 'number') side = length;
    }
    shape.push(side);
  }
  return shape;
}

/** Every tensor must lie inside its data file, also one that nobody reads: a file that was cut off is no checkpoint. */
function refuseOutside(access: RandomAccess | undefined, entry: BundleEntry, file: string): void {
  const { name, shard, offset, size } = entry;
  if (!access) throw damaged(file, name, `it lies in data file ${shard}, which there is not`);
  if (offset + size > access.size) {
    throw damaged(
      access.file,
      name,
      `it ends at byte ${offset + size}, the file at ${access.size}: it was cut off`,
    );
  }
}

function stored(opened: readonly RandomAccess[], entry: BundleEntry, file: string): StoredTensor {
  const { name, shape, shard, offset, size, crc } = entry;
  const type = TYPES[entry.type];
  return {
    name,
    shape,
    type: type ?? 'u8',
    identity: name,
    bytes: size,
    async read() {
      const unreadable = entry.sliced ? 'is saved in slices' : `has the data type ${entry.type}`;
      if (entry.sliced || !type) {
        throw unsupported(
          file,
          name,
          `The tensor ${unreadable}, which is not read`,
          'Save it as one float tensor.',
        );
      }
      const count = elements(shape);
      if (count < 0 || count * BYTES[type] !== size) {
        throw damaged(file, name, `${JSON.stringify(shape)} of ${type} does not take ${size} bytes`);
      }
      const access = opened[shard];
      const bytes = await access.fill(new Uint8Array(size), offset, name);
      if (maskCrc(crc32c(bytes)) !== crc) throw damaged(access.file, name, 'its checksum is wrong');
      const values = toFloats(bytes, type);
      if (values) return values;
      throw unsupported(file, name, `The tensor holds ${type}, not real numbers`, 'Save it as float32.');
    },
  };
}

/** The `.index` that belongs to any of a checkpoint's names: `x.ckpt`, `x.ckpt.index`, `x.ckpt.data-…`, `x.ckpt.meta`. */
export function indexName(path: string): string {
  return `${path.replace(/\.(index|meta|data-\d{5}-of-\d{5})$/, '')}.index`;
}

/** The one checkpoint of a folder: `bert_model.ckpt` before others; where there are several, the user has to choose. */
export function chooseIndex(folder: string, files: readonly string[]): string | undefined {
  const indexes = files.filter((name) => name.endsWith('.index')).map((name) => basename(name));
  if (indexes.length <= 1) return indexes[0];
  const usual = indexes.find((name) => name === 'bert_model.ckpt.index');
  if (usual) return usual;
  throw new UserError('checkpoint-ambiguous', `The folder has ${indexes.length} checkpoints`, {
    file: folder,
    hint: `Give the path of one, e.g. ${indexes.sort().at(-1)}`,
  });
}
