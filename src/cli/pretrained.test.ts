import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { loadFolder } from '../encoders/folder/load.ts';
import { createRandom } from '../ground/random.ts';
import { bert } from '../models/bert/kind.ts';
import { fitOn, predict } from '../models/fixtures/fitted.ts';
import { pretrainingParameters } from '../pretraining/objective/head.ts';
import { devScore } from '../scoring/dev-score.ts';
import { findTask } from '../tasks/registry.ts';
import type { CommandSpec } from './command.ts';
import { corpusCommand } from './commands/corpus.ts';
import { distilCommand } from './commands/distil.ts';
import { embedCommand } from './commands/embed.ts';
import { fillMaskCommand } from './commands/fill-mask.ts';
import { modelCommand } from './commands/model.ts';
import { pretrainCommand } from './commands/pretrain.ts';
import { runCommand as trying } from './commands/run.ts';
import { runCommand } from './fixtures/run-command.ts';
import type { GivenOptions } from './typed-options.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const run = (
  command: CommandSpec,
  operands: string[],
  options: GivenOptions = {},
  signal?: AbortSignal,
): Promise<string> =>
  runCommand(command, operands, { dataDir: at('data'), ...options }, { json: true, signal });
const SHAPE = { layers: '1', hidden: '32', heads: '2', maxPositions: '64' };
const BATCHES = { maxLength: '32', batchSize: '8', threads: '1' };
const fresh = {
  ...SHAPE,
  ...BATCHES,
  learningRate: '0.005',
  steps: '30',
  vocabSize: '200',
  evaluateEvery: '20',
  heldOut: '0.1',
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pretrained-'));
  const random = createRandom(6);
  const one = (items: readonly string[]): string => items[random.below(items.length)];
  const names = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许'];
  const text = Array.from({ length: 300 }, () => {
    const who = `${one(names)}${one(names)}`;
    return `${who}今天${one(['腹痛', '头晕', '咳嗽'])}了${random.below(900)}次。\n${who}吃${one(['阿司匹林', '布洛芬'])}${one(names)}次。`;
  });
  writeFileSync(at('text.txt'), text.join('\n\n'));
  writeFileSync(at('词.txt'), '腹痛\n头晕\n咳嗽\n阿司匹林\n布洛芬\n');
  await run(corpusCommand.subcommands![0], [at('text.txt')], { out: at('corpus') });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('pretrain', () => {
  it('leaves no partial model at Ctrl-C, and writes a folder with all of BertForPreTraining', async () => {
    const options = { ...fresh, lexicon: at('词.txt'), out: at('model') };
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('stopped')), 400);
    await expect(
      run(pretrainCommand, [at('corpus')], { ...options, steps: '100000' }, stop.signal),
    ).rejects.toThrow('stopped');
    expect(existsSync(at('model/config.json'))).toBe(false);

    const { scores } = JSON.parse(await run(pretrainCommand, [at('corpus')], options));
    expect(scores.kinds.entity.count).toBeGreaterThan(0);
    expect(readdirSync(at('model/pretraining'))).toEqual(['train.jsonl']);
    const { config, tensors, tokenizer } = await loadFolder(at('model'));
    expect(config).toMatchObject({ transformersClass: 'BertForPreTraining', layers: 1, hiddenSize: 32 });
    for (const name of [...pretrainingParameters(config).keys(), 'pooler.dense.weight'])
      expect(tensors.has(name), name).toBe(true);
    expect(tokenizer.vocabulary.tokens).toHaveLength(config.vocabSize);
    const head = readFileSync(at('model/model.safetensors')).toString('latin1');
    expect(head).toContain('"bert.pooler.dense.weight"');
    expect(head).toContain('"cls.predictions.transform.LayerNorm.bias"');
    await expect(run(pretrainCommand, [at('corpus')], options)).rejects.toMatchObject({
      code: 'folder-not-empty',
    });
  });

  it('evaluates an ablation on the same held-out units', async () => {
    const [plain, whole] = await Promise.all(
      [false, true].map(async (entityMasking) => {
        const options = {
          ...fresh,
          lexicon: at('词.txt'),
          entityMasking,
          steps: '1',
          out: at(`entity-${entityMasking}`),
        };
        return JSON.parse(await run(pretrainCommand, [at('corpus')], options)).scores;
      }),
    );
    expect(plain.kinds.entity.count).toBeGreaterThan(0);
    expect(plain.kinds.entity.count).toBe(whole.kinds.entity.count);
    expect(plain.loss).not.toBe(whole.loss);
  });

  it('continues from a model with its vocabulary', async () => {
    const options = { ...BATCHES, init: at('model'), steps: '2', learningRate: '0.0001', out: at('further') };
    const { scores } = JSON.parse(await run(pretrainCommand, [at('corpus')], options));
    expect(scores.loss).toBeLessThan(5);
    const [before, after] = [await loadFolder(at('model')), await loadFolder(at('further'))];
    expect(after.tokenizer.vocabulary.tokens).toEqual(before.tokenizer.vocabulary.tokens);
    expect(after.config).toEqual(before.config);
  });

  it('is the teacher of a student, and loses the tokens that texts do not use', async () => {
    const [teacher, student] = [at('model'), at('model')];
    const options = { ...BATCHES, teacher, student, steps: '2', out: at('distilled') };
    const distilled = JSON.parse(await run(distilCommand, [at('corpus')], options));
    // a student that begins as its teacher
    expect(distilled).toMatchObject({ out: at('distilled'), steps: 2 });
    expect(distilled.cosine).toBeGreaterThan(0.9);

    const command = modelCommand.subcommands!.find(({ name }) => name === 'trim')!;
    const trim = (options: GivenOptions): Promise<string> =>
      runCommand(command, [at('distilled')], options, { json: true });
    writeFileSync(at('used.txt'), '今天腹痛了');
    const trimmed = JSON.parse(await trim({ texts: at('used.txt'), out: at('trimmed') }));
    expect(trimmed).toMatchObject({ texts: 1, unknown: 0, lost: 0 });
    const { tokenizer, config } = await loadFolder(at('trimmed'));
    expect(config.vocabSize).toBe(trimmed.after);
    expect(trimmed.after).toBeLessThan(trimmed.before);
    expect(tokenizer.tokenize('今天腹痛了').ids).not.toContain(tokenizer.vocabulary.ids.unk);
    await expect(trim({ out: at('none') })).rejects.toMatchObject({ code: 'no-text' });
    const missing = trim({ texts: at('absent.txt'), out: at('none') });
    await expect(missing).rejects.toMatchObject({ place: { file: at('absent.txt') } });
    expect(existsSync(at('none'))).toBe(false);
  });

  it('writes what the kind `bert` fine-tunes', async () => {
    const example = (i: number) => ({
      id: String(i),
      input: { text: ['赵今天腹痛了', '李吃布洛芬'][i % 2] },
      gold: { label: String(i % 2) },
    });
    const examples = Array.from({ length: 40 }, (_, i) => example(i));
    const task = { ...findTask('cMedIC'), labels: [] };
    const fitted = await fitOn(bert, task, examples, {
      dev: examples.slice(0, 8),
      parameters: { init: at('model'), epochs: 6, learningRate: 3e-3, threads: 1 },
      score: devScore(task),
    });
    const answers = await predict(fitted, [example(0).input, example(1).input]);
    expect(answers).toMatchObject([{ label: '0' }, { label: '1' }]);
  });
});

describe('using a pretrained model', () => {
  it('fill-mask gives a distribution for every mask', async () => {
    const { masks } = JSON.parse(
      await run(fillMaskCommand, [at('model'), '今天[MASK][MASK]了。'], { top: '200' }),
    );
    expect(masks).toHaveLength(2);
    for (const found of masks) {
      const chances: number[] = found.map(({ probability }: { probability: number }) => probability);
      expect(chances.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      expect(chances).toEqual([...chances].sort((a, b) => b - a));
      // frequent characters rank before those that never occur
      const rank = (token: string) => found.findIndex((one: { token: string }) => one.token === token);
      expect(rank('天')).toBeLessThan(rank('[CLS]'));
    }
    await expect(run(fillMaskCommand, [at('model'), '今天'])).rejects.toMatchObject({ code: 'no-mask' });
    await expect(run(fillMaskCommand, [at('model'), `[MASK]${'天'.repeat(99)}`])).rejects.toMatchObject({
      code: 'text-too-long',
    });
  });

  it('embed gives vectors that do not depend on the other texts', async () => {
    writeFileSync(at('texts.txt'), '腹痛\n\n今天头晕了三次\n');
    const rows = JSON.parse(await run(embedCommand, [at('model'), '腹痛'], { input: at('texts.txt') }));
    expect(rows.map(({ text }: { text: string }) => text)).toEqual(['腹痛', '腹痛', '今天头晕了三次']);
    expect(rows[0].vector).toHaveLength(32);
    expect(rows[1].vector).toEqual(rows[0].vector);
    const [alone] = JSON.parse(await run(embedCommand, [at('model'), '腹痛']));
    for (const [i, value] of alone.vector.entries()) expect(value).toBeCloseTo(rows[0].vector[i], 5);
    const [first] = JSON.parse(await run(embedCommand, [at('model'), '腹痛'], { pooling: 'cls' }));
    expect(first.vector).not.toEqual(alone.vector);
    await run(embedCommand, [at('model'), '腹痛'], { out: at('vectors.jsonl') });
    expect(JSON.parse(readFileSync(at('vectors.jsonl'), 'utf8'))).toEqual(alone);
    await expect(run(embedCommand, [at('model')])).rejects.toMatchObject({ code: 'no-text', exitCode: 2 });
  });
});

describe('models by name', () => {
  beforeAll(() => {
    vi.stubEnv('XDG_CACHE_HOME', at('cache'));
    cpSync(at('model'), at('cache/chineseblue/models/of-the-test'), { recursive: true });
  });
  afterAll(() => vi.unstubAllEnvs());

  it('are found by every command that takes a folder', async () => {
    const { masks } = JSON.parse(await run(fillMaskCommand, ['of-the-test', '今天[MASK]了。']));
    expect(masks).toEqual(JSON.parse(await run(fillMaskCommand, [at('model'), '今天[MASK]了。'])).masks);
    expect(JSON.parse(await run(embedCommand, ['of-the-test', '腹痛']))).toHaveLength(1);
    const options = { ...BATCHES, init: 'of-the-test', steps: '1', out: at('from-name') };
    await run(pretrainCommand, [at('corpus')], options);
    expect((await loadFolder(at('from-name'))).config).toEqual((await loadFolder(at('model'))).config);
    const listed = JSON.parse(await run(modelCommand.subcommands!.find(({ name }) => name === 'list')!, []));
    expect(listed).toContainEqual(expect.objectContaining({ name: 'of-the-test', state: 'fetched' }));
    expect(listed).toContainEqual(expect.objectContaining({ name: 'mc-bert', state: 'fetchable' }));
    await expect(run(fillMaskCommand, ['of-the-tset', '[MASK]'])).rejects.toMatchObject({
      code: 'unknown-model',
      hint: expect.stringContaining('of-the-test'),
    });
  });

  it('are fine-tuned within a budget, which the table shows', async () => {
    const options = {
      task: 'cMedIC',
      model: 'bert:of-the-test',
      param: 'token-budget=600,epochs=2,threads=1',
      dataDir: samplesDir(),
      runsDir: at('runs'),
      jobs: '1',
    };
    const table = await runCommand(trying, [], options);
    const [, learnt] = /bert:of-the-test \((\d+) of 150\)/.exec(table) ?? [];
    expect(Number(learnt)).toBeGreaterThan(10);
    expect(table).toContain('(n of m)');
    const [{ record }] = JSON.parse(await run(trying, [], options));
    expect(record.examples).toMatchObject({ train: 150, learnt: Number(learnt) });
    expect(record.model.startingPoint).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('model import', () => {
  const fixtures = new URL('../encoders/weights/fixtures/', import.meta.url).pathname;
  const importing = modelCommand.subcommands!.find(({ name }) => name === 'import')!;

  it.each([
    ['tensorflow', 'tensorflow'],
    ['torch-checkpoint', 'pytorch'],
  ])('converts every tensor of %s unchanged', async (fixture, format) => {
    const from = at(fixture);
    cpSync(join(fixtures, fixture), from, { recursive: true });
    const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
    const letters = Array.from({ length: 35 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    writeFileSync(join(from, 'vocab.txt'), [...special, ...letters].join('\n'));
    const out = at(`imported-${fixture}`);
    const told = JSON.parse(await run(importing, [from], { out }));
    expect(told).toMatchObject({ format, architecture: 'BertForPreTraining' });
    const [before, after] = [await loadFolder(from), await loadFolder(out)];
    expect(after.format).toBe('safetensors');
    const kept = [...before.tensors].filter(([name]) => !name.startsWith('cls.predictions.decoder.'));
    expect(new Map([...after.tensors].sort())).toEqual(new Map(kept.sort()));
    const { masks } = JSON.parse(await run(fillMaskCommand, [out, '一[MASK]']));
    expect(masks).toHaveLength(1);
    await expect(run(importing, [from], { out })).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('halves the size of any folder in fp16, and refuses numbers out of range', async () => {
    await run(importing, [at('model')], { dtype: 'fp16', out: at('fp16') });
    const [before, after] = [await loadFolder(at('model')), await loadFolder(at('fp16'))];
    for (const [name, { data }] of before.tensors) {
      const kept = after.tensors.get(name)!.data;
      for (let i = 0; i < data.length; i++)
        if (Math.abs(kept[i] - data[i]) > Math.max(2 ** -25, Math.abs(data[i]) * 2 ** -11))
          throw new Error(name);
    }
    expect([...after.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
    const size = (folder: string): number => readFileSync(join(at(folder), 'model.safetensors')).length;
    expect(size('fp16') / size('model')).toBeLessThan(0.6);
    expect(JSON.parse(readFileSync(at('fp16/config.json'), 'utf8')).torch_dtype).toBe('float16');
    const word = before.tensors.get('embeddings.word_embeddings.weight')!;
    word.data[7] = 70_000;
    const { saveFolder } = await import('../encoders/folder/save.ts');
    await saveFolder(at('large'), before);
    await expect(
      run(importing, [at('large')], { dtype: 'fp16', out: at('large-fp16') }),
    ).rejects.toMatchObject({
      code: 'fp16-overflow',
      place: { field: 'bert.embeddings.word_embeddings.weight' },
    });
    expect(existsSync(at('large-fp16/config.json'))).toBe(false);
    await expect(run(importing, [at('model')], { dtype: 'int4', out: at('int4') })).rejects.toMatchObject({
      code: 'bad-option',
    });
  });

  it('of a bare encoder has no masked-token head', async () => {
    const { config, tensors, tokenizer } = await loadFolder(at('model'));
    const { saveFolder } = await import('../encoders/folder/save.ts');
    const bare = new Map([...tensors].filter(([name]) => !name.startsWith('cls.')));
    await saveFolder(at('bare'), {
      config: { ...config, transformersClass: 'BertModel' },
      tensors: bare,
      tokenizer,
    });
    expect(JSON.parse(await run(importing, [at('bare')], { out: at('bare-2') }))).toMatchObject({
      architecture: 'BertModel',
    });
    await expect(run(fillMaskCommand, [at('bare-2'), '[MASK]'])).rejects.toMatchObject({
      code: 'head-missing',
    });
  });
});
