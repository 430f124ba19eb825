import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { refusal } from '../weights/fixtures/hostile.ts';
import { readWeights } from '../weights/read.ts';
import { importModel } from './import.ts';
import { IMPORT_FILE } from './import_onnx.ts';
import { loadFolder } from './load.ts';

const FIXTURES = new URL('../weights/onnx/fixtures/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-onnx-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folders = 0;
/** A folder with an ONNX file in its usual place, and the other files of the model. */
function folderWith(name: string, place: string, reference = 'reference', config = true): string {
  const folder = join(scratch, String(folders++));
  mkdirSync(join(folder, place, '..'), { recursive: true });
  copyFileSync(join(FIXTURES, `${name}.onnx`), join(folder, place));
  copyFileSync(join(FIXTURES, 'reference/vocab.txt'), join(folder, 'vocab.txt'));
  if (config) copyFileSync(join(FIXTURES, reference, 'config.json'), join(folder, 'config.json'));
  return folder;
}

const outOf = (folder: string): string => `${folder}-imported`;

describe('importModel of ONNX files', () => {
  it.each([
    ['a folder of transformers.js', 'traced', 'onnx/model.onnx', true],
    ['a folder of optimum', 'dynamo', 'model.onnx', true],
    ['a file without a configuration', 'bare', 'model.onnx', false],
  ])('converts %s, and records the comparison', async (_, name, place, config) => {
    const folder = folderWith(name, place, 'reference', config);
    const { onnx, format } = await importModel(config ? folder : join(folder, place), outOf(folder));
    expect(format).toBe('onnx');
    expect(onnx).toMatchObject({
      from: 'model.onnx',
      configuration: config ? 'config.json' : 'graph',
      unread: [],
    });
    expect(onnx!.comparison).toMatchObject({ texts: 5 });
    expect(onnx!.comparison.difference).toBeLessThan(1e-5);
    expect(JSON.parse(readFileSync(join(outOf(folder), IMPORT_FILE), 'utf8'))).toEqual(onnx);
    const [found, expected] = [
      await loadFolder(outOf(folder)),
      await readWeights(join(FIXTURES, 'reference')),
    ];
    // a graph does not contain how weights were initialised
    const { initializerRange } = found.config;
    expect(found.config).toEqual({ ...expected.config, initializerRange, transformersClass: 'BertModel' });
    expect(new Map([...found.tensors].sort())).toEqual(new Map([...expected.tensors].sort()));
  });

  it.each([
    ['ernie', 'ErnieModel'],
    ['electra', 'ElectraModel'],
    ['distilbert', 'DistilBertModel'],
    ['roberta', 'RobertaModel'],
    ['modernbert', 'ModernBertModel'],
    ['roformer', 'RoFormerModel'],
    ['xlm-roberta', 'XLMRobertaModel'],
  ])('converts the model type %s', async (name, transformersClass) => {
    const folder = folderWith(`${name}/model`, 'onnx/model.onnx', `${name}/reference`);
    const { onnx, config } = await importModel(folder, outOf(folder));
    expect(config).toMatchObject({ modelType: name, transformersClass });
    expect(onnx!.comparison.difference).toBeLessThan(1e-5);
    const { tensors } = await loadFolder(outOf(folder));
    const expected = await readWeights(join(FIXTURES, name, 'reference'));
    expect(new Map([...tensors].sort())).toEqual(new Map([...expected.tensors].sort()));
  });

  it('requires the configuration of a model that is not a BERT', async () => {
    const folder = folderWith('ernie/model', 'model.onnx', 'reference', false);
    const error = await refusal(importModel(join(folder, 'model.onnx'), outOf(folder)));
    expect([error.code, error.place.field]).toEqual(['config-missing', 'model_type']);
  });

  it.each([
    ['int8', 0.99],
    ['fp16', 0.9999],
  ])('converts %s, with vectors near those of the file', async (name, cosine) => {
    const folder = folderWith(name, name === 'int8' ? 'onnx/model_quantized.onnx' : 'onnx/model_fp16.onnx');
    const { onnx } = await importModel(folder, outOf(folder));
    expect(onnx!.precision).toBe(name);
    expect(onnx!.comparison.cosine).toBeGreaterThan(cosine);
  });

  it.each([
    ['sequence', 'BertForSequenceClassification'],
    ['masked', 'BertForMaskedLM'],
  ])('keeps the head of %s, whose file does not return hidden states', async (name, transformersClass) => {
    const folder = folderWith(name, 'model.onnx', `reference-${name}`);
    await importModel(folder, outOf(folder));
    const { config, tensors } = await loadFolder(outOf(folder));
    expect(config.transformersClass).toBe(transformersClass);
    const expected = await readWeights(join(FIXTURES, `reference-${name}`));
    expect([...tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
  });

  it('refuses a file whose outputs differ from the imported model, and writes nothing', async () => {
    const folder = folderWith('traced', 'model.onnx');
    const text = readFileSync(join(folder, 'model.onnx')).toString('latin1');
    // the scores of the first layer are divided by 0.5 instead of multiplied
    const spoilt = text.replace('layer.0/attention/self/Mul"\x03Mul', 'layer.0/attention/self/Mul"\x03Div');
    expect(spoilt).not.toBe(text);
    writeFileSync(join(folder, 'model.onnx'), Buffer.from(spoilt, 'latin1'));
    expect((await refusal(importModel(folder, outOf(folder)))).code).toBe('onnx-differs');
    expect(existsSync(outOf(folder))).toBe(false);
  });

  it.each([
    ['num_attention_heads', 2],
    ['hidden_act', 'relu'],
    ['layer_norm_eps', 1e-12],
  ])('refuses a configuration with another %s', async (field, value) => {
    const folder = folderWith('bare', 'model.onnx');
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), [field]: value }));
    const error = await refusal(importModel(folder, outOf(folder)));
    expect([error.code, error.place]).toEqual(['config-mismatch', { file, field }]);
  });

  it('says what to add where there is no tokenizer', async () => {
    const folder = folderWith('bare', 'model.onnx');
    rmSync(join(folder, 'vocab.txt'));
    const error = await refusal(importModel(folder, outOf(folder)));
    expect([error.code, error.place.file]).toEqual(['tokenizer-missing', folder]);
    expect(error.hint).toContain('vocab.txt');
  });

  it('is required first for a folder that is only in ONNX', async () => {
    const folder = folderWith('bare', 'onnx/model.onnx');
    const error = await refusal(loadFolder(folder));
    expect([error.code, error.place.file]).toEqual(['weights-onnx', join(folder, 'onnx/model.onnx')]);
    expect(error.hint).toContain(`chineseblue model import ${folder} --out DIR`);
    expect((await refusal(readWeights(join(folder, 'onnx/model.onnx')))).code).toBe('weights-onnx');
  });
});
