import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { parseVocabulary, readVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import type { SplitName } from '../../tasks/task.ts';
import { reproduce } from './side-by-side.ts';

const SHARED = join(import.meta.dirname, '../../../../shared/chineseblue');

async function goldOf(name: string, split: SplitName, dataDir: string) {
  const task = findTask(name);
  const { examples, files, synthetic } = await (await openDataset({ task, dir: dataDir })).split(split);
  return {
    corpus: { task, split, dataDir, examples, files, synthetic },
    gold: examples.map(({ gold }) => gold),
  };
}

describe('reproduce', () => {
  it('shows both rules, the paper and invented answers side by side', async () => {
    const { corpus, gold } = await goldOf('cMedQA', 'dev', samplesDir());
    const result = await reproduce(corpus, gold as never);
    const n = corpus.examples.length;
    const negatives = (corpus.examples as readonly Example<'similarity'>[])
      .slice(1)
      .filter(({ gold: { label } }) => label === '0').length;
    expect(result).toMatchObject({
      coverage: { asked: n, answered: n, missing: 0 },
      ours: { convention: 'similarity/positive-f1@1', value: 1 },
      asPublished: { value: 1, scope: { en: `${n - 1} of ${n} examples` } },
      paper: [
        { model: 'BERT-base', value: 0.81 },
        { model: 'MC-BERT', value: 0.823 },
      ],
      comparable: false,
    });
    const constant = result.references.find(({ answer }) => answer.en.includes('always "0"'));
    expect(constant?.ours).toBe(0);
    expect(constant?.asPublished).toBeCloseTo(negatives / (n - 1), 12);
  });

  it('counts missing answers as wrong under both rules', async () => {
    const { corpus, gold } = await goldOf('cMedIC', 'dev', samplesDir());
    const half = gold.map((answer, i) => (i % 2 === 0 ? answer : undefined));
    const { coverage, ours, asPublished } = await reproduce(corpus, half as never);
    const right = Math.ceil(gold.length / 2) / gold.length;
    expect(coverage.missing).toBe(Math.floor(gold.length / 2));
    expect(ours.value).toBeCloseTo(right, 12);
    expect(asPublished.value).toBeCloseTo(right, 12);
  });

  it('reads the BIO files of the samples', async () => {
    const { corpus, gold } = await goldOf('cEHRNER', 'test', samplesDir());
    const characters = new Set(corpus.examples.flatMap(({ input }) => [...(input as { text: string }).text]));
    const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...characters];
    const tokenizer = createTokenizer(parseVocabulary(`${words.join('\n')}\n`));
    const { references, asPublished } = await reproduce({ ...corpus, tokenizer }, gold as never);
    expect(references.map(({ answer }) => answer.en)).toHaveLength(3);
    expect(asPublished.value).toBeGreaterThan(0.5);
    expect(references[0]).toMatchObject({ ours: 1, asPublished: asPublished.value });
  });
});

describe.skipIf(!existsSync(SHARED))('reproduce on the corpora (skipped: ../shared is absent)', () => {
  const dataDir = join(SHARED, 'data');

  it('finds what an oracle of 126 WordPieces reaches in cEHRNER', async () => {
    const { corpus, gold } = await goldOf('cEHRNER', 'test', dataDir);
    const vocabulary = await readVocabulary(join(SHARED, 'vocab.txt'));
    const tokenizer = createTokenizer(vocabulary, { specialTokensInText: 'as-text' });
    const { references, asPublished, comparable } = await reproduce({ ...corpus, tokenizer }, gold as never);
    expect(comparable).toBe(true);
    expect(asPublished.value).toBe(1);
    expect(asPublished.scope.en).toBe('5166 WordPieces of 16722 characters in 41 documents');
    const [oracle, seeing, nothing] = references;
    expect(oracle).toMatchObject({ ours: 1, asPublished: 1 });
    expect(seeing.ours).toBeCloseTo(0.518, 3);
    expect(seeing.asPublished).toBe(1);
    expect(nothing.asPublished).toBeCloseTo(0.062, 3);
  });

  it('finds that one constant answer beats the published BERT-base on cMedQA', async () => {
    const { corpus, gold } = await goldOf('cMedQA', 'dev', dataDir);
    const { references, paper } = await reproduce(corpus, gold as never);
    const best = Math.max(...references.slice(1).map(({ asPublished }) => asPublished));
    expect(best).toBeCloseTo(0.82, 3);
    expect(best).toBeGreaterThan(paper[0].value);
  });
});
