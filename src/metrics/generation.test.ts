import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { corpusBleu, meanOf, namesF1, rougeL, rougeMean, rougeN, type Written } from './generation.ts';
import type { Metric } from './metric.ts';

interface Case {
  readonly items: readonly Written[];
  readonly rouge: readonly (readonly number[])[];
  readonly bleu: Readonly<Record<'1' | '4', number>>;
}

/** Written by `bench/peers/generation_fixtures.py`. */
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/generation.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const itself = (written: Written): Written => written;

function score(metric: Metric<Written>, items: readonly Written[]): number {
  const counts = new Float64Array(metric.width);
  for (const item of items) metric.count([item], counts, 0);
  return metric.value(counts);
}

describe('compared with sumeval and sacrebleu', () => {
  it('ROUGE of every text is the same', () => {
    for (const { items, rouge } of cases)
      for (const [i, item] of items.entries()) {
        const own = [rougeN(item, 1), rougeN(item, 2), rougeL(item)];
        for (const [k, value] of own.entries()) expect(value).toBeCloseTo(rouge[i][k], 12);
      }
  });

  it('BLEU of every corpus is the same', () => {
    for (const { items, bleu } of cases) {
      expect(score(corpusBleu(1, itself), items)).toBeCloseTo(bleu[1], 10);
      expect(score(corpusBleu(4, itself), items)).toBeCloseTo(bleu[4], 10);
    }
  });
});

it('means are over texts, and texts without a pair have no ROUGE-2', () => {
  const items = [
    { text: '头痛', references: ['头痛'] },
    { text: '咳', references: ['咳'] },
  ];
  expect(score(rougeMean(['ROUGE-1'], itself), items)).toBe(1);
  expect(score(rougeMean(['ROUGE-2'], itself), items)).toBe(0.5);
  expect(score(rougeMean(['ROUGE-1', 'ROUGE-2', 'ROUGE-L'], itself), items)).toBeCloseTo(
    (1 + 0.5 + 1) / 3,
    12,
  );
  expect(score(rougeMean(['ROUGE-1'], itself), [])).toBeNaN();
});

it('names are found letter by letter, in any reference', () => {
  // By hand: 头痛 is in both, 发热 only in the text, 胃镜 only in a reference.
  const items = [{ text: '头痛发热', references: ['头痛', '查胃镜'] }];
  const metric = namesF1(['头痛', '发热', '胃镜', '胃镜', ''], itself);
  expect(score(metric, items)).toBeCloseTo((2 * 1) / (2 + 2), 12);
  expect(score(namesF1([], itself), items)).toBeNaN();
  const mean = meanOf({ names: metric, 'BLEU-1': corpusBleu(1, itself) });
  expect(score(mean, items)).toBeCloseTo((0.5 + score(corpusBleu(1, itself), items)) / 2, 12);
});
