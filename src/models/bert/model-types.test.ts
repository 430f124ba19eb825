import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initFolder } from '../../encoders/folder/init.ts';
import { textVectors } from '../../encoders/inference/vectors.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import { devScore } from '../../scoring/dev-score.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { bert } from './kind.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-types-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const SYMPTOMS = ['头痛', '发热'];
const WORDS = ['患者', '今天', '昨日', '来院'];
const vocab = join(scratch, 'vocab.txt');
writeFileSync(
  vocab,
  ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...new Set([...SYMPTOMS, ...WORDS].join(''))].join('\n'),
);

const textOf = (i: number): string => `${WORDS[i % 4]}${WORDS[(i >> 1) % 4]}${SYMPTOMS[i % 2]}`;
const classified = Array.from(
  { length: 32 },
  (_, i): Example<'classification'> => ({
    id: String(i),
    input: { text: textOf(i) },
    gold: { label: SYMPTOMS[i % 2] },
  }),
);
const recognized = Array.from({ length: 32 }, (_, i): Example<'ner'> => {
  const text = textOf(i);
  const entities = [{ start: text.length - 2, end: text.length, type: `t${i % 2}` }];
  return { id: String(i), input: { text }, gold: { entities } };
});

const parameters: GivenParameters = {
  epochs: 8,
  learningRate: 5e-3,
  layerDecay: 0.9,
  batchSize: 8,
  maxLength: 16,
  copies: 0,
  threads: 1,
};

/** Without the room's registry: each is named in docs/models/bert.md. */
describe.each(['distilbert', 'electra', 'ernie', 'roformer'])('an encoder of type %s', (modelType) => {
  const init = join(scratch, modelType);
  beforeAll(async () => {
    await initFolder({
      vocab,
      seed: 1,
      out: init,
      layers: 1,
      hidden: 32,
      heads: 2,
      positions: 32,
      modelType,
    });
  });

  it('learns, is kept as a folder of its type and answers the same from it', async () => {
    const task = { ...findTask('cMedIC'), labels: [] };
    const score = devScore(task);
    const fitted = await fitOn(bert, task, classified, { parameters: { ...parameters, init } });
    const inputs = classified.map(({ input }) => input);
    const predictions = await predict<'classification'>(fitted, inputs);
    expect(score(classified, predictions)).toBe(1);
    const folder = join(scratch, `${modelType}-kept`);
    await fitted.save!(folder);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(config.model_type).toBe(modelType);
    expect(config.architectures[0]).toMatch(/^(?!Bert)\w+ForSequenceClassification$/);
    expect(await predict(await bert.load(folder, task), inputs)).toEqual(predictions);
  });

  it('gets lexicon features where it has token types', async () => {
    const task = { ...findTask('cEHRNER'), labels: [] };
    const given = { ...parameters, init };
    const fitted = await fitOn(bert, task, recognized, { parameters: given });
    const predictions = await predict<'ner'>(
      fitted,
      recognized.map(({ input }) => input),
    );
    expect(devScore(task)(recognized, predictions)).toBeGreaterThan(0.9);
    const { lexiconFeatures } = await bert.resolve(given, { task });
    expect(lexiconFeatures).toBe(modelType !== 'distilbert');
    const asked = fitOn(bert, task, recognized.slice(0, 2), {
      parameters: { ...given, epochs: 1, lexiconFeatures: true },
    });
    if (modelType !== 'distilbert') await asked;
    else await expect(asked).rejects.toThrow('a model of type distilbert has none');
  });

  it('gives vectors of texts', async () => {
    const [first, same, other] = await textVectors(init, ['患者头痛', '患者头痛', '今天发热'], {
      threads: 1,
    });
    expect(first).toHaveLength(32);
    expect(first).toEqual(same);
    expect(first).not.toEqual(other);
  });
});
