import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cblueTasks } from '../../tasks/cblue/tasks.ts';
import { checkSubmission } from './check.ts';

const root = mkdtempSync(join(tmpdir(), 'submission-'));
const data = join(root, 'data');
afterAll(() => rmSync(root, { recursive: true }));

const RAW: Readonly<Record<string, unknown>> = {
  'CMeEE/CMeEE_test.json': [
    { text: '甲𬌗炎', entities: [] },
    { text: '乙', entities: [] },
  ],
  'CMeIE/CMeIE_test.json': { text: '甲@用乙', spo_list: [] },
  'CHIP-CDN/CHIP-CDN_test.json': [{ text: '甲癌', normalized_result: '' }],
  'CMedCausal/CMedCausal_test.json': [{ text: '甲𬌗致乙', relation_of_mention: [] }],
  'KUAKE-QQR/KUAKE-QQR_test.json': [{ id: 's1', query1: '甲', query2: '乙', label: '' }],
  'CHIP-MDCFNPC/CHIP-MDCFNPC_test.json': {
    dialog_id: 3,
    dialog_info: [
      { sentence_id: '1', sender: '患者', text: '头痛', ner: [{ mention: '头痛', range: [0, 2], attr: '' }] },
    ],
  },
  'IMCS-V2/IMCS-V2_test.json': {
    d1: {
      dialogue: [
        { sentence_id: '1', speaker: '患者', sentence: '头痛' },
        { sentence_id: '2', speaker: '医生', sentence: '好' },
      ],
    },
  },
};
for (const [path, content] of Object.entries(RAW)) {
  const file = join(data, 'CBLUE', path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, JSON.stringify(content));
}

let tests = 0;
/** Problems of one submitted file, as `severity code`. */
async function check(name: string, content: unknown, dir = data) {
  const path = join(root, `submission-${tests++}`);
  await mkdir(path);
  await writeFile(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  const { files, problems } = await checkSubmission({ path, dir, tasks: cblueTasks });
  expect(files).toHaveLength(1);
  return problems.map(({ severity, code }) => `${severity} ${code}`);
}

describe('a submission', () => {
  const entity = { start_idx: 1, end_idx: 2, type: 'dis', entity: '𬌗炎' };
  const cmeee = (...entities: unknown[]) => [
    { text: '甲𬌗炎', entities },
    { text: '乙', entities: [] },
  ];

  it('of CMeEE is refused for types and missing records, and offsets and repetitions are reported', async () => {
    const name = 'CMeEE_test.json';
    expect(await check(name, cmeee(entity))).toEqual([]);
    expect(await check(name, cmeee({ ...entity, start_idx: '1' }))).toEqual(['refused wrong-type']);
    expect(await check(name, cmeee({ ...entity, type: 'ill' }))).toEqual(['refused unknown-label']);
    expect(await check(name, cmeee(entity).slice(1))).toEqual(['refused missing-record']);
    expect(await check(name, [...cmeee(entity), { text: '丙', entities: [] }])).toEqual([
      'missed extra-record',
    ]);
    expect(await check(name, [...cmeee(entity), cmeee()[0]])).toEqual(['missed duplicate-record']);
    expect(await check(name, cmeee(entity, entity))).toEqual(['missed duplicate-entity']);
    expect(await check(name, cmeee({ ...entity, end_idx: 3 }))).toEqual(['missed span-outside-text']);
    expect(await check(name, cmeee({ ...entity, end_idx: 0 }))).toEqual(['missed empty-span']);
    expect(await check(name, cmeee({ ...entity, end_idx: 1 }))).toEqual(['missed mention-differs']);
    expect(await check(name, '[{"text": "甲')).toEqual(['refused bad-json']);
    expect(await check(name, '{"text":"甲𬌗炎","entities":[]}\n{"text":"乙","entities":[]}\n')).toEqual([
      'refused wrong-form',
    ]);
    expect(await check('cmeee_test.json', cmeee(entity))).toEqual(['refused wrong-name']);
  });

  it('of CMeIE must be lines with objects under @value, in a file .jsonl', async () => {
    const spo = { predicate: '药物治疗', subject: '甲', object: { '@value': '乙' } };
    const line = (...spo_list: unknown[]) => `${JSON.stringify({ text: '甲@用乙', spo_list })}\n`;
    expect(await check('CMeIE_test.jsonl', line(spo))).toEqual([]);
    expect(await check('CMeIE_test.json', line(spo))).toEqual(['refused wrong-name']);
    expect(await check('CMeIE_test.jsonl', line({ ...spo, object: '乙' }))).toEqual(['refused wrong-type']);
    expect(await check('CMeIE_test.jsonl', line({ ...spo, predicate: '治' }))).toEqual([
      'refused unknown-label',
    ]);
    expect(await check('CMeIE_test.jsonl', line(spo, spo))).toEqual(['missed duplicate-triple']);
    expect(await check('CMeIE_test.jsonl', line({ ...spo, subject: '丁' }))).toEqual(['missed not-in-text']);
  });

  it('of terms and labels must have strings', async () => {
    const cdn = (normalized_result: unknown) =>
      check('CHIP-CDN_test.json', [{ text: '甲癌', normalized_result }]);
    expect(await cdn('甲恶性肿瘤##癌')).toEqual([]);
    expect(await cdn(['癌'])).toEqual(['refused wrong-type']);
    expect(await cdn('癌##癌')).toEqual(['missed duplicate-term']);
    expect(await cdn('')).toEqual(['missed empty-term']);
    const qqr = (label: unknown) => check('KUAKE-QQR_test.json', [{ id: 's1', label }]);
    expect(await qqr('2')).toEqual([]);
    expect(await qqr(2)).toEqual(['refused wrong-type']);
    expect(await qqr('NA')).toEqual(['refused unknown-label']);
  });

  it('of events must have lists and a known tendency', async () => {
    const event = { core_name: '癌', tendency: '', character: [], anatomy_list: ['肺'] };
    const cdee = (...list: unknown[]) => check('CHIP-CDEE_test.json', [{ text: '甲癌', event: list }], root);
    expect(await cdee(event, { ...event, tendency: '否定' })).toEqual([]);
    expect(await cdee({ ...event, tendency: '肯定' })).toEqual(['refused unknown-label']);
    expect(await cdee({ ...event, anatomy_list: '肺' })).toEqual(['refused wrong-type']);
    expect(await cdee(event, event)).toEqual(['missed duplicate-event']);
  });

  it('of causal relations needs numbers and a tail that fits the label', async () => {
    const tail = { type: 'mention', mention: '乙', start_idx: 3, end_idx: 4 };
    const inner = { head: { mention: '甲𬌗', start_idx: 0, end_idx: 2 }, relation: 1, tail };
    const condition = { head: inner.head, relation: 2, tail: { type: 'relation', ...inner } };
    const name = 'CMedCausal_test.json';
    const causal = (...list: unknown[]) => check(name, [{ text: '甲𬌗致乙', relation_of_mention: list }]);
    expect(await causal(inner, condition)).toEqual([]);
    expect(await causal({ ...inner, relation: '1' })).toEqual(['refused unknown-label']);
    expect(await causal({ ...inner, relation: 2 })).toEqual(['refused wrong-type']);
    expect(await causal({ ...condition, tail: { ...condition.tail, relation: 2 } })).toEqual([
      'refused unknown-label',
    ]);
    expect(await causal({ ...inner, head: { ...inner.head, start_idx: '0' } })).toEqual([
      'refused wrong-type',
    ]);
    expect(await causal({ ...inner, tail: { ...tail, end_idx: 3 } })).toEqual(['missed empty-span']);
    expect(await causal({ ...inner, tail: { ...tail, end_idx: 5 } })).toEqual(['missed span-outside-text']);
    expect(await causal({ ...inner, tail: { ...tail, mention: '丙' } })).toEqual(['missed mention-differs']);
    expect(await causal(condition, condition)).toEqual(['missed duplicate-relation']);
  });

  it('of mentions must fill every status', async () => {
    const line = (...attrs: unknown[]) =>
      JSON.stringify({
        dialog_id: 3,
        dialog_info: [
          {
            sentence_id: '1',
            sender: '患者',
            text: '头痛',
            ner: attrs.map((attr) => ({ range: [0, 2], attr })),
          },
        ],
      });
    const name = 'CHIP-MDCFNPC_test.jsonl';
    expect(await check(name, line('阳性'))).toEqual([]);
    expect(await check(name, line(''))).toEqual(['refused unknown-label']);
    expect(await check(name, line())).toEqual(['refused missing-record']);
    expect(await check(name, line('阳性').replace('3', '4'))).toEqual([
      'missed extra-record',
      'refused missing-record',
    ]);
  });

  it('of dialogues must answer every sentence', async () => {
    const ner = (d1: unknown) => check('IMCS-V2-NER_test.json', { d1 });
    expect(await ner({ 1: 'B-Symptom I-Symptom', 2: 'O' })).toEqual([]);
    expect(await ner({ 1: 'O', 2: 'O' })).toEqual(['refused wrong-count']);
    expect(await ner({ 1: 'O O' })).toEqual(['refused missing-record']);
    expect(await ner({ 1: 'B-Ill O', 2: 'X' })).toEqual(['refused unknown-label', 'refused bad-tag']);
    expect(await ner({ 1: 'O I-Drug', 2: 'O', 3: 'O' })).toEqual([
      'missed orphan-tag',
      'missed extra-record',
    ]);
    const dac = (d1: unknown) => check('IMCS-V2-DAC_test.json', { d1 });
    expect(await dac({ 1: 'Inform-Symptom', 2: 'Other' })).toEqual([]);
    expect(await dac({ 1: 'Inform-Symptom' })).toEqual(['refused missing-record']);
    expect(await dac({ 1: 'Symptom', 2: 'Other' })).toEqual(['refused unknown-label']);
  });

  it('of reports has six strings, and of replies one', async () => {
    const empty = Object.fromEntries(
      ['主诉', '现病史', '辅助检查', '既往史', '诊断', '建议'].map((name) => [name, '']),
    );
    const mrg = (d1: unknown) => check('IMCS-V2-MRG_test.json', { d1 });
    expect(await mrg({ ...empty, 诊断: '感冒' })).toEqual([]);
    expect(await mrg(empty)).toEqual(['missed empty-text']);
    expect(await mrg({ ...empty, 诊断: 3 })).toEqual(['refused wrong-type']);
    expect(await check('IMCS-V2-MRG_test.json', { d2: { ...empty, 诊断: '感冒' } })).toEqual([
      'missed extra-record',
      'refused missing-record',
    ]);
    const meddg = (output: unknown) => check('MedDG_test.json', [{ id: 7, history: [], output }], root);
    expect(await meddg('多喝水')).toEqual([]);
    expect(await meddg('')).toEqual(['missed empty-text']);
    expect(await meddg(null)).toEqual(['refused wrong-type']);
  });

  it('of trees must be one binary tree, though the official checker accepts extra nodes', async () => {
    const node = (role: string, triples: unknown = [], logical_rel = 'null') => ({
      role,
      triples,
      logical_rel,
    });
    const tree = (...nodes: unknown[]) => check('Text2DT_test.json', [{ text: '甲', tree: nodes }], root);
    const condition = node('C', [['甲', '临床表现', '乙']]);
    expect(await tree(condition, node('D'), node('D'))).toEqual([]);
    expect(await tree(condition, node('D'))).toEqual(['refused bad-tree']);
    expect(await tree()).toEqual(['refused bad-tree']);
    expect(await tree(node('D'), node('D'))).toEqual(['missed bad-tree']);
    expect(await tree(node('d'))).toEqual(['refused unknown-label']);
    expect(await tree(node('D', [['甲', '病因', '乙']], 'nor'))).toEqual([
      'refused unknown-label',
      'refused unknown-label',
    ]);
    expect(await tree(node('D', [['甲', '临床表现']]))).toEqual(['refused wrong-type']);
  });

  it('of passages has ten for each query', async () => {
    const ids = (...more: unknown[]) => [...Array(10).keys(), ...more].join();
    const ir = (...lines: string[]) => check('KUAKE-IR_test.tsv', `${lines.join('\n')}\n`, root);
    expect(await ir(`1\t${ids()}`, `2\t${ids()}`)).toEqual([]);
    expect(await ir(`1\t${ids(10)}`, '2', `2\t${ids()}`)).toEqual([
      'refused wrong-count',
      'refused wrong-form',
    ]);
    expect(await ir(`1\t${ids().replace('9', '8')}`)).toEqual(['missed duplicate-passage']);
    expect(await ir(`1\t${ids()}`, `1\t${ids()}`)).toEqual(['missed duplicate-record']);
  });

  it('names line and reason, checks shapes without the test file, and is refused where it holds none', async () => {
    const path = join(root, 'lines');
    await mkdir(path);
    await writeFile(
      join(path, 'KUAKE-QQR_test.json'),
      '[\n{"id":"s1",\n"label":"0"},\n{"id":"s1","label":"4"}]',
    );
    const { problems } = await checkSubmission({ path, dir: data, tasks: cblueTasks });
    expect(problems.map(({ line, id, code }) => [line, id, code])).toEqual([
      [4, 's1', 'duplicate-record'],
      [4, 's1', 'unknown-label'],
    ]);
    expect(await check('KUAKE-QQR_test.json', [{ id: 'x', label: '1' }], root)).toEqual([]);
    const nothing = checkSubmission({ path: data, dir: data, tasks: [] });
    await expect(nothing).rejects.toMatchObject({ code: 'not-found' });
  });
});
