import { expect, it } from 'vitest';
import { finite, jsonParts } from './json.ts';

const values: readonly unknown[] = [
  ...[null, 1, Number.NaN, -0, 'a\nb"', true, [], {}, [[]], { a: {} }],
  [1, undefined, Number.POSITIVE_INFINITY, () => 1, 'x'],
  { a: undefined, b: [{ c: [{ d: [1, { e: 'f\n' }] }] }], '"': new Date(0), g: () => 1 },
  { a: [[[[1, 2], []]], {}], b: { c: { d: { e: { f: [] } } } } },
  Array.from({ length: 30_000 }, (_, i) => ({ i, text: '字' })),
];

it.each(values.map((value) => [value]))('is what JSON.stringify gives, in parts', (value) => {
  const parts = [...jsonParts(value)];
  expect(parts.join('')).toBe(JSON.stringify(value, finite, 2));
  for (const part of parts) expect(part.length).toBeLessThan(1 << 17);
});

it('writes JSON longer than the longest string of V8', () => {
  const long = 'x'.repeat(1 << 24);
  let length = 0;
  for (const part of jsonParts(Array(40).fill({ long }))) length += part.length;
  expect(length).toBeGreaterThan(40 * 2 ** 24);
});
