import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  AutoModel,
  AutoModelForMaskedLM,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
} from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillNormal } from '../encoders/architectures/initial.ts';
import { loadFolder } from '../encoders/folder/load.ts';
import { OWN_WEIGHTS } from '../encoders/folder/own.ts';
import { saveFolder } from '../encoders/folder/save.ts';
import { maskedHead } from '../encoders/heads/masked.ts';
import { readWeights } from '../encoders/weights/read.ts';
import type { GivenParameters } from '../ground/parameters.ts';
import { bert } from '../models/bert/kind.ts';
import { fitOn, predict } from '../models/fixtures/fitted.ts';
import type { Example } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import { exportCommand } from './commands/export.ts';
import { runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-export-'));
const at = (name: string): string => join(scratch, name);
afterAll(() => rmSync(scratch, { recursive: true }));
env.allowRemoteModels = false;
env.localModelPath = `${dirname(scratch)}/`;
const theirs = (name: string): string => `${basename(scratch)}/${name}`;
const SESSION = { session_options: { intraOpNumThreads: 1 } };

const exporting = (from: string, out: string, dtype = 'fp32,int8'): Promise<string> =>
  runCommand(exportCommand, [from], { out, dtype }, { json: true });

const TEXTS = ['赵今天腹痛了', '李吃布洛芬', '腹痛', '今天李吃了'];
const SMALL = { layers: 2, hidden: 32, heads: 2, threads: 1, learningRate: 3e-3 };
const classTask = { ...findTask('cMedIC'), labels: [] };
const nerTask = findTask('cEHRNER');

beforeAll(async () => {
  const labelled: Example<'classification'>[] = Array.from({ length: 40 }, (_, i) => ({
    id: String(i),
    input: { text: TEXTS[i % 2] },
    gold: { label: ['病', '药'][i % 2] },
  }));
  const classifier = await fitOn(bert, classTask, labelled, { parameters: { ...SMALL, epochs: 6 } });
  await classifier.save!(at('classifier'));
  const spans: Example<'ner'>[] = Array.from({ length: 32 }, (_, i) => ({
    id: String(i),
    input: { text: TEXTS[0] },
    gold: {
      entities: [
        { start: 3, end: 5, type: '病' },
        { start: 1, end: 5, type: '长' },
      ],
    },
  }));
  const nested = await fitOn(bert, nerTask, spans, {
    parameters: { ...SMALL, epochs: 30, head: 'span' },
  });
  await nested.save!(at('spans'));
});

describe('a kept folder', () => {
  it('gives the same logits in @huggingface/transformers, in 8 bits too', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(theirs('classifier'));
    for (const [dtype, name] of [
      ['fp32', 'fp32'],
      ['int8', 'q8'],
    ] as const) {
      const fitted = await bert.load(at('classifier'), classTask, { dtype });
      const model = await AutoModelForSequenceClassification.from_pretrained(theirs('classifier'), {
        ...SESSION,
        dtype: name,
      });
      for (const text of TEXTS) {
        const [{ scores }] = await predict<'classification'>(fitted, [{ text }]);
        const { logits } = await model(await tokenizer(text));
        const [a, b] = logits.tolist()[0];
        expect(Math.log(scores!.药 / scores!.病)).toBeCloseTo(b - a, 3);
      }
    }
  });

  it('stores separately what no class of transformers has, and answers with it', async () => {
    const { config, tensors } = await readWeights(at('spans'));
    expect(config.transformersClass).toBe('BertModel');
    expect([...tensors.keys()].filter((name) => !/^(embeddings|encoder|pooler)\./.test(name))).toEqual([]);
    expect(tensors.has('pooler.dense.weight')).toBe(true);
    const fitted = await bert.load(at('spans'), nerTask, { dtype: 'int8' });
    const [{ entities }] = await predict<'ner'>(fitted, [{ text: TEXTS[0] }]);
    expect(entities).toHaveLength(2);
    const model = await AutoModel.from_pretrained(theirs('spans'), { ...SESSION, dtype: 'fp32' });
    const tokenizer = await AutoTokenizer.from_pretrained(theirs('spans'));
    const outputs = await model(await tokenizer(TEXTS[0]));
    expect(outputs.last_hidden_state.dims).toEqual([1, 8, 32]);
    expect(outputs.scores.dims).toEqual([1, 2, 8, 8]);
  });

  it('is read where all weights are in one file', async () => {
    const { config, tokenizer, tensors } = await loadFolder(at('spans'));
    const { openKept } = await import('../models/bert/kept.ts');
    const { writeRecord } = await import('../models/bert/record.ts');
    const { record, tensors: all } = await openKept(at('spans'));
    const old = new Map([...tensors, ...all]);
    await saveFolder(at('old'), { config, tokenizer, tensors: old });
    await writeRecord(at('old'), record, ['config.json', 'model.safetensors']);
    expect(readdirSync(at('old'))).not.toContain(OWN_WEIGHTS);
    const [before, after] = await Promise.all(
      ['spans', 'old'].map(async (name) => predict(await bert.load(at(name), nerTask), [{ text: TEXTS[0] }])),
    );
    expect(after).toEqual(before);
  });
});

describe('export', () => {
  it('of a kept folder writes everything, byte for byte', async () => {
    const told = JSON.parse(await exporting(at('spans'), at('again')));
    expect(told).toMatchObject({
      architecture: 'BertModel',
      files: ['onnx/model.onnx', 'onnx/model_quantized.onnx'],
    });
    const files = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
        .sort();
    expect(files(at('again'))).toEqual(files(at('spans')));
    for (const name of files(at('spans')))
      expect(readFileSync(at('again') + name).equals(readFileSync(at('spans') + name)), name).toBe(true);
  });

  it('of a pretrained folder fills masks in @huggingface/transformers', async () => {
    const { config, tokenizer, tensors } = await loadFolder(at('classifier'));
    const known = [...tensors].filter(([name]) => /^(embeddings|encoder)\./.test(name));
    const head = [...maskedHead(config).parameters].map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      fillNormal(data, 0.3, 1, name);
      return [name, { shape, data }] as const;
    });
    const own = { ...config, transformersClass: 'BertForMaskedLM', labels: undefined };
    await saveFolder(at('masked'), { config: own, tokenizer, tensors: new Map([...known, ...head]) });
    await exporting(at('masked'), at('masked-onnx'));
    const ask = await AutoTokenizer.from_pretrained(theirs('masked-onnx'));
    const answers = [];
    for (const dtype of ['fp32', 'q8'] as const) {
      const model = await AutoModelForMaskedLM.from_pretrained(theirs('masked-onnx'), { ...SESSION, dtype });
      const { logits } = await model(await ask('今天[MASK]痛'));
      expect(logits.dims).toEqual([1, 6, config.vocabSize]);
      answers.push(logits.tolist()[0][3] as number[]);
    }
    // the result of fill-mask for the same folder
    const { fillMasks } = await import('../pretraining/fill-mask.ts');
    const [best] = (await fillMasks(at('masked'), '今天[MASK]痛', 1)) as unknown as [{ token: string }[]];
    const [full, small] = answers;
    expect(tokenizer.vocabulary.tokens[full.indexOf(Math.max(...full))]).toBe(best[0].token);
    const apart = Math.max(...full.map((score, i) => Math.abs(score - small[i])));
    expect(apart).toBeGreaterThan(0);
    expect(apart).toBeLessThan(0.1 * Math.max(...full));
  });

  it('of the encoder alone, in one precision', async () => {
    const { config, tokenizer, tensors } = await loadFolder(at('spans'));
    await saveFolder(at('bare'), { config: { ...config, labels: undefined }, tokenizer, tensors });
    await exporting(at('bare'), at('bare-onnx'), 'int8');
    expect(readdirSync(at('bare-onnx/onnx'))).toEqual(['model_quantized.onnx']);
  });

  it('refuses existing targets, unknown precisions and unsuitable models', async () => {
    await expect(exporting(at('spans'), at('classifier'))).rejects.toMatchObject({
      code: 'already-exists',
    });
    await expect(exporting(at('spans'), at('x'), 'fp8')).rejects.toMatchObject({
      code: 'bad-option',
      exitCode: 2,
    });
    await expect(exporting(at('nowhere/here'), at('x'))).rejects.toMatchObject({ code: 'file-missing' });
    const { config, tokenizer, tensors } = await loadFolder(at('spans'));
    const as = async (architecture: string): Promise<string> => {
      await saveFolder(at(architecture), {
        config: { ...config, transformersClass: architecture },
        tokenizer,
        tensors,
      });
      return at(architecture);
    };
    await expect(exporting(await as('BertForQuestionAnswering'), at('x'))).rejects.toMatchObject({
      code: 'unknown-head',
      place: { field: 'architectures' },
    });
    await expect(exporting(await as('BertForTokenClassification'), at('x'))).rejects.toMatchObject({
      code: 'head-missing',
    });
    expect(readdirSync(scratch)).not.toContain('x');
  });
});

describe('parameters of a kept model', () => {
  it('can be chosen if they only affect answering', async () => {
    const load = (parameters: GivenParameters) => bert.load(at('classifier'), classTask, parameters);
    await expect(load({ threads: '1', dtype: 'int8' })).resolves.toBeDefined();
    await expect(load({ epochs: 3 })).rejects.toMatchObject({
      code: 'fixed-parameter',
      hint: 'For a fitted model of kind bert you can set lexicon-features, device, dtype, threads.',
    });
    await expect(load({ dtyp: 'int8' })).rejects.toMatchObject({ code: 'unknown-parameter' });
    await expect(load({ dtype: 'fp4' })).rejects.toMatchObject({ code: 'bad-parameter', exitCode: 2 });
    await expect(load({ device: 'tpu' })).rejects.toMatchObject({ code: 'bad-parameter' });
    await expect(load({ lexiconFeatures: true })).rejects.toMatchObject({
      code: 'bad-parameter',
      exitCode: 2,
    });
    await expect(load({ threads: -2 })).rejects.toMatchObject({ code: 'bad-parameter', exitCode: 2 });
    await expect(load({ threads: 'many' })).rejects.toMatchObject({ code: 'bad-parameter' });
  });

  it.each(['webgpu', 'cuda'])('says where there is no %s', async (device) => {
    const loaded = bert.load(at('classifier'), classTask, { device });
    await expect(loaded).rejects.toMatchObject({ code: 'device-missing', hint: 'Use --device cpu.' });
  });
});
