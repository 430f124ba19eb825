import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type GivenParameters, kebab } from '../../ground/parameters.ts';
import { devScore } from '../../scoring/dev-score.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { hardNegatives } from './biencoder.ts';
import { bert } from './kind.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-biencoder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

it('takes as hard negatives documents that BM25 finds and that are not graded for the query in any list', async () => {
  const graded = [
    { query: '感冒怎么办', documents: [{ text: '感冒怎么办好', grade: 2 }] },
    { query: '感冒怎么办', documents: [{ text: '感冒了怎么办', grade: 0 }] },
    { query: '咳嗽怎么办', documents: [{ text: '咳嗽怎么办好', grade: 1 }] },
    { query: '皮疹', documents: [{ text: '感冒怎么办', grade: 1 }] },
  ];
  expect(await hardNegatives(graded, 2)).toEqual([
    ['咳嗽怎么办好'],
    ['咳嗽怎么办好'],
    ['感冒怎么办', '感冒怎么办好'],
    [],
  ]);
  expect(await hardNegatives(graded, 0)).toEqual([]);
});

const task = findTask('cMedQQ');
const WORDS = ['糖尿病', '高血压', '胃炎', '失眠', '咳嗽', '头痛', '皮疹', '腹泻'];
const pairs: Example<'similarity'>[] = WORDS.flatMap((word, i) =>
  [word, WORDS[(i + 3) % WORDS.length]].map((other, k) => ({
    id: `${i} ${k}`,
    input: { textA: `${word}怎么办`, textB: `如何治疗${other}` },
    gold: { label: String(1 - k) },
  })),
);
const SMALL: GivenParameters = {
  ...{ layers: 1, hidden: 32, heads: 2, batchSize: 16, threads: 1, maxLength: 16 },
  ...{ learningRate: 5e-3, epochs: 20, dropout: 0, objective: 'cosent' },
};
const learn = (parameters: GivenParameters) =>
  fitOn<'similarity'>(bert, task, pairs, { dev: pairs, score: devScore(task), parameters });

it('pulls pairs together that share words, and keeps threshold and pooling in a folder', async () => {
  const fitted = await learn(SMALL);
  const inputs = pairs.map(({ input }) => input);
  const predictions = await predict<'similarity'>(fitted, inputs);
  expect(devScore(task)(pairs, predictions)).toBe(1);
  const folder = join(scratch, 'kept');
  await fitted.save?.(folder);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  expect(read('1_Pooling/config.json').pooling_mode_mean_tokens).toBe(true);
  expect(read('modules.json')).toHaveLength(3);
  const { learnt, files } = read('chineseblue.json');
  expect(learnt).toMatchObject({ labels: ['0', '1'], positive: '1' });
  expect(typeof learnt.threshold).toBe('number');
  expect(files).toHaveProperty(['modules.json']);
  expect(existsSync(join(folder, 'onnx', 'model.onnx'))).toBe(true);
  expect(await predict(await bert.load(folder, task), inputs)).toEqual(predictions);
  expect(await predict(await learn(SMALL), inputs)).toEqual(predictions);
});

it('accepts its parameters only for rankings and similarity, and only with an objective', async () => {
  const resolve = (name: string, given: GivenParameters) => bert.resolve(given, { task: findTask(name) });
  await expect(resolve('cMedIC', { objective: 'cosent' })).rejects.toMatchObject({
    code: 'bad-parameter',
    place: { field: 'objective' },
  });
  const refused: GivenParameters[] = [
    { negatives: 3 },
    { negatives: 3, objective: 'cosent' },
    { rankingLoss: 'pairwise', objective: 'cosent' },
  ];
  for (const given of refused)
    await expect(resolve('cMedIR', given)).rejects.toMatchObject({
      code: 'bad-parameter',
      place: { field: kebab(Object.keys(given)[0]) },
    });
  expect(await resolve('cMedIR', { objective: 'contrastive' })).toMatchObject({ batchSize: 64 });
  expect(await resolve('cMedIR', {})).not.toHaveProperty('objective');
});

it('refuses a threshold between more than two labels', async () => {
  const three = pairs.map((pair, i) => ({ ...pair, gold: { label: String(i % 3) } }));
  const fitting = fitOn<'similarity'>(bert, task, three, { dev: three, parameters: { ...SMALL, epochs: 1 } });
  await expect(fitting).rejects.toMatchObject({ code: 'not-two-labels' });
});
