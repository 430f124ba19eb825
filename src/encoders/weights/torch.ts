import type { Text } from '../../ground/language.ts';
import { toFloats } from './floats.ts';
import { type Pickled, type PickledDictionary, readPickle } from './pickle.ts';
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
import { isLegacy, readLegacy } from './torch_legacy.ts';
import { readZipDirectory, readZipEntry, type ZipEntry } from './zip.ts';

const STORAGES: Readonly<Record<string, NumberType>> = {
  'torch.FloatStorage': 'f32',
  'torch.HalfStorage': 'f16',
  'torch.BFloat16Storage': 'bf16',
  'torch.DoubleStorage': 'f64',
  'torch.LongStorage': 'i64',
  'torch.IntStorage': 'i32',
  'torch.ShortStorage': 'i16',
  'torch.CharStorage': 'i8',
  'torch.ByteStorage': 'u8',
  'torch.BoolStorage': 'bool',
};

/** Under these keys training programs keep the weights when they save other things too. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model'];
const MAX_DIMENSIONS = 16;

/** A tensor as the pickle describes it: a view of a storage, which is a file in the archive. */
interface View {
  readonly type: NumberType;
  /** Elements in the storage. */
  readonly capacity: number;
  readonly storage: string;
  /** In elements, from the beginning of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];
}

/** A pickled object, and the bytes of the storages that it refers to: undefined for one that is not there. */
interface TorchFile {
  readonly root: Pickled;
  storage(
    key: string,
  ): { readonly bytes: number; read(what: string): Promise<Uint8Array<ArrayBuffer>> } | undefined;
}

/**
 * Opens a `pytorch_model.bin`: a zip archive, or the format of PyTorch before 1.6. Its pickle is read as data and runs
 * nothing. Throws a UserError for anything but tensors, for views outside their storage.
 */
export async function openTorch(file: string): Promise<WeightFile> {
  const access = await openFile(file);
  try {
    const torch = (await isLegacy(access)) ? await legacyFile(access) : await zipFile(access);
    const views = findViews(torch.root, file);
    return {
      format: 'pytorch',
      file,
      size: access.size,
      tensors: views.map(([name, view]) => stored(access, torch, name, view)),
      close: () => access.close(),
    };
  } catch (error) {
    await access.close();
    throw error;
  }
}

async function legacyFile(access: RandomAccess): Promise<TorchFile> {
  const { root, storages } = await readLegacy(access, (type) => BYTES[STORAGES[type]]);
  return {
    root,
    storage(key) {
      const found = storages.get(key);
      return (
        found && {
          bytes: found.bytes,
          read: (what) => access.fill(new Uint8Array(found.bytes), found.start, what),
        }
      );
    },
  };
}

async function zipFile(access: RandomAccess): Promise<TorchFile> {
  const { file } = access;
  await refuseOther(access);
  const entries = await readZipDirectory(access);
  const pickle = [...entries.values()].find(({ name }) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (!pickle)
    throw unsupported(
      file,
      'data.pkl',
      {
        en: 'The archive has no data.pkl: it was not written by torch.save',
        zh: '压缩包中没有 data.pkl，不是 torch.save 的输出',
      },
      RESAVE,
    );
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  await checkByteOrder(access, entries.get(`${folder}byteorder`));
  return {
    root: readPickle(await readZipEntry(access, pickle, 'data.pkl'), file),
    storage(key) {
      const entry = entries.get(`${folder}data/${key}`);
      return entry && { bytes: entry.bytes, read: (what) => readZipEntry(access, entry, what) };
    },
  };
}

const RESAVE: Text = {
  en: 'In Python: torch.save(model.state_dict(), "pytorch_model.bin"), or save as safetensors.',
  zh: '在 Python 中执行 torch.save(model.state_dict(), "pytorch_model.bin")，或存为 safetensors。',
};

async function refuseOther(access: RandomAccess): Promise<void> {
  const head = Buffer.from(await access.fill(new Uint8Array(Math.min(4, access.size)), 0, 'its beginning'));
  if (head.toString('latin1') === 'PK\x03\x04') return;
  const pickle = head[0] === 0x80;
  throw unsupported(
    access.file,
    undefined,
    pickle
      ? {
          en: 'The file is a pickle that torch.save did not write',
          zh: '文件是 pickle，但不是 torch.save 的输出',
        }
      : { en: 'The file is not a zip archive of PyTorch', zh: '文件不是 PyTorch 的 zip 压缩包' },
    RESAVE,
  );
}

async function checkByteOrder(access: RandomAccess, entry: ZipEntry | undefined): Promise<void> {
  if (!entry) return;
  const order =
    entry.bytes > 16 ? '' : Buffer.from(await readZipEntry(access, entry, 'byteorder')).toString('latin1');
  if (order !== 'little')
    throw unsupported(
      access.file,
      'byteorder',
      { en: 'The numbers are big-endian', zh: '数值为大端字节序' },
      RESAVE,
    );
}

const isView = (value: Pickled): boolean =>
  typeof value === 'object' && value !== null && 'call' in value && value.call.startsWith('torch._utils.');

/** The tensors of the state dictionary, by name. */
function findViews(root: Pickled, file: string): [name: string, view: View][] {
  if (!(root instanceof Map))
    throw unsupported(
      file,
      'data.pkl',
      { en: 'The file has no state dictionary', zh: '文件中没有 state dict' },
      RESAVE,
    );
  let dictionary: PickledDictionary = root;
  if (![...root.values()].some(isView)) {
    const inner = WRAPPERS.map((key) => root.get(key)).find((value) => value instanceof Map);
    if (inner instanceof Map) dictionary = inner;
  }
  const views: [string, View][] = [];
  for (const [name, value] of dictionary) {
    if (typeof name === 'string' && isView(value)) views.push([name, readView(value, name, file)]);
  }
  return views;
}

function readView(value: Pickled, name: string, file: string): View {
  const fail = (why: Text): never => {
    throw damaged(file, name, why);
  };
  if (typeof value !== 'object' || value === null || !('call' in value))
    return fail({ en: 'not a tensor', zh: '不是张量' });
  if (value.call === 'torch._utils._rebuild_parameter') {
    const [data] = value.arguments;
    // PyTorch never nests parameters, and nesting could be endless
    if (!isView(data) || (data as { call: string }).call === value.call)
      return fail({ en: 'not a tensor', zh: '不是张量' });
    return readView(data, name, file);
  }
  const [storage, offset, shape, strides] = value.arguments;
  if (typeof storage !== 'object' || storage === null || !('reference' in storage))
    return fail({ en: 'it has no storage', zh: '缺少存储区' });
  if (!Array.isArray(storage.reference))
    return fail({ en: 'its storage is malformed', zh: '存储区格式错误' });
  const [kind, storageType, key, , capacity] = storage.reference;
  if (kind !== 'storage' || typeof key !== 'string')
    return fail({ en: 'its storage is malformed', zh: '存储区格式错误' });
  if (typeof storageType !== 'object' || storageType === null || !('global' in storageType)) {
    return fail({ en: 'its storage has no type', zh: '存储区缺少类型' });
  }
  const type =
    STORAGES[storageType.global] ??
    fail({ en: `unsupported storage ${storageType.global}`, zh: `不支持的存储类型 ${storageType.global}` });
  if (!isCount(capacity) || !isCount(offset))
    return fail({ en: 'its offset or storage size is not a number', zh: '偏移或存储区大小不是数字' });
  if (!isShape(shape) || !isShape(strides) || shape.length !== strides.length)
    return fail({ en: 'its shape is malformed', zh: '形状格式错误' });
  const count = elements(shape);
  const last = shape.reduce((sum, side, i) => sum + (side - 1) * strides[i], offset);
  if (count < 0 || count > capacity || (count > 0 && !(last < capacity))) {
    return fail({
      en: `${JSON.stringify(shape)} at offset ${offset} exceeds a storage of ${capacity} elements`,
      zh: `形状 ${JSON.stringify(shape)}（偏移 ${offset}）超出 ${capacity} 个元素的存储区`,
    });
  }
  return { type, capacity, storage: key, offset, shape, strides };
}

const isCount = (value: Pickled | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isShape = (value: Pickled | undefined): value is number[] =>
  Array.isArray(value) && value.length <= MAX_DIMENSIONS && value.every(isCount);

function stored(access: RandomAccess, torch: TorchFile, name: string, view: View): StoredTensor {
  const { type, capacity, storage, offset, shape, strides } = view;
  return {
    name,
    shape,
    type,
    identity: `${storage} ${type} ${offset} ${shape} ${strides}`,
    bytes: capacity * BYTES[type],
    async read() {
      const found = torch.storage(storage);
      if (!found)
        throw damaged(access.file, name, {
          en: `the file has no storage ${storage}`,
          zh: `文件中没有存储区 ${storage}`,
        });
      if (found.bytes !== capacity * BYTES[type]) {
        throw damaged(access.file, name, {
          en: `its storage ${storage} has ${found.bytes} bytes, not ${capacity * BYTES[type]}`,
          zh: `存储区 ${storage} 有 ${found.bytes} 字节，应为 ${capacity * BYTES[type]}`,
        });
      }
      const values = toFloats(await found.read(name), type);
      if (values) return gather(values, view);
      throw unsupported(
        access.file,
        name,
        { en: `The tensor holds ${type}, not real numbers`, zh: `张量类型为 ${type}，不是实数` },
        { en: 'Save it as float32.', zh: '请存为 float32。' },
      );
    },
  };
}

/** The elements of a view, row by row; the storage itself where it is the view. */
function gather(storage: Float32Array, { offset, shape, strides }: View): Float32Array {
  const count = elements(shape);
  let expected = 1;
  const contiguous = shape
    .map((side, i) => [side, strides[i]])
    .reverse()
    .every(([side, stride]) => {
      const fits = side <= 1 || stride === expected;
      expected *= side;
      return fits;
    });
  if (contiguous) return count === storage.length ? storage : storage.slice(offset, offset + count);
  const values = new Float32Array(count);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    values[i] = storage[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return values;
}
