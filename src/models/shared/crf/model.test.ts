import { expect, it } from 'vitest';
import type { ModelArray, ModelContent } from '../modelfile.ts';
import { modelContent, restoreModel } from './model.ts';
import { trainCrf } from './train.ts';

const OPTIONS = {
  groups: ['char', 'lexicon'] as const,
  cutoff: 1,
  c1: 0,
  c2: 0.5,
  iterations: 5,
  threads: 1,
};
const text = { text: '患者因肺癌入院', entities: [{ start: 3, end: 5, type: '疾病' }] };
const content = modelContent(await trainCrf([text, text], OPTIONS));

type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** The content with another array in one place: a hostile file whose checksum is right. */
const forged = (name: string, change: (array: Numbers) => Numbers): ModelContent => ({
  ...content,
  arrays: { ...content.arrays, [name]: change(content.arrays[name] as Numbers) as ModelArray },
});

/** The content with one number changed. */
const altered = (name: string, index: number, value: number): ModelContent =>
  forged(name, (array) => array.with(index, value));

it('is restored from its own content', () => {
  expect(restoreModel(content)).toHaveProperty('lexicon');
});

it.each([
  ['an index of weights that falls', altered('rowStart', 1, 1e6)],
  ['a negative index', altered('rowStart', 0, -1)],
  ['a tag that does not exist', altered('rowTags', 0, 200)],
  ['a weight that is no number', altered('weights', 0, Number.NaN)],
  ['an endless transition', altered('transitions', 0, Number.POSITIVE_INFINITY)],
  ['a template that does not exist', altered('high', 0, 0xffff0000)],
  ['a key that occurs twice', twice()],
  ['a trie that runs into itself', altered('trieNodes', 0, 99)],
  ['an entry that does not exist', altered('trieEntries', 0, 99)],
  ['fewer weights than features', forged('weights', (array) => array.subarray(1))],
  ['an array of another type', forged('weights', (array) => Float64Array.from(array))],
  ['templates that do not exist', { ...content, header: { ...content.header, groups: ['magic'] } }],
  ['names that are no texts', { ...content, header: { ...content.header, words: [1] } }],
  ['more types than tags', { ...content, header: { ...content.header, types: ['a', 'b'] } }],
])('is refused with %s', (_, hostile) => {
  expect(restoreModel(hostile)).toMatchObject({ fault: { en: expect.any(String) } });
});

/** A content whose first two attributes have the same key. */
function twice(): ModelContent {
  const same = (name: string): ModelArray => altered(name, 1, content.arrays[name][0]).arrays[name];
  return { ...content, arrays: { ...content.arrays, high: same('high'), low: same('low') } };
}
