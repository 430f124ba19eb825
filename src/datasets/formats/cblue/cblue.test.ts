import { mkdtempSync, rmSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findTask } from '../../../tasks/registry.ts';
import type { SplitName } from '../../../tasks/task.ts';
import { openDataset } from '../../dataset.ts';
import { createReader } from './fixtures/written.ts';

/** Written by `bench/peers/cblue_archive.py`. */
const FIXTURES = join(import.meta.dirname, 'fixtures');
const directory = mkdtempSync(join(tmpdir(), 'cblue-'));
afterAll(() => rmSync(directory, { recursive: true }));

const read = createReader(directory);

const split = async (id: string, name: SplitName, dir = FIXTURES) =>
  (await openDataset({ task: findTask(id), dir })).split(name);

const ALL = [
  'CMeEE',
  'CMeEE-V2',
  'CMeIE',
  'CMeIE-V2',
  'CHIP-CTC',
  'CHIP-STS',
  'KUAKE-QIC',
  'KUAKE-QTR',
  'KUAKE-QQR',
  'CMedCausal',
  'Text2DT',
];

describe('the official files', () => {
  it.each(ALL)(
    '%s: train and dev have gold, test has none though its answers are there, empty',
    async (id) => {
      const { examples } = await split(id, 'train');
      expect(examples.length).toBeGreaterThan(3);
      expect((await split(id, 'dev')).hasGold).toBe(true);
      const test = await split(id, 'test');
      expect([test.hasGold, test.questions.length]).toEqual([false, 2]);
    },
  );
});

describe('CMeEE', () => {
  const entity = (start_idx: number, end_idx: number, type: string, entity: string) => ({
    ...{ start_idx, end_idx, type, entity },
  });

  it('counts to the last character, in code points, and keeps nested entities', async () => {
    const { items, notices } = await read('CMeEE', [
      { text: '咬𬌗面疼痛', entities: [entity(0, 2, 'bod', '咬𬌗面'), entity(0, 4, 'sym', '咬𬌗面疼痛')] },
      { text: '无', entities: [] },
    ]);
    expect(items.map(({ gold }) => gold)).toEqual([
      {
        entities: [
          { start: 0, end: 4, type: 'bod' },
          { start: 0, end: 6, type: 'sym' },
        ],
      },
      { entities: [] },
    ]);
    expect(notices).toEqual(['mention-overlaps']);
  });

  it('reads a copy whose end is one past, and says so', async () => {
    const { items, notices } = await read('CMeEE', [
      { text: '甲肺炎', entities: [entity(1, 3, 'dis', '肺炎')] },
      { text: '乙胃炎。', entities: [entity(1, 3, 'dis', '胃炎')] },
    ]);
    expect(items[1].gold).toEqual({ entities: [{ start: 1, end: 3, type: 'dis' }] });
    expect(notices).toEqual(['offset-rule']);
  });

  it('counts mentions that differ from the text, drops spans outside it, and names a wrong field', async () => {
    const right = [entity(0, 1, 'dis', '肺炎'), entity(0, 0, 'bod', '肺')];
    const { items, notices } = await read('CMeEE', [
      { text: '肺炎', entities: [...right, entity(1, 1, 'dis', '肺'), entity(1, 2, 'dis', '炎。')] },
    ]);
    expect(items[0].gold).toEqual({ entities: expect.objectContaining({ length: 3 }) });
    expect(notices).toEqual(['mention-overlaps', 'mention-differs', 'mention-overlaps', 'mention-outside']);
    const unknown = read('CMeEE', [{ text: '肺炎', entities: [entity(0, 1, 'ill', '肺炎')] }]);
    await expect(unknown).rejects.toMatchObject({
      code: 'unknown-label',
      place: { field: 'entities[0].type' },
    });
    const broken = read('CMeEE', [{ text: '肺炎', entities: [{ ...right[0], end_idx: '1' }] }]);
    await expect(broken).rejects.toMatchObject({
      code: 'bad-field',
      place: { field: 'entities[0].end_idx' },
    });
  });
});

describe('CMeIE', () => {
  const line = (subject: string, predicate: string, object: string): string =>
    JSON.stringify({
      text: `${subject}@${object}`,
      spo_list: [{ Combined: false, predicate, subject, subject_type: '疾病', object: { '@value': object } }],
    });

  it('keeps U+FEFF and U+2028 inside texts', async () => {
    const { items } = await read(
      'CMeIE',
      `${line('甲\ufeff病', '病因', '乙')}\n${line('甲\u2028病', '病因', '乙')}\n`,
    );
    expect(items.map(({ gold }) => gold)).toMatchObject([
      { triples: [{ subject: '甲\ufeff病', predicate: '病因', object: '乙' }] },
      { triples: [{ subject: '甲\u2028病' }] },
    ]);
  });

  it('refuses a predicate with half-width brackets', async () => {
    await expect(read('CMeIE', line('甲', '相关(导致)', '乙'))).rejects.toMatchObject({
      code: 'unknown-label',
    });
    await expect(read('CMeIE', line('甲', '相关（导致）', '乙'))).resolves.toBeDefined();
  });
});

describe('texts and pairs with a label', () => {
  it('keep blanks and HTML entities, whatever the names of the fields', async () => {
    const { items } = await read('CHIP-CTC', [{ id: 's1', label: 'Age', text: ' 年龄&gt;18' }]);
    expect(items).toEqual([{ id: 's1', input: { text: ' 年龄&gt;18' }, gold: { label: 'Age' } }]);
    const pair = { textA: '甲', textB: '乙' };
    const sts = await read('CHIP-STS', [{ id: '1', text1: '甲', text2: '乙', label: '1', category: 'aids' }]);
    const qtr = await read('KUAKE-QTR', [{ id: '1', query: '甲', title: '乙', label: '2' }]);
    const qqr = await read('KUAKE-QQR', [{ id: '1', query1: '甲', query2: '乙', label: '2' }]);
    for (const {
      items: [item],
    } of [sts, qtr, qqr])
      expect(item.input).toEqual(pair);
  });

  it('read NA as 0 with a notice, and refuse labels that the task does not declare', async () => {
    const pair = { query1: '甲', query2: '乙' };
    const { items, notices } = await read('KUAKE-QQR', [{ id: '1', ...pair, label: 'NA' }]);
    expect([items[0].gold, notices]).toEqual([{ label: '0' }, ['label-na']]);
    await expect(read('KUAKE-QQR', [{ id: '1', ...pair, label: '3' }])).rejects.toMatchObject({
      code: 'unknown-label',
    });
    const gap = [
      { id: '1', ...pair, label: '1' },
      { id: '2', ...pair, label: '' },
    ];
    await expect(read('KUAKE-QQR', gap)).rejects.toMatchObject({ code: 'empty-label', place: { id: '2' } });
    const lacking = read('KUAKE-QQR', [{ id: '1', query1: '甲', label: '1' }]);
    await expect(lacking).rejects.toMatchObject({ code: 'bad-field', place: { field: 'text' } });
  });
});

describe('IMCS-V2', () => {
  const dialogue = (sentence: string, BIO_label?: string) => ({
    d7: { dialogue: [{ sentence_id: '3', speaker: '患者', sentence, BIO_label }] },
  });

  it('reads tags as the official script does', async () => {
    const decode = async (tags: string) => {
      const { items } = await read('IMCS-V2-NER', dialogue('𬌗痛三天', tags));
      expect([items[0].id, items[0].group]).toEqual(['d7/3', 'd7']);
      return items[0].gold;
    };
    expect(await decode('B-Symptom I-Symptom O O')).toEqual({
      entities: [{ start: 0, end: 3, type: 'Symptom' }],
    });
    expect(await decode('I-Symptom I-Symptom O O')).toEqual({ entities: [] });
    expect(await decode('B-Drug I-Symptom I-Drug O')).toEqual({
      entities: [{ start: 0, end: 4, type: 'Drug' }],
    });
    expect(await decode('B-Drug B-Drug O O')).toEqual({
      entities: [
        { start: 0, end: 2, type: 'Drug' },
        { start: 2, end: 3, type: 'Drug' },
      ],
    });
  });

  it('refuses another number of tags, and reads sentences without tags as questions', async () => {
    await expect(read('IMCS-V2-NER', dialogue('头痛', 'O'))).rejects.toMatchObject({
      code: 'bad-bio',
      place: { id: 'd7', field: 'dialogue[0].BIO_label' },
    });
    expect((await read('IMCS-V2-NER', dialogue('头痛'))).items[0].gold).toBeUndefined();
    const fixture = await split('IMCS-V2-NER', 'dev');
    expect(fixture.examples.filter(({ group }) => group === 'dev0')).toHaveLength(3);
  });
});

describe('CHIP-CDN', () => {
  it('is read as terms, without stray quotes and blanks', async () => {
    const { items } = await read('CHIP-CDN', [
      { text: '甲癌IV期', normalized_result: '甲恶性肿瘤##癌' },
      { text: '乙', normalized_result: '"丙 ##丁"' },
      { text: '戊', normalized_result: '' },
    ]);
    expect(items.map(({ gold }) => gold)).toEqual([
      { terms: ['甲恶性肿瘤', '癌'] },
      { terms: ['丙', '丁'] },
      { terms: [] },
    ]);
    const list = read('CHIP-CDN', [{ text: '甲', normalized_result: ['乙'] }]);
    await expect(list).rejects.toMatchObject({ code: 'bad-field', place: { field: 'normalized_result' } });
    expect((await split('CHIP-CDN', 'test')).hasGold).toBe(false);
  });
});

describe('CHIP-CDEE', () => {
  it('reads an empty tendency as present, and names the official field of a wrong one', async () => {
    const event = { core_name: '疼痛', tendency: '', character: [], anatomy_list: ['腹'] };
    const { items } = await read('CHIP-CDEE', [{ id: 1, text: '腹痛', event: [event] }]);
    const found = { core: '疼痛', tendency: '肯定', characters: [], anatomy: ['腹'] };
    expect(items).toEqual([{ id: '1', input: { text: '腹痛' }, gold: { events: [found] } }]);
    const fault = (own: object) => read('CHIP-CDEE', [{ text: '腹痛', event: [{ ...event, ...own }] }]);
    await expect(fault({ tendency: '有' })).rejects.toMatchObject({ place: { field: 'event[0].tendency' } });
    await expect(fault({ anatomy_list: '腹' })).rejects.toMatchObject({
      place: { field: 'event[0].anatomy_list' },
    });
    expect((await split('CHIP-CDEE', 'test')).hasGold).toBe(false);
  });
});

describe('IMCS-V2-DAC', () => {
  it('has an act for every sentence, and names the sentence of a wrong one', async () => {
    const { examples } = await split('IMCS-V2-DAC', 'dev');
    expect(examples[0].gold).toEqual({ acts: ['Inform-Symptom', 'Inform-Drug_Recommendation', 'Other'] });
    expect((await split('IMCS-V2-DAC', 'test')).hasGold).toBe(false);
    const sentence = (dialogue_act: string) => ({
      sentence_id: 1,
      speaker: '患者',
      sentence: '好',
      dialogue_act,
    });
    const wrong = read('IMCS-V2-DAC', { d: { dialogue: [sentence('Other'), sentence('other')] } });
    await expect(wrong).rejects.toMatchObject({
      code: 'unknown-label',
      place: { id: 'd', field: 'dialogue[1].dialogue_act' },
    });
  });
});

describe('CHIP-MDCFNPC', () => {
  const mention = (text: string, range: number[], attr: string, name = 'undefined') => ({
    ...{ mention: text, name, type: 'clinical_findings', range, attr },
  });
  const dialogue = (...ner: object[]) =>
    JSON.stringify({
      dialog_id: 7,
      dialog_info: [{ sentence_id: '9', sender: '患者', text: '🩺没有头痛', ner }],
    });

  it('keeps every mention with its status; ranges count characters, an empty status is 不标注', async () => {
    const own = await read(
      'CHIP-MDCFNPC',
      dialogue(mention('头痛', [3, 5], '阴性', '头痛'), mention('没有', [1, 3], '')),
    );
    expect(own.items).toEqual([
      {
        id: '7',
        input: {
          turns: [{ speaker: '患者', text: '🩺没有头痛' }],
          mentions: [
            { turn: 0, start: 4, end: 6, name: '头痛' },
            { turn: 0, start: 2, end: 4 },
          ],
        },
        gold: { statuses: ['阴性', '不标注'] },
      },
    ]);
    expect(own.notices).toEqual([]);
    expect((await split('CHIP-MDCFNPC', 'test')).hasGold).toBe(false);
  });

  it('counts wrong ranges without losing mentions, and names a wrong status', async () => {
    const own = await read(
      'CHIP-MDCFNPC',
      dialogue(mention('头痛', [2, 4], '阴性'), mention('头痛', [4, 9], '阴性')),
    );
    expect(own.notices).toEqual(['mention-differs', 'mention-outside']);
    expect(own.items[0].gold).toEqual({ statuses: ['阴性', '阴性'] });
    await expect(read('CHIP-MDCFNPC', dialogue(mention('头痛', [3, 5], '有')))).rejects.toMatchObject({
      code: 'unknown-label',
      place: { id: '7', field: 'dialog_info[0].ner[0].attr' },
    });
  });
});

describe('IMCS-V2-SR', () => {
  const sentence = (symptom_norm: string[], symptom_type: string[], BIO_label: string) => ({
    ...{ sentence_id: 1, speaker: '患者', sentence: '头痛咳', symptom_norm, symptom_type, BIO_label },
  });
  const TAGS = 'B-Symptom I-Symptom B-Symptom';

  it('has the symptoms of the dialogue as the corpus says, else of its sentences: present beats absent', async () => {
    const dialogue = [
      sentence(['头痛', '咳嗽'], ['0', '2'], TAGS),
      sentence(['头痛'], ['1'], 'B-Symptom I-Symptom O'),
    ];
    const own = await read('IMCS-V2-SR', { d: { dialogue } });
    expect(own.items[0].gold).toEqual({
      symptoms: [
        { name: '头痛', status: 'true' },
        { name: '咳嗽', status: 'uncertain' },
      ],
      entities: [
        { turn: 0, start: 0, end: 2, name: '头痛', status: 'false' },
        { turn: 0, start: 2, end: 3, name: '咳嗽', status: 'uncertain' },
        { turn: 1, start: 0, end: 2, name: '头痛', status: 'true' },
      ],
    });
    const whole = await read('IMCS-V2-SR', { d: { dialogue, implicit_info: { Symptom: { 发热: '0' } } } });
    expect(whole.items[0].gold).toMatchObject({ symptoms: [{ name: '发热', status: 'false' }] });
    expect((await split('IMCS-V2-SR', 'test')).hasGold).toBe(false);
  });

  it('counts a different number of names, and names a wrong status', async () => {
    const { notices } = await read('IMCS-V2-SR', { d: { dialogue: [sentence(['头痛'], ['1'], TAGS)] } });
    expect(notices).toEqual(['symptoms-misaligned']);
    for (const type of ['3', 'constructor']) {
      const wrong = read('IMCS-V2-SR', { d: { dialogue: [sentence(['头痛'], [type], TAGS)] } });
      await expect(wrong).rejects.toMatchObject({
        code: 'bad-field',
        place: { field: 'dialogue[0].symptom_type[0]' },
      });
    }
  });
});

it('a file that is in GBK, truncated or has a duplicate id is refused by name', async () => {
  const dir = join(directory, 'data');
  await cp(FIXTURES, dir, { recursive: true });
  const file = join(dir, 'CBLUE/KUAKE-QIC/KUAKE-QIC_dev.json');
  const bytes = await readFile(file);
  const fault = async (content: string | Uint8Array) => {
    await writeFile(file, content);
    return split('KUAKE-QIC', 'dev', dir).catch((error) => error);
  };
  expect(
    await fault(Uint8Array.of(0x5b, 0x7b, 0x22, 0xb2, 0xa1, 0x22, 0x3a, 0x31, 0x7d, 0x5d)),
  ).toMatchObject({ code: 'not-utf8' });
  expect(await fault(bytes.subarray(0, bytes.length - 20))).toMatchObject({
    code: 'bad-json',
    place: { file },
  });
  expect(await fault(bytes.toString().replace('"d1"', '"d0"'))).toMatchObject({ code: 'duplicate-id' });
});
