import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getCblue } from '../../datasets/cblue/get.ts';
import { openSources } from '../../datasets/cblue/sources.ts';
import { openDataset } from '../../datasets/dataset.ts';
import { cblueTasks } from '../../tasks/cblue/tasks.ts';
import type { Prediction } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { checkSubmission } from './check.ts';
import { submissionFile, writeSubmission } from './pack.ts';
import { shapeOf } from './registry.ts';

/** Written by `bench/peers/cblue_archive.py`. */
const ARCHIVE = join(import.meta.dirname, '../../datasets/formats/cblue/fixtures');
const root = mkdtempSync(join(tmpdir(), 'pack-'));
const dir = join(root, 'data');
beforeAll(() => getCblue({ tasks: cblueTasks, dataDir: dir, from: ARCHIVE, force: false }));
afterAll(() => rmSync(root, { recursive: true }));

async function fileOf(id: string, ...predictions: readonly (Prediction | undefined)[]) {
  const task = findTask(id);
  const { questions } = await (await openDataset({ task, dir })).split('test');
  return submissionFile({ task, dir, questions, predictions: questions.map((_, i) => predictions[i]) });
}

it('writes offsets in code points with the last character as end, terms joined, objects under @value', async () => {
  const task = findTask('CMeEE');
  const questions = [{ id: '0', input: { text: '咬𬌗面痛' } }];
  const entities = [{ start: 1, end: 4, type: 'bod' }];
  const cmeee = await submissionFile({ task, dir, questions, predictions: [{ entities }] });
  expect([cmeee.name, JSON.parse(cmeee.content)]).toEqual([
    'CMeEE_test.json',
    [{ text: '咬𬌗面痛', entities: [{ start_idx: 1, end_idx: 2, type: 'bod', entity: '𬌗面' }] }],
  ]);
  const cdn = await fileOf('CHIP-CDN', { terms: ['甲', '乙'] });
  expect(JSON.parse(cdn.content)[0].normalized_result).toBe('甲##乙');
  expect(cdn.unanswered).toBe(1);
  const triple = { subject: '甲', predicate: '病因', object: '乙', subjectType: '疾病' };
  const cmeie = await fileOf('CMeIE-V2', { triples: [triple] });
  expect(cmeie.name).toBe('CMeIE-V2_test.jsonl');
  expect(JSON.parse(cmeie.content.split('\n')[0]).spo_list).toEqual([
    {
      Combined: false,
      predicate: '病因',
      subject: '甲',
      subject_type: '疾病',
      object: { '@value': '乙' },
      object_type: { '@value': '' },
    },
  ]);
  const spot = (start: number) => ({ start, end: start + 2 });
  const under = { head: spot(0), relation: '2', tail: { head: spot(2), relation: '1', tail: spot(4) } };
  const causal = JSON.parse((await fileOf('CMedCausal', { relations: [under] })).content)[0];
  const part = (start: number) => ({
    ...{ mention: causal.text.slice(start, start + 2), start_idx: start, end_idx: start + 2 },
  });
  expect(causal.relation_of_mention).toEqual([
    {
      head: part(0),
      relation: 2,
      tail: { type: 'relation', head: part(2), relation: 1, tail: { type: 'mention', ...part(4) } },
    },
  ]);
  const ner = JSON.parse(
    (await fileOf('IMCS-V2-NER', { entities: [{ start: 2, end: 4, type: 'Symptom' }] })).content,
  );
  expect(ner.test0['1']).toBe('O O B-Symptom I-Symptom O O O');
  expect(ner.test0['3']).toBe('O O');
  const acts = JSON.parse((await fileOf('IMCS-V2-DAC', { acts: ['Other', 'Diagnose', 'Other'] })).content);
  expect([acts.test0, acts.test1['2']]).toEqual([{ 1: 'Other', 2: 'Diagnose', 3: 'Other' }, 'Other']);
  const statuses = await fileOf('CHIP-MDCFNPC', { statuses: ['阴性'] });
  const filled = statuses.content
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect([statuses.name, filled[0].dialog_id, filled[0].dialog_info[1].ner[0].attr]).toEqual([
    'CHIP-MDCFNPC_test.jsonl',
    0,
    '阴性',
  ]);
  expect(filled[0].dialog_info[1].ner[0].range).toHaveLength(2);
  const symptoms = await fileOf('IMCS-V2-SR', {
    symptoms: [{ name: '头痛', status: 'true' }],
    entities: [{ turn: 1, start: 0, end: 2, name: '头痛', status: 'uncertain' }],
  });
  const whole = JSON.parse(symptoms.content);
  expect(whole.test0).toEqual({ 1: {}, 2: { 头痛: '2' }, 3: {}, global: { 头痛: '1' } });
  expect(JSON.parse((await fileOf('KUAKE-QIC', { label: '其他' })).content)[0]).toEqual({
    id: 't0',
    label: '其他',
  });
});

it('splits reports into their sections, and fills in replies', async () => {
  const reply = '以下为报告。\n主诉：咳嗽\n现病史: 三天前咳嗽\n建议：多喝水';
  const reports = JSON.parse((await fileOf('IMCS-V2-MRG', { reply })).content);
  const empty = { 主诉: '', 现病史: '', 辅助检查: '', 既往史: '', 诊断: '', 建议: '' };
  expect(reports.test0).toEqual({ ...empty, 主诉: '咳嗽', 现病史: '三天前咳嗽', 建议: '多喝水' });
  expect(reports.test1).toEqual(empty);
  const outputs = JSON.parse((await fileOf('MedDG', { reply: '多喝水' })).content);
  expect(outputs[0]).toMatchObject({ id: 0, output: '多喝水', history: [expect.stringMatching('^患者：')] });
});

it('lists the ten best passages of a query', async () => {
  const { questions } = await (await openDataset({ task: findTask('KUAKE-IR'), dir })).split('test');
  const documents = 'documents' in questions[0].input ? questions[0].input.documents : [];
  const ranked = await fileOf('KUAKE-IR', { scores: documents.map((_, i) => i) });
  const [id, ids] = ranked.content.split('\n')[0].split('\t');
  expect([ranked.name, id]).toEqual(['KUAKE-IR_test.tsv', '13']);
  expect(ids.split(',')).toEqual(
    documents
      .map(({ url }) => url)
      .reverse()
      .slice(0, 10),
  );
});

it('of all tasks, without any answer, is accepted; the same answers are the same archive', async () => {
  const submitted = cblueTasks.filter(shapeOf);
  const files = await Promise.all(submitted.map(({ id }) => fileOf(id)));
  const [first, second] = [join(root, 'a.zip'), join(root, 'b.zip')];
  await writeSubmission(files, first);
  await writeSubmission(files, second);
  expect((await readFile(first)).equals(await readFile(second))).toBe(true);
  expect((await openSources(first)).files.map(({ base }) => base)).toEqual(files.map(({ name }) => name));
  const { files: checked, problems } = await checkSubmission({ path: first, dir, tasks: cblueTasks });
  expect(checked).toHaveLength(submitted.length);
  expect(problems.filter(({ severity }) => severity === 'refused')).toEqual([]);
});
