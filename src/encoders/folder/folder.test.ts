import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fillNormal } from '../architectures/initial.ts';
import { smallVocabulary } from '../tokenizers/fixtures/reference.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import { initFolder } from './init.ts';
import { loadFolder } from './load.ts';
import { saveFolder } from './save.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-folder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const vocab = join(scratch, 'vocab.txt');
writeFileSync(vocab, smallVocabulary().tokens.join('\n'));
let made = 0;
const init = (change = {}) =>
  initFolder({
    layers: 2,
    hidden: 16,
    heads: 2,
    vocab,
    seed: 0,
    out: join(scratch, `made${made++}`),
    ...change,
  });

const FILES = [
  'config.json',
  'model.safetensors',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
];

const PIPELINES = new URL('../tokenizers/pipeline/fixtures/', import.meta.url).pathname;

describe('saveFolder and loadFolder', () => {
  it.each([
    ['xlm-roberta', 'unigram'],
    ['modernbert', 'bpe'],
  ])('%s: keep a tokenizer.json as it is, and all positions', async (modelType, name) => {
    const vocab = join(PIPELINES, `${name}.json`);
    const model = await init({ modelType, vocab, positions: 20 });
    const folder = join(scratch, modelType);
    const names = await saveFolder(folder, model);
    expect(names).toEqual(FILES.filter((file) => !/special|vocab/.test(file)));
    expect(readFileSync(join(folder, 'tokenizer.json'), 'utf8')).toBe(readFileSync(vocab, 'utf8'));
    const loaded = await loadFolder(folder);
    expect(loaded.config).toEqual(model.config);
    expect(loaded.config.maxPositions).toBe(20);
    expect(loaded.tokenizer.encode('头痛 CT')).toEqual(model.tokenizer.encode('头痛 CT'));
    expect(new Map([...loaded.tensors].sort())).toEqual(new Map([...model.tensors].sort()));
  });

  it('round-trip a model, with labels, heads and further files', async () => {
    const model = await init();
    const head = { shape: [3, 16], data: Float32Array.from({ length: 48 }, (_, i) => i / 7) };
    const config = {
      ...model.config,
      transformersClass: 'BertForTokenClassification',
      labels: ['O', 'B-药物', 'I-药物'],
      problemType: undefined,
    };
    const tensors = new Map([...model.tensors, ['classifier.weight', head] as const]);
    const folder = join(scratch, 'saved');
    const names = await saveFolder(
      folder,
      { ...model, config, tensors },
      new Map([['onnx/model.onnx', 'graph']]),
    );

    expect(names).toEqual([...FILES, 'onnx/model.onnx']);
    expect(readdirSync(folder).sort()).toEqual([...FILES, 'onnx'].sort());
    expect(readFileSync(join(folder, 'onnx/model.onnx'), 'utf8')).toBe('graph');
    const json = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(json).toMatchObject({
      id2label: { 0: 'O', 1: 'B-药物', 2: 'I-药物' },
      label2id: { O: 0, 'B-药物': 1, 'I-药物': 2 },
      architectures: ['BertForTokenClassification'],
    });
    const loaded = await loadFolder(folder);
    expect(loaded.config).toEqual(config);
    expect(new Map([...loaded.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(loaded.tokenizer.options).toEqual(model.tokenizer.options);
    expect(loaded.tokenizer.encodePair('头痛', 'CT')).toEqual(model.tokenizer.encodePair('头痛', 'CT'));
    expect(readFileSync(join(folder, 'model.safetensors')).includes('"bert.encoder.layer.1.')).toBe(true);
  });

  it('keep added tokens', async () => {
    const from = join(scratch, 'added');
    const model = await init({ out: from });
    const { length: size } = model.tokenizer.vocabulary.tokens;
    const flags = { lstrip: true, rstrip: false, single_word: false, normalized: false, special: true };
    const settings = JSON.parse(readFileSync(join(from, 'tokenizer_config.json'), 'utf8'));
    settings.added_tokens_decoder = { [size]: { content: '<e1>', ...flags } };
    writeFileSync(join(from, 'tokenizer_config.json'), JSON.stringify(settings));
    rmSync(join(from, 'tokenizer.json'));
    const config = { ...model.config, vocabSize: size + 1 };
    const tokenizer = await loadTokenizer(from);
    const name = 'embeddings.word_embeddings.weight';
    const data = new Float32Array((size + 1) * 16);
    const tensors = new Map(model.tensors).set(name, { shape: [size + 1, 16], data });
    const folder = join(scratch, 'added-saved');
    await saveFolder(folder, { config, tensors, tokenizer });
    expect(readFileSync(join(folder, 'vocab.txt'), 'utf8').trimEnd().split('\n')).toHaveLength(size);
    const { tokenizer: loaded } = await loadFolder(folder);
    expect(loaded).toMatchObject({ custom: { beyond: new Set(['<e1>']) } });
    expect([...loaded.tokenize('头 <e1>痛').ids]).toContain(size);
    expect(loaded.tokenize('头 <e1>痛')).toEqual(tokenizer.tokenize('头 <e1>痛'));
    rmSync(join(folder, 'tokenizer.json'));
    expect((await loadTokenizer(folder)).tokenize('头 <e1>痛')).toEqual(tokenizer.tokenize('头 <e1>痛'));
  });

  it('leave no config.json where writing failed halfway', async () => {
    const model = await init();
    const folder = join(scratch, 'failed');
    await saveFolder(folder, model);
    const failing = (function* () {
      yield 'half';
      throw new Error('no more');
    })();
    await expect(saveFolder(folder, model, new Map([['x', failing]]))).rejects.toThrow('no more');
    expect(readdirSync(folder).sort()).toEqual(FILES.filter((name) => name !== 'config.json'));
    await expect(loadFolder(folder)).rejects.toThrow(/no config.json/);
    await saveFolder(folder, model);
    expect((await loadFolder(folder)).config).toEqual(model.config);
  });

  it('keep extra files inside the folder', async () => {
    await expect(saveFolder(join(scratch, 'x'), await init(), new Map([['../y', '']]))).rejects.toThrow(
      /not inside/,
    );
  });

  it('refuse a vocabulary larger than the embeddings', async () => {
    const model = await init();
    const folder = join(scratch, 'larger');
    await saveFolder(folder, model);
    rmSync(join(folder, 'tokenizer.json'));
    writeFileSync(join(folder, 'vocab.txt'), [...smallVocabulary().tokens, 'more'].join('\n'));
    await expect(loadFolder(folder)).rejects.toThrow(/587 tokens, but the model only 586/);
  });
});

describe('initFolder', () => {
  it('makes the same bytes for the same seed, others for another', async () => {
    const bytes = async (seed: number): Promise<Buffer> => {
      const out = join(scratch, `made${made++}`);
      await init({ seed, out });
      return readFileSync(join(out, 'model.safetensors'));
    };
    const first = await bytes(1);
    expect(first.equals(await bytes(1))).toBe(true);
    expect(first.equals(await bytes(2))).toBe(false);
  });

  it('chooses heads, inner size and positions as BERT does', async () => {
    const { config } = await init({ hidden: 128, heads: undefined, layers: 1 });
    expect(config).toMatchObject({ heads: 2, intermediateSize: 512, maxPositions: 512, activation: 'gelu' });
    await expect(init({ heads: 3 })).rejects.toThrow(/do not divide/);
    await expect(init({ layers: 0 })).rejects.toThrow(/Invalid BERT configuration/);
  });

  it('initialises as BERT does', async () => {
    const { tensors, config } = await init();
    const data = (name: string): number[] => [...tensors.get(name)!.data];
    expect(new Set(data('encoder.layer.1.output.LayerNorm.weight'))).toEqual(new Set([1]));
    expect(new Set(data('pooler.dense.bias'))).toEqual(new Set([0]));
    const words = data('embeddings.word_embeddings.weight');
    expect(words.slice(0, config.hiddenSize)).toEqual(new Array(config.hiddenSize).fill(0));
    expect(words.slice(config.hiddenSize).every((value) => value !== 0)).toBe(true);
  });

  it('draws a normal distribution', () => {
    const data = new Float32Array(200_001);
    fillNormal(data, 0.02, 5, 'x');
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const moment = (power: number) =>
      data.reduce((sum, value) => sum + (value / 0.02) ** power, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(2e-4);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(4)).toBeCloseTo(3, 0);
  });

  it('does not change a folder with files', async () => {
    await expect(init({ out: scratch })).rejects.toMatchObject({ code: 'already-exists' });
  });
});
