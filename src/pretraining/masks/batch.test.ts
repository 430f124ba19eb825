import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { type BatchOptions, createBatches } from './batch.ts';
import { mostMasked } from './masking.ts';
import { planEpoch } from './plan.ts';
import { loadPretrainingText, type PretrainingText } from './text.ts';
import { createMarker } from './units.ts';

const letters = Array.from({ length: 600 }, (_, i) => String.fromCharCode(0x4e00 + i));
const vocabulary = createVocabulary(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...letters]);
const tokenizer = createTokenizer(vocabulary);
const OPTIONS: BatchOptions = { maxLength: 32, nextSentence: true, seed: 3, batchSize: 4 };

/** Documents in which every sentence repeats one distinct character. */
function documents(count: number, sentences: (document: number) => number): string[][] {
  let next = 0;
  return Array.from({ length: count }, (_, document) =>
    Array.from({ length: sentences(document) }, () =>
      letters[next++ % letters.length].repeat(3 + (next % 9)),
    ),
  );
}
const load = async (texts: string[][], heldOut = 0) =>
  loadPretrainingText(texts, {
    tokenizer,
    mark: createMarker({ entities: [letters[5].repeat(3)] }),
    heldOut,
    seed: 0,
  });
const many = async (): Promise<PretrainingText> => (await load(documents(60, (i) => 1 + (i % 9)))).train;

describe('text to pretrain on', () => {
  it('keeps documents and sentences apart', async () => {
    const { train, heldOut } = await load([[letters[0].repeat(2), letters[1]], [], [letters[2]]]);
    expect([...train.tokens]).toEqual([5, 5, 6, 7]);
    expect([...train.sentenceStarts]).toEqual([0, 2, 3, 4]);
    expect([...train.documentStarts]).toEqual([0, 2, 3]);
    expect(heldOut.tokens).toHaveLength(0);
  });

  it('holds out whole documents, the same each time', async () => {
    const texts = documents(200, () => 2);
    const [first, second] = [await load(texts, 0.2), await load(texts, 0.2)];
    expect(first).toEqual(second);
    const kept = first.heldOut.documentStarts.length - 1;
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(60);
    expect(kept + first.train.documentStarts.length - 1).toBe(200);
  });

  it('must not be empty', async () => {
    await expect(load([])).rejects.toMatchObject({ code: 'corpus-empty' });
    await expect(load([[''], [' ']])).rejects.toMatchObject({ code: 'corpus-empty' });
  });
});

describe('a plan', () => {
  it('has half of the pairs with the next sentence and half with another', async () => {
    const text = await many();
    const documentOf = (token: number): number => {
      const sentence = text.sentenceStarts.findLastIndex((start) => start <= token);
      return text.documentStarts.findLastIndex((start) => start <= sentence);
    };
    const counts = [0, 0];
    for (let epoch = 0; epoch < 5; epoch++) {
      for (const { pieces, next } of planEpoch(text, epoch, OPTIONS)) {
        const length = 1 + pieces.reduce((sum, { from, to }) => sum + to - from + 1, 0);
        expect(length).toBeLessThanOrEqual(32);
        expect(pieces.every(({ from, to }) => to > from)).toBe(true);
        if (next < 0) continue;
        counts[next]++;
        expect(pieces).toHaveLength(2);
        const [a, b] = pieces.map(({ from }) => documentOf(from));
        expect(a === b).toBe(next === 0);
        if (next === 0) expect(pieces[1].from).toBeGreaterThanOrEqual(pieces[0].to);
      }
    }
    expect(Math.abs(counts[0] - counts[1])).toBeLessThan(0.25 * (counts[0] + counts[1]));
  });

  it('reads every token of every document, packing single sentences without sentence pairs', async () => {
    const text = await many();
    for (const nextSentence of [true, false]) {
      const long = { ...OPTIONS, maxLength: 512, nextSentence };
      const seen = new Set<number>();
      const plan = planEpoch(text, 0, long);
      for (const { pieces, next } of plan) {
        for (const { from, to } of next === 1 ? pieces.slice(0, 1) : pieces) {
          for (let token = from; token < to; token++) seen.add(token);
        }
      }
      expect(seen.size).toBe(text.tokens.length);
      expect(plan.some(({ next }) => next >= 0)).toBe(nextSentence);
    }
  });

  it('differs by epoch and seed, and not otherwise', async () => {
    const text = await many();
    expect(planEpoch(text, 4, OPTIONS)).toEqual(planEpoch(text, 4, OPTIONS));
    expect(planEpoch(text, 5, OPTIONS)).not.toEqual(planEpoch(text, 4, OPTIONS));
    expect(planEpoch(text, 4, { ...OPTIONS, seed: 9 })).not.toEqual(planEpoch(text, 4, OPTIONS));
  });

  it('takes a single document, and sentences longer than a sequence', async () => {
    const { train } = await load([[letters[0].repeat(100), letters[1]]]);
    for (const { pieces, next } of planEpoch(train, 0, OPTIONS)) {
      expect(next).toBe(-1);
      expect(1 + pieces.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBeLessThanOrEqual(32);
    }
    const two = await load([
      [letters[0].repeat(100), letters[1]],
      [letters[2], letters[3].repeat(90)],
    ]);
    expect(planEpoch(two.train, 0, OPTIONS).length).toBeGreaterThan(1);
    expect(() => planEpoch(train, 0, { ...OPTIONS, maxLength: 4 })).toThrow(
      expect.objectContaining({ code: 'max-length' }),
    );
  });
});

describe('batches', () => {
  it('depend only on their step, whatever was requested before', async () => {
    const text = await many();
    const { batch, stepsPerEpoch } = createBatches(text, vocabulary, OPTIONS);
    const forward = Array.from({ length: 2 * stepsPerEpoch + 1 }, (_, step) => batch(step));
    const alone = createBatches(text, vocabulary, OPTIONS);
    for (const step of [2 * stepsPerEpoch, 0, stepsPerEpoch + 1])
      expect(alone.batch(step)).toEqual(forward[step]);
    expect(forward[0].ids).not.toEqual(forward[stepsPerEpoch].ids);
  });

  it('contain the positions, the original tokens, and their units', async () => {
    const text = await many();
    const { batch, sequence, stepsPerEpoch } = createBatches(text, vocabulary, OPTIONS);
    let entities = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const { ids, segments, attention, maskedCount, ...masked } = batch(step);
      expect(masked.maskedPositions).toHaveLength(4 * mostMasked(32));
      for (let i = 0; i < maskedCount; i++) {
        const position = masked.maskedPositions[i];
        expect(attention[position]).toBe(1);
        expect(masked.maskedWeights[i]).toBe(1);
        if (masked.maskedKinds[i] === 1) {
          entities++;
          expect(vocabulary.tokens[masked.maskedLabels[i]]).toBe(letters[5]);
        }
        ids[position] = masked.maskedLabels[i];
      }
      expect(masked.maskedWeights.slice(maskedCount).every((weight) => weight === 0)).toBe(true);
      for (let row = 0; row < 4; row++) {
        const own = sequence(0, step * 4 + row);
        const start = row * 32;
        expect(ids[start]).toBe(vocabulary.ids.cls);
        expect(ids[start + own.ids.length - 1]).toBe(vocabulary.ids.sep);
        expect(ids.slice(start + own.ids.length, start + 32).every((id) => id === 0)).toBe(true);
        expect(attention.slice(start, start + 32).reduce((a, b) => a + b)).toBe(own.ids.length);
        expect(Math.max(...segments.slice(start, start + 32))).toBe(own.next < 0 ? 0 : 1);
        // Unmasked, every stretch between separators is a stretch of the text.
        expect(ids.slice(start, start + own.ids.length)).not.toContain(vocabulary.ids.mask);
      }
    }
    expect(entities).toBeGreaterThan(0);
  });

  it('predict no more than their limit, even where a sequence is one long unit', async () => {
    const whole = letters[7].repeat(20);
    const { train } = await loadPretrainingText([[whole]], {
      ...{ tokenizer, mark: createMarker({ entities: [whole] }), heldOut: 0, seed: 0 },
    });
    const { batch, sequence } = createBatches(train, vocabulary, { ...OPTIONS, batchSize: 1 });
    expect(sequence(0, 0).masked).toHaveLength(20);
    const { maskedCount, maskedPositions, maskedLabels } = batch(0);
    expect([maskedCount, maskedPositions.length]).toEqual([mostMasked(32), mostMasked(32)]);
    expect([...maskedLabels].map((id) => vocabulary.tokens[id])).toEqual([...letters[7].repeat(maskedCount)]);
  });

  it('require a corpus that fills one', async () => {
    const { train } = await load([[letters[0], letters[1]]]);
    expect(() => createBatches(train, vocabulary, OPTIONS)).toThrow(
      expect.objectContaining({ code: 'corpus-too-small' }),
    );
  });
});
