import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import type { CommandSpec } from './command.ts';
import { corpusCommand } from './commands/corpus.ts';
import { initCommand } from './commands/init.ts';
import { phrasesCommand } from './commands/phrases.ts';
import { pretrainCommand } from './commands/pretrain.ts';
import { runCommand } from './fixtures/run-command.ts';
import type { GivenOptions } from './typed-options.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

/** Runs a command with its defaults; returns what it prints. */
function run(
  command: CommandSpec,
  name: string,
  operands: string[],
  options: GivenOptions,
  json = false,
): Promise<string> {
  const spec = command.subcommands?.find((child) => child.name === name) ?? command;
  const where = name === 'build' ? { dataDir: at('data') } : {};
  return runCommand(spec, operands, { ...where, ...options }, { json });
}

const SYMPTOMS =
  '腹痛 腹泻 头晕 头痛 咳嗽 发热 呕吐 便秘 失眠 胸闷 心悸 乏力 水肿 黄疸 皮疹 鼻塞 耳鸣 尿频 气促 盗汗 口干 腰痛 上腹疼痛 四肢无力 恶心呕吐'.split(
    ' ',
  );

/** Consultations about made-up people; 一直拉稀 is in no word list. */
function consultations(): string {
  const random = createRandom(6);
  const one = (items: readonly string[]): string => items[random.below(items.length)];
  const who = (): string =>
    `${one(['孩子', '老人', '妈妈', '邻居', '同事'])}${one([...'赵钱孙李周吴郑王冯陈'])}`;
  const complaint = (): string => one([...SYMPTOMS, '一直拉稀']);
  return Array.from({ length: 900 }, () => {
    const first = `${who()}${one(['昨天', '上周', '夜里', '饭后'])}${complaint()}${one(['很担心', '好几天', '没精神'])}。`;
    return `${first}\n${who()}${one(['又', '还', '没'])}${complaint()}，${one(['上午', '下午'])}${complaint()}${random.below(1000)}次。`;
  }).join('\n\n');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretraining-'));
  writeFileSync(at('text.txt'), consultations());
  writeFileSync(at('症状.txt'), SYMPTOMS.join('\n'));
  mkdirSync(at('data/cMedIC'), { recursive: true });
  writeFileSync(at('data/cMedIC/test.txt'), '0\t头晕吃什么药\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('from raw text to masks', () => {
  it('takes four commands', async () => {
    const built = await run(corpusCommand, 'build', [at('text.txt')], { out: at('corpus') });
    expect(built).toMatch(/kept +\d+/);
    expect(built).toContain('Checked against 1 evaluation text;');

    const lexicon = await run(
      corpusCommand,
      'lexicon',
      [at('症状.txt')],
      { corpus: at('corpus'), out: at('lexicon.tsv') },
      true,
    );
    expect(JSON.parse(lexicon)).toEqual({ file: at('lexicon.tsv'), kept: SYMPTOMS.length, rejected: {} });
    expect(readFileSync(at('lexicon.tsv'), 'utf8')).toContain('腹痛\t症状:1\t');

    const files = {
      lexicon: at('lexicon.tsv'),
      out: at('phrases.tsv'),
      rejected: at('rejected.tsv'),
      minDomain: '0',
    };
    const mined = await run(phrasesCommand, 'mine', [at('corpus')], files);
    expect(mined).toContain('一直拉稀');
    expect(mined).toMatch(/low-quality|fragment/);
    expect(readFileSync(at('rejected.tsv'), 'utf8')).toContain('\treason\n');

    const given = {
      lexicon: at('lexicon.tsv'),
      phrases: at('phrases.tsv'),
      showMasks: '150',
    };
    const shown = JSON.parse(await run(pretrainCommand, 'pretrain', [at('corpus')], given, true));
    const masked = shown.sequences.flatMap(
      (sequence: { units: { text: string; kind: string; reads?: string }[] }) =>
        sequence.units.filter(({ reads }) => reads !== undefined),
    );
    const kinds = (kind: string): string[] =>
      masked.filter((unit: { kind: string }) => unit.kind === kind).map(({ text }: { text: string }) => text);
    expect(SYMPTOMS).toEqual(expect.arrayContaining(kinds('entity')));
    expect(kinds('entity').length).toBeGreaterThan(5);
    expect(kinds('span')).toContain('一直拉稀');
    const share = (shown.masked.entity + shown.masked.span + shown.masked.other) / shown.tokens;
    expect(Math.abs(share - 0.15)).toBeLessThan(0.02);

    const plain = JSON.parse(
      await run(
        pretrainCommand,
        'pretrain',
        [at('corpus')],
        { ...given, entityMasking: false, spanMasking: false },
        true,
      ),
    );
    expect(plain.masked).toMatchObject({ entity: 0, span: 0 });
    const text = await run(pretrainCommand, 'pretrain', [at('corpus')], given);
    expect(text).toMatch(/〔[^〕]+〕/);
    expect(text).toContain('tokens to predict (15.');
    expect(await run(pretrainCommand, 'pretrain', [at('corpus')], given)).toBe(text);
    expect(await run(pretrainCommand, 'pretrain', [at('corpus')], { ...given, epoch: '1' })).not.toBe(text);

    // of the model that would be continued, not of a vocabulary of the corpus
    const vocab = at('vocab.txt');
    writeFileSync(vocab, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '腹', ''].join('\n'));
    const tiny = { vocab, layers: '1', hidden: '16', heads: '1', maxPositions: '512', out: at('tiny') };
    await run(initCommand, 'init', [], tiny);
    const ofModel = { ...given, init: at('tiny'), showMasks: '5' };
    expect(await run(pretrainCommand, 'pretrain', [at('corpus')], ofModel)).toContain('[UNK]');
  });

  it('exports batches instead of training', async () => {
    const given = { exportBatches: at('batches'), steps: '2', batchSize: '4', maxLength: '32' };
    const sizes = { layers: '1', hidden: '16', heads: '1', maxPositions: '32' };
    const told = await run(pretrainCommand, 'pretrain', [at('corpus')], { ...given, ...sizes });
    expect(told).toContain('2 steps (8 sequences)');
    expect(told).toContain(`accelerate launch ${at('batches')}/train.py --out MODEL`);
    const again = run(pretrainCommand, 'pretrain', [at('corpus')], { ...given, ...sizes });
    await expect(again).rejects.toMatchObject({ code: 'already-exists' });
    const both = run(pretrainCommand, 'pretrain', [at('corpus')], { ...given, out: at('model') });
    await expect(both).rejects.toMatchObject({ code: 'options-together', exitCode: 2 });
  });

  it('refuses invalid input', async () => {
    const given = { lexicon: at('lexicon.tsv'), showMasks: '1' };
    const fails = (options: GivenOptions, corpus = at('corpus')) =>
      expect(run(pretrainCommand, 'pretrain', [corpus], { ...given, ...options })).rejects;
    await fails({}, at('nowhere')).toMatchObject({ code: 'corpus-missing' });
    await fails({ showMasks: undefined }).toMatchObject({ code: 'option-missing' });
    const training = { showMasks: undefined, out: at('refused') };
    await fails({ ...training, batchSize: '9999' }).toMatchObject({ code: 'corpus-too-small' });
    await fails({ ...training, maxLength: '600' }).toMatchObject({ code: 'max-length' });
    await fails({ ...training, schedule: 'up' }).toMatchObject({ code: 'bad-option', exitCode: 2 });
    await fails({ ...training, init: 'x', vocab: 'y' }).toMatchObject({ code: 'bad-options' });
    await fails({ ...training, out: at('corpus') }).toMatchObject({ code: 'folder-not-empty' });
    await fails({ showMasks: '0' }).toMatchObject({ code: 'bad-option', exitCode: 2 });
    await fails({ phrases: at('none.tsv') }).toMatchObject({ code: 'file-missing' });
    writeFileSync(at('vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n痛\n');
    await fails({ vocab: at('vocab.txt') }).toMatchObject({
      code: 'vocab-special-missing',
      message: 'The vocabulary has no [MASK]',
      place: { file: at('vocab.txt') },
    });
    writeFileSync(at('vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n痛\n头\n痛\n');
    await fails({ vocab: at('vocab.txt') }).toMatchObject({
      code: 'vocab-repeated',
      message: 'The token "痛" occurs twice: as number 6 and as number 8',
    });
    writeFileSync(at('empty.txt'), '');
    await expect(run(corpusCommand, 'build', [at('empty.txt')], { out: at('none') })).rejects.toMatchObject({
      code: 'corpus-empty',
    });
    await expect(
      run(corpusCommand, 'build', [at('text.txt')], { out: at('none'), dedupThreshold: '7' }),
    ).rejects.toMatchObject({ code: 'bad-option' });
    const nowhere = { train: 'all', dataDir: at('nowhere'), out: at('none') };
    await expect(run(corpusCommand, 'build', [at('text.txt')], nowhere)).rejects.toMatchObject({
      code: 'no-corpora',
    });
    await expect(run(corpusCommand, 'lexicon', [at('empty.txt')], { out: at('none') })).rejects.toMatchObject(
      { code: 'lexicon-empty' },
    );
    const mine = run(phrasesCommand, 'mine', [at('corpus')], {
      lexicon: at('症状.txt'),
      minCount: '10000',
      out: at('none'),
    });
    await expect(mine).rejects.toMatchObject({ code: 'too-few-seeds' });
  });
});
