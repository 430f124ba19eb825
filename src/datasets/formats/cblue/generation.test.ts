import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findTask } from '../../../tasks/registry.ts';
import { openDataset } from '../../dataset.ts';
import { createReader } from './fixtures/written.ts';

/** Written by `bench/peers/cblue_archive.py`. */
const FIXTURES = join(import.meta.dirname, 'fixtures');
const directory = mkdtempSync(join(tmpdir(), 'generation-'));
afterAll(() => rmSync(directory, { recursive: true }));
const read = createReader(directory);

const split = async (id: string, name: 'dev' | 'test') =>
  (await openDataset({ task: findTask(id), dir: FIXTURES })).split(name);

it('IMCS-V2-MRG has the self-report before the dialogue, and two reports of six sections', async () => {
  const { examples } = await split('IMCS-V2-MRG', 'dev');
  const { input, gold } = examples[0];
  if (!('turns' in input && 'references' in gold)) throw new Error('no report');
  expect(input.turns.map(({ speaker }) => speaker)).toEqual(['患者', '患者', '医生', '患者']);
  expect(gold.references).toHaveLength(2);
  expect(gold.references[0].split('\n').map((line) => line.split('：')[0])).toEqual([
    ...['主诉', '现病史', '辅助检查', '既往史', '诊断', '建议'],
  ]);
  expect((await split('IMCS-V2-MRG', 'test')).hasGold).toBe(false);
  const wrong = read('IMCS-V2-MRG', { d: { self_report: '', dialogue: [], report: [{ 主诉: 3 }] } });
  await expect(wrong).rejects.toMatchObject({
    code: 'bad-field',
    place: { id: 'd', field: 'report[0].主诉' },
  });
  const first = await read('IMCS-V2-MRG', { d: { dialogue: [], report: ['主诉：咳嗽'] } });
  expect(first.items[0]).toMatchObject({ input: { turns: [] }, gold: { references: ['主诉：咳嗽'] } });
});

it('MedDG has an example for every reply of the doctor, with its entities, and histories in test', async () => {
  const { examples } = await split('MedDG', 'dev');
  expect(examples.slice(0, 3).map(({ id, group }) => [id, group])).toEqual([
    ['0/1', '0'],
    ['0/3', '0'],
    ['1/1', '1'],
  ]);
  expect(examples[1].input).toMatchObject({
    turns: [{ speaker: '患者' }, { speaker: '医生' }, { speaker: '患者' }],
  });
  expect(examples[1].gold).toEqual({
    references: [expect.stringContaining('先吃')],
    names: [expect.anything()],
  });
  const test = await split('MedDG', 'test');
  expect([test.hasGold, test.questions.length]).toEqual([false, 2]);
  expect(test.questions[0].input).toMatchObject({
    turns: [{ speaker: '患者', text: expect.stringContaining('：三天了') }],
  });
});

it('MedDG names the sentence that is wrong', async () => {
  const sentence = (id: string, Sentence: unknown, more = {}) => ({ id, Sentence, ...more });
  const wrong = (dialogue: unknown) =>
    read('MedDG', [[sentence('Patients', '痛'), sentence('Doctor', '哪里')], dialogue]);
  await expect(wrong([sentence('Patients', 3)])).rejects.toMatchObject({
    code: 'bad-field',
    place: { id: '1', field: '[0].Sentence' },
  });
  await expect(
    wrong([sentence('Patients', '痛'), sentence('Doctor', '哪里', { Test: '血' })]),
  ).rejects.toMatchObject({
    place: { field: '[1].Test' },
  });
  const answered = await read('MedDG', [{ id: 5, history: ['患者：痛'], output: '哪里' }]);
  expect(answered.items).toEqual([
    { id: '5', input: { turns: [{ speaker: '患者', text: '痛' }] }, gold: { references: ['哪里'] } },
  ]);
  await expect(read('MedDG', [{ id: 5, history: '患者：痛', output: '' }])).rejects.toMatchObject({
    place: { field: 'history' },
  });
});
