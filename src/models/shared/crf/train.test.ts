import { beforeAll, describe, expect, it } from 'vitest';
import type { Text } from '../../../ground/language.ts';
import { createRandom } from '../../../ground/random.ts';
import { observe, weightCount } from './likelihood.ts';
import { createEvaluator } from './parallel.ts';
import { createTagger } from './tagger.ts';
import { TEMPLATE_GROUPS } from './templates.ts';
import { optimize, type Prepared, prepare, type TaggedText, trainCrf } from './train.ts';

const DISEASES = ['肺癌', '高血压', '糖尿病', '胃溃疡'];
const DRUGS = ['阿司匹林', '顺铂', '胰岛素'];

/** Sentences with a disease and a drug each, `count` of them. */
function sentences(count: number, seed = 1): TaggedText[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const disease = DISEASES[random.below(DISEASES.length)];
    const drug = DRUGS[random.below(DRUGS.length)];
    const text = `患者因${disease}入院，给予${drug}治疗。`;
    const at = text.indexOf(drug);
    return {
      text,
      entities: [
        { start: 3, end: 3 + disease.length, type: '疾病' },
        { start: at, end: at + drug.length, type: '药物' },
      ],
    };
  });
}

const OPTIONS = { groups: ['char', 'ngram'] as const, cutoff: 1, c1: 0, c2: 0.1, iterations: 50, threads: 1 };

describe('the gradient', () => {
  let prepared: Prepared;
  beforeAll(async () => {
    prepared = await prepare(sentences(4), OPTIONS);
  });

  it('agrees with finite differences', async () => {
    const { dataset } = await prepare(sentences(4), { ...OPTIONS, groups: TEMPLATE_GROUPS });
    const size = weightCount(dataset);
    const random = createRandom(3);
    const weights = Float64Array.from({ length: size }, () => random.next() - 0.5);
    const observed = observe(dataset);
    const evaluator = createEvaluator(dataset, 1);
    const gradient = new Float64Array(size);
    const ignored = new Float64Array(size);
    await evaluator.evaluate(weights, gradient);
    const h = 1e-5;
    for (let i = 0; i < size; i += i < 25 ? 1 : 7) {
      const up = await evaluator.evaluate(weights.with(i, weights[i] + h), ignored);
      const down = await evaluator.evaluate(weights.with(i, weights[i] - h), ignored);
      expect(gradient[i] - observed[i]).toBeCloseTo((up - down) / (2 * h), 5);
    }
  });

  it('is the same to the bit on one thread and on several', async () => {
    const { dataset } = prepared;
    const size = weightCount(dataset);
    const random = createRandom(5);
    const found = [];
    const points = Array.from({ length: 5 }, () =>
      Float64Array.from({ length: size }, () => random.next() - 0.5),
    );
    for (const threads of [1, 3]) {
      const evaluator = createEvaluator(dataset, threads);
      const rounds = [];
      for (const point of points) {
        const gradient = new Float64Array(size);
        rounds.push({ loss: await evaluator.evaluate(point, gradient), gradient });
      }
      await evaluator.close();
      found.push(rounds);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('lowers the objective at every iteration', async () => {
    const values: number[] = [];
    await optimize(prepared.dataset, OPTIONS, (_, value) => values.push(value));
    expect(values.length).toBeGreaterThan(3);
    values.slice(1).forEach((value, i) => {
      expect(value).toBeLessThanOrEqual(values[i]);
    });
  });
});

describe('a trained tagger', () => {
  const spans = (entities: readonly { start: number; end: number; type: string }[], text: string): string[] =>
    entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`);

  it('finds the mentions of texts like those it was trained on', async () => {
    const model = await trainCrf(sentences(40), {
      ...OPTIONS,
      groups: ['char', 'ngram', 'class', 'word', 'lexicon'],
    });
    const tagger = createTagger(model);
    const text = '患者因肺癌入院，给予顺铂治疗。';
    expect(spans(tagger.tag(text), text)).toEqual(['肺癌/疾病', '顺铂/药物']);
    expect(
      tagger
        .topFeatures('B_疾病', 3)
        .map(({ feature }) => feature.en)
        .join(),
    ).toContain('char[-1]');
  });

  it('finds unseen words by their context', async () => {
    const tagger = createTagger(await trainCrf(sentences(40), OPTIONS));
    const text = '患者因麻疹入院，给予青霉素治疗。';
    expect(spans(tagger.tag(text), text)).toEqual(['麻疹/疾病', '青霉素/药物']);
  });

  it('is the same for the same texts', async () => {
    const [a, b] = [
      await trainCrf(sentences(10), OPTIONS),
      await trainCrf(sentences(10), { ...OPTIONS, threads: 2 }),
    ];
    expect(b.weights).toEqual(a.weights);
    expect(b.transitions).toEqual(a.transitions);
  });

  it('gives readings whose probabilities sum up, and confidences that agree with them', async () => {
    const model = await trainCrf(sentences(10), { ...OPTIONS, c2: 5 });
    const tagger = createTagger(model);
    const text = '因肺癌';
    const readings = tagger.best(text, 5 ** 3);
    const sum = readings.reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeCloseTo(1, 6);
    expect(readings[0].entities).toEqual(tagger.tag(text));
    for (const entity of [
      { start: 1, end: 3, type: '疾病' },
      { start: 1, end: 2, type: '疾病' },
      { start: 0, end: 3, type: '药物' },
      { start: 2, end: 3, type: '药物' },
    ]) {
      const right = readings
        .filter(({ entities }) => entities.some((e) => JSON.stringify(e) === JSON.stringify(entity)))
        .reduce((total, { probability }) => total + probability, 0);
      expect(tagger.confidences(text, [entity])[0]).toBeCloseTo(right, 6);
    }
    expect(tagger.confidences(text, [{ start: 0, end: 1, type: '检查' }])).toEqual([0]);
  });

  it('keeps fewer weights under L1', async () => {
    const plain = await trainCrf(sentences(20), OPTIONS);
    const sparse = await trainCrf(sentences(20), { ...OPTIONS, c1: 0.5, c2: 0 });
    expect(sparse.weights.length).toBeLessThan(plain.weights.length / 2);
    const text = '患者因肺癌入院，给予顺铂治疗。';
    expect(spans(createTagger(sparse).tag(text), text)).toEqual(['肺癌/疾病', '顺铂/药物']);
  });

  it('refuses more types than tag numbers allow, and accepts the maximum', async () => {
    const texts = (types: number): TaggedText[] =>
      Array.from({ length: types }, (_, i) => ({
        text: `${String.fromCharCode(0x4e00 + i)}药`,
        entities: [{ start: 0, end: 2, type: `t${i}` }],
      }));
    await expect(trainCrf(texts(128), OPTIONS)).rejects.toMatchObject({ code: 'too-many-types' });
    const tagger = createTagger(await trainCrf(texts(127), { ...OPTIONS, iterations: 15 }));
    expect(tagger.tag('一药')).toEqual([{ start: 0, end: 2, type: 't0' }]);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const onProgress = (_: number, note?: Text): void => {
      if (note?.en === 'weights') controller.abort(new Error('enough'));
    };
    await expect(
      trainCrf(sentences(10), { ...OPTIONS, onProgress, signal: controller.signal }),
    ).rejects.toThrow('enough');
  });
});
