import type { Random } from '../../src/ground/random.ts';
import { mutateJson } from './json.ts';
import type { Shape } from './subject.ts';

/** A changed content and a description of the change. */
export interface Mutated {
  readonly bytes: Buffer;
  readonly what: string;
}

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const place = (bytes: Buffer, random: Random): number => random.below(bytes.length + 1);
/** A range, mostly short, anywhere or near the beginning or end, where headers and directories are. */
function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const near = Math.min(bytes.length, 256);
  const where = random.below(3);
  const from =
    where === 0
      ? random.below(near + 1)
      : where === 1
        ? bytes.length - random.below(near + 1)
        : place(bytes, random);
  const length = random.below(random.below(4) === 0 ? bytes.length + 1 : 65);
  return [from, Math.min(bytes.length, from + length)];
}

const splice = (bytes: Buffer, from: number, to: number, into: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), into, bytes.subarray(to)]);

const noise = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)));

/** Numbers that headers hold in the wrong place: counts, lengths and offsets that no file has. */
const HUGE = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0, 0, 0, 0x40],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0, 0, 0, 0x10, 0],
  [0, 0, 0xc0, 0x7f],
  [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
  [0, 0, 0x80, 0xff],
];

const BYTES: Readonly<Record<string, Mutation>> = {
  'flip a bit'(bytes, random) {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)] ^= 1 << random.below(8);
    return copy;
  },
  'set bytes'(bytes, random) {
    const [from, to] = range(bytes, random);
    return splice(bytes, from, to, noise(random, Math.min(64, to - from)));
  },
  truncate: (bytes, random) => bytes.subarray(0, place(bytes, random)),
  'cut the beginning': (bytes, random) => bytes.subarray(random.below(65)),
  remove(bytes, random) {
    const [from, to] = range(bytes, random);
    return splice(bytes, from, to, Buffer.alloc(0));
  },
  'copy a block'(bytes, random) {
    const [from, to] = range(bytes, random);
    const at = place(bytes, random);
    return splice(bytes, at, at, bytes.subarray(from, to));
  },
  'swap blocks'(bytes, random) {
    const [a, b, c] = [place(bytes, random), place(bytes, random), place(bytes, random)].sort(
      (x, y) => x - y,
    );
    return Buffer.concat([
      bytes.subarray(0, a),
      bytes.subarray(b, c),
      bytes.subarray(a, b),
      bytes.subarray(c),
    ]);
  },
  'zero a range'(bytes, random) {
    const [from, to] = range(bytes, random);
    return splice(bytes, from, to, Buffer.alloc(to - from));
  },
  'insert bytes'(bytes, random) {
    const [from] = range(bytes, random);
    return splice(bytes, from, from, noise(random, 1 + random.below(32)));
  },
  'a huge number'(bytes, random) {
    const [from] = range(bytes, random);
    const number = Buffer.from(HUGE[random.below(HUGE.length)]);
    return splice(bytes, from, Math.min(bytes.length, from + number.length), number);
  },
  'twice itself': (bytes) => Buffer.concat([bytes, bytes]),
  empty: () => Buffer.alloc(0),
};

const utf16 = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

/** Lines of the text, changed by index. */
const onLines =
  (change: (lines: string[], random: Random) => void): Mutation =>
  (bytes, random) => {
    const lines = bytes.toString('utf8').split('\n');
    change(lines, random);
    return Buffer.from(lines.join('\n'));
  };

const insertText =
  (texts: readonly string[]): Mutation =>
  (bytes, random) => {
    const text = bytes.toString('utf8');
    const at = random.below(text.length + 1);
    return Buffer.from(text.slice(0, at) + texts[random.below(texts.length)] + text.slice(at));
  };

const ODD_NUMBERS = [
  '-1',
  '0.5',
  '1e999',
  '-1e999',
  '9007199254740993',
  '4294967296',
  'NaN',
  'null',
  '1e-320',
  '-0',
  '007',
  '""',
];

/** What long runs are made of: patterns that look for one of these from every place take for ever. */
const RUNS = ['痛', '痛', '，', ' ', '\t', '1', 'a', '(', '"', '\\', '[', '。\n'];

const TEXT: Readonly<Record<string, Mutation>> = {
  'byte-order mark': (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  'UTF-16': (bytes) => utf16(bytes.toString('utf8')),
  'UTF-16, other order': (bytes) => {
    const swapped = utf16(bytes.toString('utf8'));
    return swapped.swap16();
  },
  GB18030: (bytes, random) => {
    const [from, to] = range(bytes, random);
    return splice(bytes, from, to, Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0x81, 0x30, 0x81, 0x30]));
  },
  CRLF: (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n')),
  'CR alone': (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r')),
  'odd characters': insertText([
    '\0',
    '\u200b',
    '\u202e',
    '\ufeff',
    '\u2028',
    '𠮷',
    '👩‍⚕️',
    '\u001b[31m',
    '\ufffd',
    '\u00a0',
    '　',
    'İ',
    'ﬀ',
  ]),
  'lone surrogate': (bytes, random) => {
    const [from] = range(bytes, random);
    return splice(bytes, from, from, Buffer.from([0xed, 0xa0, 0x80]));
  },
  'escaped surrogate': insertText(['\\ud800', '\\udc00', '\\u0000']),
  separators: insertText([
    '\t',
    '\t\t',
    '\n',
    '\n\n',
    ',',
    '"',
    '{',
    '}',
    '[',
    ']',
    '\\',
    ':',
    ' ',
    '\n\t\n',
  ]),
  'a long line': (bytes, random) => {
    const text = bytes.toString('utf8');
    const at = random.below(text.length + 1);
    return Buffer.from(
      text.slice(0, at) + RUNS[random.below(RUNS.length)].repeat(1 << (8 + random.below(9))) + text.slice(at),
    );
  },
  'repeated line': onLines((lines, random) => {
    const line = lines[random.below(lines.length)];
    lines.splice(
      random.below(lines.length + 1),
      0,
      ...Array.from({ length: 1 + random.below(3) }, () => line),
    );
  }),
  'lines removed': onLines((lines, random) => {
    lines.splice(random.below(lines.length), 1 + random.below(4));
  }),
  'lines swapped': onLines((lines, random) => {
    const [i, j] = [random.below(lines.length), random.below(lines.length)];
    [lines[i], lines[j]] = [lines[j], lines[i]];
  }),
  'columns swapped': onLines((lines, random) => {
    const i = random.below(lines.length);
    lines[i] = lines[i].split('\t').reverse().join('\t');
  }),
  'a line of white space': onLines((lines, random) => {
    lines.splice(random.below(lines.length + 1), 0, [' ', '\t', '　', '\r', ''][random.below(5)]);
  }),
  'a number': (bytes, random) => {
    const text = bytes.toString('utf8');
    const numbers = [...text.matchAll(/\d+(\.\d+)?/g)];
    if (numbers.length === 0) return bytes;
    const { index, 0: found } = numbers[random.below(numbers.length)];
    const other = ODD_NUMBERS[random.below(ODD_NUMBERS.length)];
    return Buffer.from(text.slice(0, index) + other + text.slice(index + found.length));
  },
  'upper case': (bytes) => Buffer.from(bytes.toString('utf8').toUpperCase()),
};

const JSON_EDITS: Readonly<Record<string, Mutation>> = {
  'the JSON': (bytes, random) => Buffer.from(mutateJson(bytes.toString('utf8'), random)),
};

/** Of lines that are JSON, one. */
const LINE_EDITS: Readonly<Record<string, Mutation>> = {
  'the JSON of a line': onLines((lines, random) => {
    const i = random.below(lines.length);
    lines[i] = mutateJson(lines[i], random);
  }),
};

/** Mutations with the upper ends of their shares of the unit interval. */
function weighted(groups: readonly [Readonly<Record<string, Mutation>>, number][]) {
  let until = 0;
  return groups.flatMap(([mutations, weight]) => {
    const all = Object.entries(mutations);
    return all.map(([what, mutate]) => {
      until += weight / all.length;
      return { what, mutate, until };
    });
  });
}

const OF_SHAPE: Readonly<Record<Shape, ReturnType<typeof weighted>>> = {
  bytes: weighted([[BYTES, 1]]),
  lines: weighted([
    [BYTES, 0.3],
    [TEXT, 0.35],
    [LINE_EDITS, 0.35],
  ]),
  json: weighted([
    [BYTES, 0.25],
    [TEXT, 0.25],
    [JSON_EDITS, 0.5],
  ]),
};

/** Mutations of one content: one mostly, sometimes several. */
export function mutate(bytes: Buffer, shape: Shape, random: Random): Mutated {
  const count = random.below(4) === 0 ? 2 + random.below(3) : 1;
  const done: string[] = [];
  let changed = bytes;
  for (let i = 0; i < count; i++) {
    const drawn = random.next();
    const chosen = OF_SHAPE[shape].find(({ until }) => drawn < until) ?? OF_SHAPE[shape][0];
    changed = chosen.mutate(changed, random);
    done.push(chosen.what);
  }
  return { bytes: changed, what: done.join(', ') };
}
