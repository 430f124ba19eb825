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

/** Under these keys training programs keep the weights beside what else they save. */
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

/**
 * Opens a `pytorch_model.bin` (PyTorch 1.6 or later: a zip archive). Its pickle is read as data and runs
 * nothing. Throws a UserError for the older format, for anything but tensors, for views outside their storage.
 */
export async function openTorch(file: string): Promise<WeightFile> {
  const access = await openFile(file);
  try {
    await refuseLegacy(access);
    const entries = await readZipDirectory(access);
    const pickle = [...entries.values()].find(
      ({ name }) => name === 'data.pkl' || name.endsWith('/data.pkl'),
    );
    if (!pickle)
      throw unsupported(file, 'data.pkl', 'The archive has no data.pkl: torch.save did not write it', RESAVE);
    const folder = pickle.name.slice(0, -'data.pkl'.length);
    await checkByteOrder(access, entries.get(`${folder}byteorder`));
    const views = findViews(readPickle(await readZipEntry(access, pickle, 'data.pkl'), file), file);
    return {
      format: 'pytorch',
      file,
      tensors: views.map(([name, view]) => stored(access, entries, folder, name, view)),
      close: () => access.close(),
    };
  } catch (error) {
    await access.close();
    throw error;
  }
}

const RESAVE = 'In Python: torch.save(model.state_dict(), "pytorch_model.bin"), or save as safetensors.';

async function refuseLegacy(access: RandomAccess): Promise<void> {
  const head = Buffer.from(await access.fill(new Uint8Array(Math.min(4, access.size)), 0, 'its beginning'));
  if (head.toString('latin1') === 'PK\x03\x04') return;
  const legacy = head[0] === 0x80;
  throw unsupported(
    access.file,
    undefined,
    legacy
      ? 'The file is of PyTorch before 1.6, which is not a zip archive'
      : 'The file is no zip archive of PyTorch',
    legacy ? 'Load and save it once with a newer PyTorch: torch.save(torch.load(FILE), FILE).' : RESAVE,
  );
}

async function checkByteOrder(access: RandomAccess, entry: ZipEntry | undefined): Promise<void> {
  if (!entry) return;
  const order =
    entry.bytes > 16 ? '' : Buffer.from(await readZipEntry(access, entry, 'byteorder')).toString('latin1');
  if (order !== 'little') throw unsupported(access.file, 'byteorder', 'The numbers are big-endian', RESAVE);
}

const isView = (value: Pickled): boolean =>
  typeof value === 'object' && value !== null && 'call' in value && value.call.startsWith('torch._utils.');

/** The tensors of the state dictionary, by name. */
function findViews(root: Pickled, file: string): [name: string, view: View][] {
  if (!(root instanceof Map))
    throw unsupported(file, 'data.pkl', 'The file holds no state dictionary', RESAVE);
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
  const fail = (why: string): never => {
    throw damaged(file, name, why);
  };
  if (typeof value !== 'object' || value === null || !('call' in value)) return fail('it is no tensor');
  if (value.call === 'torch._utils._rebuild_parameter') {
    const [data] = value.arguments;
    // A parameter of a parameter is nothing that PyTorch writes, and could be one without end.
    if (!isView(data) || (data as { call: string }).call === value.call) return fail('it is no tensor');
    return readView(data, name, file);
  }
  const [storage, offset, shape, strides] = value.arguments;
  if (typeof storage !== 'object' || storage === null || !('reference' in storage))
    return fail('it has no storage');
  if (!Array.isArray(storage.reference)) return fail('its storage is malformed');
  const [kind, storageType, key, , capacity] = storage.reference;
  if (kind !== 'storage' || typeof key !== 'string') return fail('its storage is malformed');
  if (typeof storageType !== 'object' || storageType === null || !('global' in storageType)) {
    return fail('its storage has no type');
  }
  const type = STORAGES[storageType.global] ?? fail(`its storage is ${storageType.global}`);
  if (!isCount(capacity) || !isCount(offset)) return fail('its offset or its storage is no number');
  if (!isShape(shape) || !isShape(strides) || shape.length !== strides.length)
    return fail('its shape is malformed');
  const count = elements(shape);
  const last = shape.reduce((sum, side, i) => sum + (side - 1) * strides[i], offset);
  if (count < 0 || count > capacity || (count > 0 && !(last < capacity))) {
    return fail(`${JSON.stringify(shape)} from ${offset} on does not fit a storage of ${capacity} elements`);
  }
  return { type, capacity, storage: key, offset, shape, strides };
}

const isCount = (value: Pickled | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isShape = (value: Pickled | undefined): value is number[] =>
  Array.isArray(value) && value.length <= MAX_DIMENSIONS && value.every(isCount);

function stored(
  access: RandomAccess,
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  name: string,
  view: View,
): StoredTensor {
  const { type, capacity, storage, offset, shape, strides } = view;
  return {
    name,
    shape,
    type,
    identity: `${storage} ${type} ${offset} ${shape} ${strides}`,
    bytes: capacity * BYTES[type],
    async read() {
      const entry = entries.get(`${folder}data/${storage}`);
      if (!entry) throw damaged(access.file, name, `the archive has no data/${storage}`);
      if (entry.bytes !== capacity * BYTES[type]) {
        throw damaged(
          access.file,
          name,
          `data/${storage} has ${entry.bytes} bytes, not ${capacity * BYTES[type]}`,
        );
      }
      const values = toFloats(await readZipEntry(access, entry, name), type);
      if (values) return gather(values, view);
      throw unsupported(
        access.file,
        name,
        `The tensor holds ${type}, not real numbers`,
        'Save it as float32.',
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
