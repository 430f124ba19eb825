import { describe, expect, it } from 'vitest';
import { formatRef } from '../datasets/item-ref.ts';
import type { Split } from '../datasets/split.ts';
import { createTokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../encoders/tokenizers/vocabulary.ts';
import { bestConstant, chanceScore } from '../scoring/floors.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Example } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import { powerOf } from './power.ts';
import { fittedOnText, measureSignal } from './signal.ts';
import { createLonelyLabels, createOddities, type Finder } from './text-oddities.ts';
import { createTruncationLedger, visibleEnd } from './truncation.ts';

const split = (name: Split['name'], examples: Example[]) => ({ name, examples });
const text = (id: number, value: string, label: string): Example => ({
  id: String(id),
  input: { text: value },
  gold: { label },
});
const intent = findTask('cMedIC');

describe('truncation', () => {
  const tokenizer = createTokenizer(
    createVocabulary(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '痛', 'ab', '##c']),
  );

  const rowsOf = (task: string, example: Example) => {
    const ledger = createTruncationLedger(findTask(task), tokenizer);
    ledger.take(example, 'test');
    return ledger.rows();
  };

  it('keeps as many WordPieces as the model has room for', () => {
    const seen = (value: string, length: number) => visibleEnd(value, tokenizer.tokenize(value).ends, length);
    expect(seen('痛痛痛痛', 3)).toBe(3);
    expect(seen('痛痛痛', 3)).toBe(3);
    expect(seen('痛 abc痛', 2)).toBe(4);
  });

  it('counts the gold that no model of that length can find, and what an oracle then reaches', () => {
    const document: Example = {
      id: '0',
      input: { text: '痛'.repeat(200) },
      gold: { entities: [125, 126, 127].map((end) => ({ start: end - 2, end, type: 'symptom' })) },
    };
    const [at126, at254] = rowsOf('cMedQANER', document);
    expect(at126).toEqual({
      split: 'test',
      length: 126,
      examples: 1,
      cut: 1,
      characters: 200,
      charactersUnseen: 74,
      gold: 3,
      goldUnseen: 1,
      oracleF1: 0.8,
    });
    expect(at254).toMatchObject({ cut: 0, charactersUnseen: 0, goldUnseen: 0, oracleF1: 1 });
  });

  it('truncates the longer text of a pair first, with one WordPiece fewer', () => {
    const pair: Example = {
      id: '0',
      input: { textA: '痛'.repeat(20), textB: '痛'.repeat(120) },
      gold: { label: '1' },
    };
    expect(rowsOf('cMedQQ', pair)[0]).toMatchObject({
      cut: 1,
      charactersUnseen: 15,
    });
  });
});

describe('chance and constants', () => {
  const examples = Array.from({ length: 400 }, (_, i) => text(i, `${i}`, i % 4 === 0 ? '2' : '1'));
  const accuracy = findConvention('classification/accuracy@1');

  it('is right as often as two random labels coincide', () => {
    expect(chanceScore(intent, examples, accuracy)).toBeCloseTo(0.75 ** 2 + 0.25 ** 2, 1);
  });

  it('finds the best constant answer under the metric, not the commonest label', () => {
    expect(bestConstant(intent, examples, accuracy)?.score).toBe(0.75);
    expect(bestConstant(findTask('cMedQANER'), [], accuracy)).toBeUndefined();
  });

  it('has no chance level for entities, and one half for rankings', () => {
    expect(
      chanceScore(findTask('cMedQANER'), [], findConvention('ner/strict/micro/full-text/json@1')),
    ).toBeNaN();
    const ranking: Example = {
      id: '0',
      input: { query: 'q', documents: [{ title: 'a' }, { title: 'b' }] },
      gold: { relevance: [0, 2] },
    };
    expect(chanceScore(findTask('cMedIR'), [ranking], findConvention('ranking/pair-accuracy@1'))).toBe(0.5);
  });
});

describe('measureSignal', () => {
  const words = ['发热', '咳嗽', '头痛', '乏力'];
  const labelled = (labelOf: (i: number) => string) =>
    split(
      'test',
      Array.from({ length: 240 }, (_, i) =>
        text(i, `${words[i % 4]}${words[(i >> 2) % 4]}第${i}例`, labelOf(i)),
      ),
    );

  it('flags labels that do not follow from the text, and not those that do', async () => {
    const random = await measureSignal(
      intent,
      labelled((i) => String(((i * 2654435761) >>> 16) % 2)),
      ['classification/accuracy@1'],
    );
    expect(random.rows[0]).toMatchObject({ split: 'test', witness: 'linear', weak: true });
    const clear = await measureSignal(
      intent,
      labelled((i) => (i % 4 < 2 ? '1' : '2')),
      ['classification/accuracy@1'],
    );
    expect(clear.rows[0].weak).toBe(false);
    expect(clear.rows[0].witnessScore).toBeGreaterThan(0.95);
    expect(clear.rows[0].constant).toBe(0.5);
    expect(clear.rows[0].fittedOn).toEqual({ from: 'folds', folds: 4 });
  });

  it('measures the gain of a loss as its decrease', async () => {
    const task = {
      ...findTask('multilabel'),
      labels: ['1', '2', '3'].map((id) => ({ id, meaning: { en: id, zh: id } })),
    };
    const examples = words.flatMap((word, w) =>
      Array.from(
        { length: 60 },
        (_, i): Example => ({
          id: `${w} ${i}`,
          input: { text: `${word}第${i}例` },
          gold: { labels: w === 0 ? ['2'] : ['1'] },
        }),
      ),
    );
    const { rows } = await measureSignal(task, split('test', examples), ['multilabel/hamming-loss@1']);
    // Two labels of three are wrong where the constant is: it is so in a quarter of the examples, not in three.
    expect(rows[0].constant).toBeCloseTo(2 / 3 / 4, 10);
    expect(rows[0].witnessScore).toBeLessThan(0.02);
    expect(rows[0].gain[0]).toBeGreaterThan(0.1);
    expect(rows[0].weak).toBe(false);
  });

  it('divides few units into fewer folds, and skips a single one', async () => {
    const all = labelled((i) => (i % 2 === 0 ? '1' : '2')).examples;
    const rows = async (count: number) =>
      (await measureSignal(intent, split('test', all.slice(0, count)), ['classification/accuracy@1'])).rows;
    expect((await rows(3))[0]).toMatchObject({ examples: 3, fittedOn: { from: 'folds', folds: 3 } });
    expect(await rows(1)).toEqual([]);
  });

  it('trains on train where there is one, so that a small split does not look like weak labels', async () => {
    const all = labelled((i) => (i % 4 < 2 ? '1' : '2')).examples;
    const few = split('test', all.slice(0, 12));
    const rows = async (train: readonly Example[]) =>
      (await measureSignal(intent, few, ['classification/accuracy@1'], { train, dev: [] })).rows[0];
    const [alone, fitted] = [await rows([]), await rows(all.slice(12))];
    expect(fitted.fittedOn).toEqual({ from: 'train', examples: 228 });
    expect(fitted.witnessScore).toBe(1);
    expect(fitted.witnessScore).toBeGreaterThan(alone.witnessScore);
    expect(fittedOnText(fitted).en).toBe('train (228)');
    expect(fittedOnText(alone).zh).toBe('test 的 4 折交叉验证');
  });
});

/** What is found when the examples of all splits come one by one. */
function findingsOf(finder: Finder, splits: ReturnType<typeof split>[]) {
  const refs = splits.flatMap(({ name, examples }) => examples.map(({ id }) => ({ split: name, id })));
  let number = 0;
  for (const { name, examples } of splits)
    for (const example of examples) finder.take(example, name, number++);
  return finder.findings((i) => refs[i]);
}

describe('oddities', () => {
  it('names each by its code and leaves ordinary text alone', () => {
    const texts = [
      '年龄&gt;18岁',
      '见[UNK]',
      '<br/>换行',
      '\u200b零宽',
      '锟斤拷',
      ' 前空格',
      '体温 38 ℃，AB 型 & C',
      '主诉：头痛\n现病史：三天\r\n无发热',
    ];
    const found = findingsOf(createOddities(intent), [
      split(
        'dev',
        texts.map((value, i) => text(i, value, '1')),
      ),
    ]);
    expect(Object.fromEntries(found.map(({ code, items }) => [code, items.map(formatRef)]))).toEqual({
      'html-entity': ['dev:0'],
      'special-token': ['dev:1'],
      markup: ['dev:2'],
      'control-character': ['dev:3'],
      mojibake: ['dev:4'],
      'edge-space': ['dev:5'],
    });
  });

  it('finds labels that occur in only one split', () => {
    const found = findingsOf(createLonelyLabels(intent), [
      split('train', [text(0, '甲', '0'), text(1, '乙', '1')]),
      split('test', [text(0, '丙', '1')]),
    ]);
    expect(found.map(({ message, items }) => [message.en, items.map(formatRef)])).toEqual([
      ['the label "0" occurs in train only', ['train:0']],
    ]);
  });
});

describe('powerOf', () => {
  it('refers to the whole split, even where a sample of it was answered', () => {
    const task = findTask('cMedIC');
    const examples = Array.from({ length: 40 }, (_, i) => ({
      id: String(i),
      input: { text: `t${i}` },
      gold: { label: '1' },
    }));
    const predictions = examples.map((_, i) => ({ label: i % 4 === 0 ? '0' : '1' }));
    const detectable = (units: number) =>
      powerOf(task, 'test', { examples, predictions }, ['classification/accuracy@1'], units)[0];
    // Accuracy 3/4 of 40: variance 40/39 · 3/16; (1.96 + 0.84) · √(2 · variance / units).
    const variance = (40 / 39) * (3 / 16);
    expect(detectable(40).independent).toBeCloseTo(2.80158 * Math.sqrt((2 * variance) / 40), 4);
    expect(detectable(160).independent).toBeCloseTo(detectable(40).independent / 2, 12);
    expect(detectable(160).units).toBe(160);
  });

  it('is silent where every answer is right: no spread says nothing of other systems', () => {
    const examples = [{ id: '0', input: { text: 't' }, gold: { label: '1' } }];
    const answered = { examples, predictions: [{ label: '1' }] };
    expect(powerOf(findTask('cMedIC'), 'test', answered, ['classification/accuracy@1'], 1)).toEqual([]);
  });
});
