import type { Text } from '../../ground/language.ts';
import { damaged, unsupported } from './stored.ts';

/** The pickle of a BERT takes about 30 kB: the numbers are stored next to it. */
export const MAX_PICKLE_BYTES = 16 << 20;

/** A class or function that a pickle names: it is only ever a name here. */
export interface PickledGlobal {
  readonly global: string;
}
/** A function that a pickle calls: kept as a record, never called. */
export interface PickledCall {
  readonly call: string;
  readonly arguments: readonly Pickled[];
}
/** A reference out of the pickle, e.g. the storage of a tensor. */
export interface PickledReference {
  readonly reference: Pickled;
}
export type PickledDictionary = Map<Pickled, Pickled>;
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Pickled[]
  | PickledDictionary
  | PickledGlobal
  | PickledCall
  | PickledReference;

const MARK = Symbol('mark');

const DICTIONARY = 'collections.OrderedDict';
const ALLOWED = new Set([
  DICTIONARY,
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
  ...['Float', 'Half', 'BFloat16', 'Double', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map(
    (type) => `torch.${type}Storage`,
  ),
]);

/**
 * Reads a pickle of protocol 2 to 5 as data. Nothing is imported, called or built: of names only the few that
 * a saved state dictionary needs are let through, and calls become records. Lists and dictionaries may contain
 * themselves, as pickles can. Throws a UserError for every other name and opcode; work and memory stay in
 * proportion to the bytes.
 */
export const readPickle = (bytes: Uint8Array, file: string): Pickled => readPickleOf(bytes, file).value;

/** As `readPickle`, for a pickle that more bytes may follow: also returns its length. */
export function readPickleOf(bytes: Uint8Array, file: string): { value: Pickled; end: number } {
  if (bytes.length > MAX_PICKLE_BYTES) {
    throw damaged(file, 'data.pkl', {
      en: `${bytes.length} bytes, far more than names and shapes take`,
      zh: `${bytes.length} 字节，远超名称与形状所需`,
    });
  }
  const reader = createReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), file);
  const { fail, take, byte, uint32, text, line, integer, data } = reader;
  const { stack, pop, top, popMark } = createStack(fail);
  const memo = new Map<number, Pickled>();
  const named = (module: string, name: string): PickledGlobal => allowedGlobal(`${module}.${name}`, file);

  const dictionary = (value: Pickled): PickledDictionary =>
    value instanceof Map ? value : fail({ en: 'missing dictionary', zh: '缺少字典' });
  const list = (value: Pickled): Pickled[] =>
    Array.isArray(value) ? value : fail({ en: 'missing list', zh: '缺少列表' });
  const setItems = (target: PickledDictionary, items: readonly Pickled[]): void => {
    if (items.length % 2 !== 0) fail({ en: 'a key without a value', zh: '键没有对应的值' });
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  };
  const call = (callee: Pickled, parameters: readonly Pickled[]): Pickled => {
    if (typeof callee !== 'object' || callee === null || !('global' in callee))
      return fail({ en: 'a call of something that is not a function', zh: '调用对象不是函数' });
    if (callee.global !== DICTIONARY) return { call: callee.global, arguments: parameters };
    const made: PickledDictionary = new Map();
    for (const pair of parameters.length > 0 ? list(parameters[0]) : []) setItems(made, list(pair));
    return made;
  };
  const remembered = (key: number): Pickled => {
    const value = memo.get(key);
    return value === undefined
      ? fail({ en: `memo ${key} was never stored`, zh: `memo ${key} 未曾写入` })
      : value;
  };
  const OPCODES: Readonly<Record<string, () => void>> = {
    '\x80': () => {
      const protocol = byte();
      if (protocol < 2 || protocol > 5)
        fail({ en: `unsupported protocol ${protocol}`, zh: `不支持的协议 ${protocol}` });
    },
    '\x95': () => void take(8),
    '(': () => void stack.push(MARK),
    '0': () => void stack.pop(),
    '1': () => void popMark(),
    '2': () => void stack.push(top()),
    N: () => void stack.push(null),
    '\x88': () => void stack.push(true),
    '\x89': () => void stack.push(false),
    K: () => void stack.push(byte()),
    M: () => void stack.push(data.readUInt16LE(take(2))),
    J: () => void stack.push(data.readInt32LE(take(4))),
    '\x8a': () => void stack.push(integer(byte())),
    G: () => void stack.push(data.readDoubleBE(take(8))),
    X: () => void stack.push(text(uint32())),
    '\x8c': () => void stack.push(text(byte())),
    '}': () => void stack.push(new Map()),
    ']': () => void stack.push([]),
    ')': () => void stack.push([]),
    t: () => void stack.push(popMark()),
    l: () => void stack.push(popMark()),
    '\x85': () => void stack.push([pop()]),
    '\x86': () => void stack.push([pop(), pop()].reverse()),
    '\x87': () => void stack.push([pop(), pop(), pop()].reverse()),
    a: () => {
      const item = pop();
      list(top()).push(item);
    },
    e: () => {
      const items = popMark();
      const target = list(top());
      for (const item of items) target.push(item);
    },
    s: () => {
      const value = pop();
      const key = pop();
      dictionary(top()).set(key, value);
    },
    u: () => {
      const items = popMark();
      setItems(dictionary(top()), items);
    },
    q: () => void memo.set(byte(), top()),
    r: () => void memo.set(uint32(), top()),
    '\x94': () => void memo.set(memo.size, top()),
    h: () => void stack.push(remembered(byte())),
    j: () => void stack.push(remembered(uint32())),
    c: () => void stack.push(named(line(), line())),
    '\x93': () => {
      const name = pop();
      const module = pop();
      if (typeof name !== 'string' || typeof module !== 'string')
        fail({ en: 'a name that is not text', zh: '名称不是文本' });
      else stack.push(named(module, name));
    },
    R: () => {
      const parameters = list(pop());
      stack.push(call(pop(), parameters));
    },
    // The attributes of a state dictionary (its `_metadata`): not needed.
    b: () => {
      pop();
      dictionary(top());
    },
    Q: () => void stack.push({ reference: pop() }),
  };

  while (true) {
    const opcode = String.fromCharCode(byte());
    if (opcode === '.') return { value: pop(), end: take(0) };
    const operation =
      OPCODES[opcode] ??
      (() =>
        fail({
          en: `unknown opcode 0x${opcode.charCodeAt(0).toString(16)}`,
          zh: `未知操作码 0x${opcode.charCodeAt(0).toString(16)}`,
        }));
    operation();
  }
}

type Fail = (why: Text) => never;

/** Reads numbers and text from the bytes of a pickle, in order. */
function createReader(data: Buffer, file: string) {
  let at = 0;

  const fail: Fail = (why) => {
    throw damaged(file, 'data.pkl', { en: `${why.en} at byte ${at}`, zh: `第 ${at} 字节处${why.zh}` });
  };
  const take = (count: number): number => {
    if (count < 0 || at + count > data.length) fail({ en: 'truncated', zh: '被截断' });
    at += count;
    return at - count;
  };
  const byte = (): number => data[take(1)];
  const uint32 = (): number => data.readUInt32LE(take(4));
  const text = (length: number): string => {
    const start = take(length);
    return data.toString('utf8', start, at);
  };
  const line = (): string => {
    const end = data.indexOf(10, at);
    if (end < 0) return fail({ en: 'truncated name', zh: '名称被截断' });
    const start = take(end + 1 - at);
    return data.toString('utf8', start, end);
  };
  const integer = (length: number): number => {
    const start = take(length);
    if (length === 0) return 0;
    if (length > 8) return fail({ en: 'an integer of more than 64 bits', zh: '整数超过 64 位' });
    let value = BigInt(0);
    for (let i = length - 1; i >= 0; i--) value = (value << BigInt(8)) | BigInt(data[start + i]);
    return Number(BigInt.asIntN(length * 8, value));
  };

  return { data, fail, take, byte, uint32, text, line, integer };
}

/** The stack of a pickle, and the checks that values are there. */
function createStack(fail: Fail) {
  const stack: (Pickled | typeof MARK)[] = [];
  const pop = (): Pickled => {
    const value = stack.pop();
    return value === undefined || value === MARK ? fail({ en: 'missing value', zh: '缺少值' }) : value;
  };
  const top = (): Pickled => {
    const value = stack.at(-1);
    return value === undefined || value === MARK ? fail({ en: 'missing value', zh: '缺少值' }) : value;
  };
  const popMark = (): Pickled[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) return fail({ en: 'missing mark', zh: '缺少标记' });
    const values = stack.splice(mark) as Pickled[];
    values.shift();
    return values;
  };

  return { stack, pop, top, popMark };
}

function allowedGlobal(global: string, file: string): PickledGlobal {
  if (ALLOWED.has(global)) return { global };
  throw unsupported(
    file,
    'data.pkl',
    {
      en: `The file refers to ${JSON.stringify(global.slice(0, 200))}, which is not part of a model's weights`,
      zh: `文件引用了 ${JSON.stringify(global.slice(0, 200))}，不属于模型权重`,
    },
    {
      en: 'Nothing was executed. Save only the weights: torch.save(model.state_dict(), …), or as safetensors.',
      zh: '未执行任何代码。请只保存权重：torch.save(model.state_dict(), …)，或存为 safetensors。',
    },
  );
}
