import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { architectureOf, defaultArchitecture } from '../architectures/registry.ts';
import { createTokenizer } from '../tokenizers/tokenizer.ts';
import { createVocabulary } from '../tokenizers/vocabulary.ts';
import { loadFolder } from './load.ts';
import { saveFolder } from './save.ts';
import { trimModel } from './trim.ts';

const TOKENS = [
  '[PAD]',
  '[unused1]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  '头',
  '痛',
  '咳',
  '嗽',
  'ct',
  'c',
  '##t',
  '##ct',
  '高血',
];
const TEXTS = ['头痛，CT', '头痛咳'];

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'chineseblue-trim-'));
  const { config, parameters, heads } = defaultArchitecture;
  const vocabulary = createVocabulary(TOKENS);
  const made = config.initial(vocabulary, { layers: 1, hidden: 32 }, heads.masked.transformersClass);
  const tensors = parameters.initial(made, 1);
  for (const [name, shape] of heads.masked.parameters(made))
    tensors.set(name, {
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    });
  await saveFolder(join(scratch, 'whole'), { config: made, tensors, tokenizer: createTokenizer(vocabulary) });
});
afterAll(() => rm(scratch, { recursive: true }));

const trim = (name: string, texts = TEXTS, options = {}) =>
  trimModel(join(scratch, 'whole'), join(scratch, name), texts, options);

describe('trimming a vocabulary', () => {
  it('keeps used and special tokens and ASCII characters in their order, with their rows', async () => {
    const { before, after, texts, tokens, unknown, lost } = await trim('used');
    const [whole, used] = await Promise.all(['whole', 'used'].map((name) => loadFolder(join(scratch, name))));
    expect(used.tokenizer.vocabulary.tokens).toEqual([
      '[PAD]',
      '[UNK]',
      '[CLS]',
      '[SEP]',
      '[MASK]',
      '头',
      '痛',
      '咳',
      'ct',
      'c',
      '##t',
    ]);
    expect({ before, after, texts, tokens, unknown, lost }).toEqual({
      before: 15,
      after: 11,
      texts: 2,
      tokens: 7,
      unknown: 1,
      lost: 0,
    });
    expect(used.config).toMatchObject({ vocabSize: 11, padTokenId: 0 });
    const { graph, heads } = architectureOf(whole.config);
    const rowOf = ({ tensors, tokenizer }: typeof whole, name: string, token: string) => {
      const { data, shape } = tensors.get(name)!;
      const [id, width] = [tokenizer.vocabulary.idOf.get(token)!, data.length / shape[0]];
      return data.slice(id * width, (id + 1) * width);
    };
    for (const token of used.tokenizer.vocabulary.tokens)
      for (const name of [graph.words, heads.masked.bias])
        expect(rowOf(used, name, token)).toEqual(rowOf(whole, name, token));
    expect([...used.tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort());
  });

  it('splits the texts into the same pieces', async () => {
    await trim('same');
    const [whole, same] = await Promise.all(['whole', 'same'].map((name) => loadFolder(join(scratch, name))));
    const pieces = ({ tokenizer }: typeof whole, text: string) =>
      Array.from(tokenizer.tokenize(text).ids, (id) => tokenizer.vocabulary.tokens[id]);
    for (const text of TEXTS) expect(pieces(same, text)).toEqual(pieces(whole, text));
    // dropped tokens are split into pieces, or unknown
    expect(pieces(whole, 'cct 嗽')).toEqual(['c', '##ct', '嗽']);
    expect(pieces(same, 'ct 嗽')).toEqual(['ct', '[UNK]']);
  });

  it('drops tokens below the requested frequency and reports how many tokens of the texts are affected', async () => {
    const { after, lost } = await trim('frequent', TEXTS, { minCount: 2 });
    expect({ after, lost }).toEqual({ after: 9, lost: 2 });
  });

  it('leaves nothing behind where there is no text or the target exists', async () => {
    await expect(trim('none', [''])).rejects.toMatchObject({ code: 'no-text' });
    await trim('there');
    await expect(trim('there')).rejects.toMatchObject({ code: 'already-exists' });
    expect((await readdir(scratch)).filter((name) => /none|staging|lock/.test(name))).toEqual([]);
  });
});
