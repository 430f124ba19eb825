import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFolder } from '../encoders/folder/load.ts';
import { createTokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../encoders/tokenizers/vocabulary.ts';
import { acquireLock } from '../ground/lock.ts';
import { createRandom } from '../ground/random.ts';
import { buildCorpus } from './corpus/build.ts';
import { buildLexicon } from './lexicon/build.ts';
import type { PretrainingRun } from './opened.ts';
import { mineToFiles } from './phrases/mine-to-files.ts';
import { preparePretraining } from './prepare.ts';
import { pretrainToFolder } from './pretrain-folder.ts';
import { showMasks } from './show-masks.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

const TERMS =
  '腹痛 头晕 咳嗽 发热 呕吐 便秘 失眠 胸闷 心悸 乏力 水肿 黄疸 皮疹 鼻塞 耳鸣 尿频 气促 盗汗 口干 腰痛 牙痛 咽痛'.split(
    ' ',
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pretrain-folder-'));
  const random = createRandom(6);
  const one = (items: readonly string[]): string => items[random.below(items.length)];
  const names = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许'];
  const text = Array.from({ length: 400 }, () => {
    const who = `${one(names)}${one(names)}`;
    return `${who}今天${one(TERMS)}了${random.below(900)}次。\n${who}又${one(TERMS)}${one(names)}次。`;
  });
  writeFileSync(at('text.txt'), text.join('\n\n'));
  writeFileSync(at('症状.txt'), TERMS.join('\n'));
  await buildCorpus({
    inputs: [at('text.txt')],
    train: [],
    guarded: [],
    dataDir: at('data'),
    out: at('corpus'),
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (out: string, more: Partial<PretrainingRun> = {}): PretrainingRun => ({
  data: {
    corpus: at('corpus'),
    masking: { lexicon: [at('症状.txt')] },
    vocabulary: { vocabSize: 200 },
    batches: { maxLength: 32, batchSize: 8 },
    heldOut: 0.1,
  },
  out: at(out),
  shape: { layers: 1, hidden: 16, heads: 2, maxPositions: 64 },
  training: { steps: 4, learningRate: 0.005, evaluateEvery: 2 },
  hardware: { threads: 1 },
  ...more,
});

describe('pretraining from code', () => {
  it('builds a lexicon', async () => {
    const lists = [at('症状.txt')];
    const options = { lists, train: [], dataDir: at('data'), corpus: at('corpus'), out: at('lexicon.tsv') };
    const { kept, rejected } = await buildLexicon(options);
    expect(kept.map(({ text }) => text).sort()).toEqual([...TERMS].sort());
    expect(rejected).toEqual([]);
    expect(readFileSync(at('lexicon.tsv'), 'utf8')).toMatch(/^entry\ttypes\tfrequency\tpurity\n/);
    await expect(buildLexicon({ ...options, lists: [] })).rejects.toMatchObject({
      code: 'lexicon-empty',
      text: { zh: '没有可用于构建词典的词条' },
    });
  });

  it('mines phrases and writes them', async () => {
    const job = { corpus: at('corpus'), lexicon: [at('症状.txt')], out: at('phrases.tsv') };
    const stages: string[] = [];
    const { kept, facts } = await mineToFiles(
      { ...job, rejected: at('rejected.tsv'), mining: { minDomain: 0 } },
      { onProgress: (_share, { zh }) => stages.push(zh) },
    );
    expect(facts.seeds).toBe(TERMS.length);
    expect(readFileSync(at('phrases.tsv'), 'utf8').trim().split('\n')).toHaveLength(kept.length + 1);
    expect(existsSync(at('rejected.tsv'))).toBe(true);
    expect(stages).toContain('短语切分');
    const sampled = mineToFiles({ ...job, sampling: { maxCharacters: 1000 } });
    await expect(sampled).rejects.toMatchObject({ code: 'too-few-seeds' });
  });

  it('prepares with the defaults of the parameters', async () => {
    const { batches, tokenizer, heldOut } = await preparePretraining({ corpus: at('corpus') });
    expect(batches).toEqual({ maxLength: 128, batchSize: 32, nextSentence: true, seed: 0 });
    expect(tokenizer.options?.specialTokensInText).toBe('as-text');
    expect(heldOut.documentStarts.length).toBeGreaterThan(1);
    const { heldOut: none } = await preparePretraining({ corpus: at('corpus'), heldOut: 0 });
    expect(none.tokens).toHaveLength(0);
  });

  it('warns that the vocabulary lacks much of the text', async () => {
    const notes: string[] = [];
    const tokenizer = createTokenizer(createVocabulary([...Object.values(SPECIAL_TOKENS), '腹', '痛']));
    await preparePretraining({ corpus: at('corpus') }, { tokenizer, onNote: ({ en }) => notes.push(en) });
    expect(notes).toEqual([expect.stringMatching(/% of the tokens are \[UNK\]/)]);
    await preparePretraining({ corpus: at('corpus') }, { onNote: ({ en }) => notes.push(en) });
    expect(notes.length).toBe(1);
  });

  it('shows masks without training', async () => {
    const { data } = run('unused');
    const shown = await showMasks(data, { count: 20, epoch: 1 });
    expect(shown).toEqual(await showMasks(data, { count: 20, epoch: 1 }));
    expect(shown.sequences).toHaveLength(20);
    expect(shown.masked.entity).toBeGreaterThan(0);
    const plain = { ...data, masking: { ...data.masking, entityMasking: false } };
    expect((await showMasks(plain, { count: 20, epoch: 1 })).masked.entity).toBe(0);
  });

  it('trains to a folder, reports progress and scores, and resumes to the same bytes', async () => {
    const notes: number[] = [];
    const steps: number[] = [];
    const { scores } = await pretrainToFolder(run('model'), {
      onProgress: (share) => notes.push(share),
      onScores: (step) => steps.push(step),
    });
    expect(scores?.masked.count).toBeGreaterThan(0);
    expect(notes.at(-1)).toBe(1);
    expect(steps).toEqual([0, 2, 4]);
    expect(readdirSync(at('model/pretraining'))).toEqual(['train.jsonl']);
    const { config } = await loadFolder(at('model'));
    expect(config).toMatchObject({ hiddenDropout: 0, layers: 1, maxPositions: 64 });

    const stop = new AbortController();
    const interrupted = pretrainToFolder(run('resumed'), {
      signal: stop.signal,
      onScores: (step) => step === 2 && stop.abort(new Error('stopped')),
    });
    await expect(interrupted).rejects.toThrow('stopped');
    expect(existsSync(at('resumed/config.json'))).toBe(false);
    await pretrainToFolder(run('resumed'));
    const weights = (name: string): Buffer => readFileSync(at(`${name}/model.safetensors`));
    expect(weights('resumed').equals(weights('model'))).toBe(true);
  });

  it('continues a model, which keeps its vocabulary and its dropout', async () => {
    const start = { init: at('model'), dropout: 0.2 };
    await pretrainToFolder(run('further', { start, training: { steps: 1 } }));
    const [before, after] = [await loadFolder(at('model')), await loadFolder(at('further'))];
    expect(after.config).toEqual(before.config);
    expect(after.tokenizer.vocabulary.tokens).toEqual(before.tokenizer.vocabulary.tokens);
    const { data } = run('other', { start });
    const both = run('other', { start, data: { ...data, vocabulary: { vocab: at('model') } } });
    await expect(pretrainToFolder(both)).rejects.toMatchObject({ code: 'bad-options', exitCode: 2 });
  });

  it('refuses a folder with other files', async () => {
    await expect(pretrainToFolder(run('model'))).rejects.toMatchObject({
      code: 'folder-not-empty',
      text: { zh: '目录中已有模型或其他文件' },
    });
    await expect(pretrainToFolder(run('corpus'))).rejects.toMatchObject({ code: 'folder-not-empty' });
  });

  it('refuses a second process on one folder', async () => {
    await using _lock = await acquireLock(`${at('twice')}.lock`);
    await expect(pretrainToFolder(run('twice'))).rejects.toMatchObject({ code: 'in-use' });
    expect(existsSync(at('twice'))).toBe(false);
  });
});
