import { describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { type Pickled, type PickledDictionary, readPickle } from './pickle.ts';

const MARK = '(';
const binary = (text: string): Buffer => Buffer.from(text, 'latin1');
const read = (program: string): Pickled => readPickle(binary(`\x80\x02${program}.`), 'model.bin');
const refusal = (program: string): UserError => {
  try {
    read(program);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('readPickle', () => {
  it('reads numbers, texts, lists, tuples and dictionaries', () => {
    expect(read(`]${MARK}K\x05M\x00\x01J\xff\xff\xff\xff\x8a\x02\x00\x80N\x88\x89e`)).toEqual([
      5,
      256,
      -1,
      -32768,
      null,
      true,
      false,
    ]);
    expect(read('G\x3f\xf8\x00\x00\x00\x00\x00\x00')).toBe(1.5);
    expect(read('X\x03\x00\x00\x00\xe7\x97\x9b')).toBe('痛');
    expect(read('K\x01K\x02K\x03\x87')).toEqual([1, 2, 3]);
    expect(read(`}${MARK}\x8c\x01aK\x01\x8c\x01bK\x02u`)).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
  });

  it('supports the memo by number and in order', () => {
    expect(read('\x8c\x01aq\x07h\x07\x86')).toEqual(['a', 'a']);
    expect(
      readPickle(binary('\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94h\x00\x86.'), 'f'),
    ).toEqual(['a', 'a']);
  });

  it('records calls and references without following them', () => {
    expect(read(`ctorch._utils\n_rebuild_parameter\n${MARK}K\x01Qtr\x00\x00\x00\x00R`)).toEqual({
      call: 'torch._utils._rebuild_parameter',
      arguments: [{ reference: 1 }],
    });
    expect(read('ccollections\nOrderedDict\n)R}b')).toEqual(new Map());
    expect(read(`ccollections\nOrderedDict\n]](\x8c\x01aK\x01ea\x85R`)).toEqual(new Map([['a', 1]]));
  });

  it.each([
    ['cos\nsystem\n(\x8c\x02lst', 'os.system'],
    ['cbuiltins\neval\n', 'builtins.eval'],
    ['ctorch._utils\n_rebuild_tensor\n', 'torch._utils._rebuild_tensor'],
    ['\x8c\x08builtins\x8c\x04exec\x93', 'builtins.exec'],
    ['ccollections\nOrderedDict.__init__.__globals__\n', 'collections.OrderedDict.__init__'],
  ])('refuses to name %j', (program, name) => {
    const error = refusal(program);
    expect(error.code).toBe('weights-unsupported');
    expect(error.message).toContain(name);
    expect(error.hint).toContain('Nothing was executed');
  });

  it.each([
    ['an object made by a class', ')\x81'],
    ['an instance of a class', '(ios\nsystem\n'],
    ['an extension', '\x82\x01'],
    ['text protocol', "S'a'\n"],
    ['a call of a number', 'K\x01)R'],
    ['nothing on the stack', ''],
    ['attributes of a number', 'K\x01}b'],
    ['a mark as a value', '(\x85'],
    ['no mark', 'K\x01t'],
    ['what was never remembered', 'h\x05'],
    ['a text beyond the end', 'X\xff\xff\xff\x7fab'],
    ['an integer of many bytes', `\x8a\xff${'\x01'.repeat(255)}`],
    ['a list taken for a dictionary', ']K\x01K\x02s'],
    ['a dictionary taken for a list', '}K\x01a'],
    ['a key without a value', '}(K\x01u'],
    ['protocol 9', '\x80\x09N'],
  ])('refuses %s', (_, program) => {
    expect(refusal(program).code).toBe('weights-damaged');
  });

  it('reads what contains itself', () => {
    const list = read(']q\x00h\x00a') as Pickled[];
    expect(list[0]).toBe(list);
    const map = read('}q\x00\x8c\x01ah\x00s') as PickledDictionary;
    expect(map.get('a')).toBe(map);
  });

  it('stays small where lists contain the same list repeatedly', () => {
    const doubling = Array.from({ length: 200 }, () => '2\x86').join('');
    let value = read(`]${doubling}`);
    for (let depth = 0; depth < 200; depth++) value = (value as Pickled[])[0];
    expect(value).toEqual([]);
  });

  it('refuses a pickle too large to be names and shapes', () => {
    expect(() => readPickle(Buffer.alloc(17 << 20), 'f')).toThrow(/far more than names/);
  });
});
