import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';

/** Types of numbers in files of weights; the last ones only for tensors that are not read. */
export const BYTES = {
  f32: 4,
  f16: 2,
  bf16: 2,
  f64: 8,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
} as const;
export type NumberType = keyof typeof BYTES;

/** A named tensor's shape and values. */
export interface Tensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** A tensor as a file declares it. Nothing is read, and nothing allocated, before `read`. */
export interface StoredTensor {
  /** As the file has it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** Equal strings: the same numbers of the file, read once. */
  readonly identity: string;
  /** What `read` reads of the file. */
  readonly bytes: number;
  /** All values, row by row. Throws a UserError naming the tensor. */
  read(): Promise<Float32Array>;
}

export type WeightFormat = 'safetensors' | 'pytorch' | 'tensorflow' | 'onnx';

/** An opened file of weights: close it when done. */
export interface WeightFile {
  readonly format: WeightFormat;
  readonly file: string;
  /** Bytes of all its files. */
  readonly size: number;
  readonly tensors: readonly StoredTensor[];
  close(): Promise<void>;
}

/** A file opened for reads at a position. */
export interface RandomAccess {
  readonly file: string;
  readonly size: number;
  /** Fills `target` from byte `at` on. Throws a UserError if the file ends first; `what` names what is read. */
  fill<T extends Uint8Array>(target: T, at: number, what: string): Promise<T>;
  close(): Promise<void>;
}

/** Throws a UserError for a file that is not there, not a file, or only a pointer of Git LFS. */
export async function openFile(file: string): Promise<RandomAccess> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    throw explainFileError(error, file);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new UserError('not-a-file', { en: 'This is not a file', zh: '该路径不是文件' }, { file });
    const access: RandomAccess = {
      file,
      size: stats.size,
      close: () => handle.close(),
      async fill(target, at, what) {
        for (let done = 0; done < target.length; ) {
          const { bytesRead } = await handle.read(target, done, target.length - done, at + done);
          if (bytesRead === 0)
            throw damaged(file, what, {
              en: `the file ends at byte ${stats.size}`,
              zh: `文件在第 ${stats.size} 字节处结束`,
            });
          done += bytesRead;
        }
        return target;
      },
    };
    const head = await access.fill(new Uint8Array(Math.min(LFS.length, stats.size)), 0, 'its beginning');
    if (Buffer.from(head).toString('latin1') === LFS) {
      throw new UserError(
        'lfs-pointer',
        { en: 'This is a Git LFS pointer, not the weights', zh: '该文件是 Git LFS 指针，不是权重本身' },
        {
          file,
          hint: {
            en: 'Run `git lfs pull`, or download the file itself.',
            zh: '请运行 `git lfs pull`，或直接下载该文件。',
          },
        },
      );
    }
    return access;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const LFS = 'version https://git-lfs';

/** A file of weights that contradicts itself or ends early. */
export const damaged = (file: string, field: string, why: Text): UserError =>
  new UserError(
    'weights-damaged',
    { en: `The weights are damaged: ${why.en}`, zh: `权重文件已损坏：${why.zh}` },
    {
      file,
      field,
      hint: {
        en: 'Download the file again and compare its size or checksum with the source.',
        zh: '请重新下载，并与来源核对文件大小或校验和。',
      },
    },
  );

/** Throws a UserError (`weights-not-finite`) if a value is not a finite float32: such a model only outputs NaN. */
export function requireFinite(values: Float32Array, { name, type }: StoredTensor, file: string): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] - values[i] === 0) continue;
    const [value, wide] = [String(values[i]), type === 'f64'];
    throw new UserError(
      'weights-not-finite',
      {
        en: `Value ${i} of the tensor is ${value}${wide ? ' in 32 bits' : ''}`,
        zh: `张量的第 ${i} 个值${wide ? '转为 32 位后' : ''}为 ${value}`,
      },
      {
        file,
        field: name,
        hint: {
          en: 'The model was saved after its training had diverged, or the file is damaged: use another copy.',
          zh: '模型可能在训练发散后保存，或文件已损坏，请换用其他副本。',
        },
      },
    );
  }
}

/** An intact file of weights in a format that is not supported. */
export const unsupported = (file: string, field: string | undefined, why: Text, hint: Text): UserError =>
  new UserError('weights-unsupported', why, { file, field, hint });

/** The number of elements, or -1 for an invalid shape: a negative, a fraction, or more than memory can hold. */
export function elements(shape: readonly number[]): number {
  let count = 1;
  for (const side of shape) {
    if (!Number.isSafeInteger(side) || side < 0) return -1;
    count *= side;
  }
  return count <= MAX_ELEMENTS ? count : -1;
}

/** Longest typed array that every Node since 22 can make. */
const MAX_ELEMENTS = 2 ** 32 - 1;
