import { MAX_PICKLE_BYTES, type Pickled, readPickleOf } from './pickle.ts';
import { damaged, type RandomAccess, unsupported } from './stored.ts';

/** How files of `torch.save` began before PyTorch 1.6: the pickles of a magic number and of the protocol 1001. */
const MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e', 'hex');
const COUNT_BYTES = 8;

/** A file of PyTorch before 1.6: one pickle, and after it the numbers of one storage after the other. */
export interface LegacyFile {
  readonly root: Pickled;
  /** The bytes of a storage, by its key. */
  readonly storages: ReadonlyMap<string, { readonly start: number; readonly bytes: number }>;
}

/** Whether a file begins as PyTorch before 1.6 wrote it. */
export async function isLegacy(access: RandomAccess): Promise<boolean> {
  const head = Buffer.alloc(Math.min(MAGIC.length, access.size));
  return (await access.fill(head, 0, 'its beginning')).equals(MAGIC);
}

/**
 * Reads the pickles of such a file as data and finds its storages; `widths` has the bytes of an element by the name of the
 * storage's type. Throws a UserError if they do not fill the file exactly.
 */
export async function readLegacy(
  access: RandomAccess,
  widths: (type: string) => number | undefined,
): Promise<LegacyFile> {
  const { file, size } = access;
  const whole = Buffer.alloc(Math.min(size, MAX_PICKLE_BYTES));
  await access.fill(whole, 0, 'data.pkl');
  let at = MAGIC.length;
  const next = (): Pickled => {
    const { value, end } = readPickleOf(whole.subarray(at), file);
    at += end;
    return value;
  };
  const system = next();
  if (system instanceof Map && system.get('little_endian') === false)
    throw unsupported(
      file,
      'byteorder',
      { en: 'The numbers are big-endian', zh: '数值为大端字节序' },
      { en: 'Save it again on a little-endian machine.', zh: '请在小端机器上重新保存。' },
    );
  const root = next();
  const keys = next();
  const types = storageTypes(root);
  const storages = new Map<string, { start: number; bytes: number }>();
  for (const key of Array.isArray(keys) ? keys : []) {
    const width = typeof key === 'string' ? widths(types.get(key) ?? '') : undefined;
    if (typeof key !== 'string' || width === undefined || storages.has(key))
      throw damaged(file, String(key), { en: 'a storage of no tensor', zh: '存储区不属于任何张量' });
    const head = await access.fill(Buffer.alloc(COUNT_BYTES), at, `storage ${key}`);
    const bytes = Number(head.readBigInt64LE(0)) * width;
    const start = at + COUNT_BYTES;
    if (bytes < 0 || start + bytes > size)
      throw damaged(file, key, {
        en: `its storage ends at byte ${start + bytes}, the file at ${size}: truncated`,
        zh: `存储区应在第 ${start + bytes} 字节结束，而文件只有 ${size} 字节，已被截断`,
      });
    storages.set(key, { start, bytes });
    at = start + bytes;
  }
  if (at !== size)
    throw damaged(file, 'end', {
      en: `${size - at} bytes after the last storage`,
      zh: `末尾多出 ${size - at} 字节`,
    });
  return { root, storages };
}

/** The name of the type of every storage that a pickle refers to, wherever in it. */
function storageTypes(root: Pickled): Map<string, string> {
  const types = new Map<string, string>();
  const seen = new Set<Pickled>([root]);
  for (const value of seen) {
    if (typeof value !== 'object' || value === null) continue;
    if (value instanceof Map) for (const inner of value.values()) seen.add(inner);
    else if (Array.isArray(value)) for (const inner of value) seen.add(inner);
    else if ('arguments' in value) for (const inner of value.arguments) seen.add(inner);
    else if ('reference' in value && Array.isArray(value.reference)) {
      const [, type, key] = value.reference;
      if (typeof key === 'string' && typeof type === 'object' && type !== null && 'global' in type)
        types.set(key, type.global);
    }
  }
  return types;
}
