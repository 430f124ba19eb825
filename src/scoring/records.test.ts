import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRecordReader, parseRecord } from './records.ts';

const expectSame = (lines: readonly string[]): void => {
  const read = createRecordReader();
  for (const line of lines) {
    const [ours, expected] = [read(line), parseRecord(line)];
    expect(ours).toStrictEqual(expected);
    if ('record' in ours && 'record' in expected) {
      expect(Object.entries(ours.record)).toEqual(Object.entries(expected.record));
      expect(Object.getPrototypeOf(ours.record)).toBe(Object.prototype);
    }
  }
};

const FIRST = '{"id": "0", "label": "1"}';

it.each([
  ['values of other lengths', '{"id": "1234567", "label": ""}'],
  ['a value of 12 and one of 13 characters', '{"id": "123456789012", "label": "1234567890123"}'],
  ['a quote that ends a value early', '{"id": "1" 2", "label": "1"}'],
  ['an escape', String.raw`{"id": "1\"", "label": "\u0031"}`],
  ['a control character', '{"id": "\u0001", "label": "1"}'],
  ['no end', '{"id": "1", "label": "1'],
  ['no last bracket', '{"id": "1", "label": "1"'],
  ['something after the end', '{"id": "1", "label": "1"}}'],
  ['another value after the end', '{"id": "1", "label": "1"}{"id": "1", "label": "1"}'],
  ['a further field', '{"id": "1", "label": "1", "reason": "x"}'],
  ['a key twice', '{"id": "1", "label": "1", "label": "2"}'],
  ['another order', '{"label": "1", "id": "1"}'],
  ['numbers', '{"id": 1, "label": 1}'],
  ['a prototype', '{"id": "1", "__proto__": "1"}'],
  ['a key that is a number', '{"id": "1", "0": "1"}'],
  ['other space', ' {"id":"1" ,\t"label":"1"}\r'],
  ['a space that JSON has not', '\u00a0{"id": "1", "label": "1"}'],
  ['a list', '["id", "1"]'],
  ['nothing', '{}'],
])('reads a line with %s as JSON.parse does, before and after an ordinary one', (_, line) => {
  expectSame([FIRST, line, FIRST, line]);
  expectSame([line, line, FIRST, line]);
});

it('reads any line as JSON.parse does', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '"id"',
    '"a"',
    ':',
    ',',
    '"',
    '\\',
    ' ',
    '\t',
    '1',
    '药',
    '\u0000',
    '[',
    ']',
  );
  const line = fc.oneof(
    fc
      .dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 14 }), { maxKeys: 4 })
      .map((r) => JSON.stringify(r)),
    fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
    fc.tuple(fc.nat(FIRST.length), piece).map(([at, put]) => FIRST.slice(0, at) + put + FIRST.slice(at)),
    fc.nat(FIRST.length).map((at) => FIRST.slice(0, at) + FIRST.slice(at + 1)),
  );
  fc.assert(fc.property(fc.array(line, { maxLength: 12 }), expectSame), { numRuns: 500 });
});

it('a line of a known form is read without JSON.parse', () => {
  const read = createRecordReader();
  read(FIRST);
  const { parse } = JSON;
  JSON.parse = () => {
    throw new Error('parsed');
  };
  try {
    expect(read('{"id": "77", "label": "0"}')).toEqual({ record: { id: '77', label: '0' } });
  } finally {
    JSON.parse = parse;
  }
});
