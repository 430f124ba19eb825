import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cblueTasks } from '../../tasks/cblue/tasks.ts';
import { promptcblueTasks } from '../../tasks/promptcblue/tasks.ts';
import { findTask } from '../../tasks/registry.ts';
import { openDataset } from '../dataset.ts';
import { getCblue } from './get.ts';

/** Written by `bench/peers/cblue_archive.py`; the names of their entries are in GBK. */
const FIXTURES = join(import.meta.dirname, 'fixtures');
const root = mkdtempSync(join(tmpdir(), 'cblue-get-'));
afterAll(() => rmSync(root, { recursive: true }));

let dataDir: string;
let from: string;
let tests = 0;
beforeEach(async () => {
  dataDir = join(root, `data-${tests}`);
  from = join(root, `from-${tests++}`);
  await mkdir(from);
});

const get = (path = from, force = false) => getCblue({ tasks: cblueTasks, dataDir, from: path, force });
const WORKBOOK = '国际疾病分类 ICD-10北京临床版v601.xlsx';
const QIC = 'CBLUE/KUAKE-QIC';
const intents = (label: string) => JSON.stringify([{ id: '1', query: '胃痛吃什么', label }]);

it('takes the files of PromptCBLUE, which all its tasks share, and refuses an unknown part', async () => {
  const prompts = join(import.meta.dirname, '../formats/promptcblue/fixtures/CBLUE/PromptCBLUE');
  const request = { tasks: promptcblueTasks, dataDir, force: false };
  const { files, missing } = await getCblue({ ...request, from: prompts });
  expect(files.map(({ path, records, official }) => [path, records, official])).toEqual([
    ['CBLUE/PromptCBLUE/train.json', 54, 68900],
    ['CBLUE/PromptCBLUE/dev.json', 108, 10360],
    ['CBLUE/PromptCBLUE/test.json', 36, 10320],
  ]);
  expect(missing).toEqual([]);
  const record = { input: 'a', target: 'b', answer_choices: null, task_dataset: 'X', sample_id: '1' };
  await writeFile(join(from, 'dev.json'), JSON.stringify(record));
  await expect(getCblue({ ...request, from })).rejects.toMatchObject({
    code: 'not-official',
  });
  await expect(getCblue({ ...request, from, force: true })).rejects.toMatchObject({
    code: 'unknown-part',
    place: { file: join(from, 'dev.json'), line: 1, field: 'task_dataset' },
  });
});

describe('data get cblue', () => {
  it('takes zips below a folder, counts records and names missing files', async () => {
    const { files, missing, ignored } = await get(FIXTURES);
    const rows = files.map(({ path, records, official, encoding, state }) => [
      path,
      records,
      official,
      encoding,
      state,
    ]);
    expect(rows).toHaveLength(9);
    expect(rows).toContainEqual(['CBLUE/CMeEE/CMeEE_train.json', 4, 15000, 'UTF-8', 'taken']);
    expect(rows).toContainEqual(['CBLUE/IMCS-V2/IMCS-V2_dev.json', 2, 833, 'UTF-8', 'taken']);
    expect(rows).toContainEqual([`${QIC}/KUAKE-QIC_test.json`, 2, 1944, 'UTF-8', 'taken']);
    expect(files.find(({ path }) => path.includes('CMeEE_dev'))?.source).toContain(
      '数据/CMeEE/CMeEE_dev.json',
    );
    expect(missing).toContain('CMeIE');
    expect(missing).not.toContain('CMeEE');
    expect(ignored.map(({ name }) => name)).toEqual([
      expect.stringContaining('../../KUAKE-QIC/KUAKE-QIC_train.json'),
      expect.anything(),
      expect.anything(),
    ]);
    const data = await openDataset({ task: findTask('CMeEE'), dir: dataDir });
    expect((await data.split('dev')).examples).toHaveLength(2);
    expect(existsSync(join(dataDir, 'CBLUE.staging'))).toBe(false);
  });

  it('converts GB18030, accepts other file extensions, and keeps existing files', async () => {
    await get(join(FIXTURES, 'CMeEE.zip'));
    // "病因分析" in GBK, by its code table.
    const label = Buffer.from('b2a1d2f2b7d6cef6', 'hex');
    const record = Buffer.concat([
      Buffer.from('{"id":"1","query":"x","label":"'),
      label,
      Buffer.from('"}\n'),
    ]);
    await writeFile(join(from, 'KUAKE-QIC_dev.jsonl.txt'), record);
    const { files } = await get();
    expect(files).toMatchObject([{ path: `${QIC}/KUAKE-QIC_dev.json`, encoding: 'GB18030', records: 1 }]);
    expect(await readFile(join(dataDir, QIC, 'KUAKE-QIC_dev.json'), 'utf8')).toContain('病因分析');
    expect(await readdir(join(dataDir, 'CBLUE'))).toEqual(['CMeEE', 'KUAKE-QIC']);
    expect((await get()).files).toMatchObject([{ state: 'kept' }]);
  });

  it('extracts the terms of CHIP-CDN from their workbook', async () => {
    const cdn = [{ text: '肺部感染', normalized_result: '肺炎' }];
    await writeFile(join(from, 'CHIP-CDN_dev.json'), JSON.stringify(cdn));
    await cp(join(FIXTURES, WORKBOOK), join(from, WORKBOOK));
    const { files } = await get();
    expect(files.map(({ path, records, state }) => [path, records, state])).toEqual([
      ['CBLUE/CHIP-CDN/CHIP-CDN_dev.json', 1, 'taken'],
      ['CBLUE/CHIP-CDN/terminology.txt', 6, 'taken'],
    ]);
    const terms = await readFile(join(dataDir, 'CBLUE/CHIP-CDN/terminology.txt'), 'utf8');
    expect(terms.split('\n')).toHaveLength(7);
    expect(terms).toContain('支气管哮喘\n');
    expect(await readdir(join(dataDir, 'CBLUE/CHIP-CDN'))).toEqual(['CHIP-CDN_dev.json', 'terminology.txt']);
    expect((await get()).files.map(({ state }) => state)).toEqual(['kept', 'kept']);
    await writeFile(join(from, WORKBOOK), 'no workbook');
    await expect(get()).rejects.toMatchObject({
      code: 'bad-workbook',
      place: { file: join(from, WORKBOOK) },
    });
  });

  it('makes lists of the queries and passages of KUAKE-IR, with passages retrieved by words', async () => {
    const archive = join(import.meta.dirname, '../formats/cblue/fixtures/CBLUE/KUAKE-IR');
    const { files, missing } = await get(archive);
    expect(files.map(({ path, split, records, official }) => [path, split, records, official])).toEqual([
      ['CBLUE/KUAKE-IR/KUAKE-IR_train.jsonl', 'train', 8, undefined],
      ['CBLUE/KUAKE-IR/KUAKE-IR_dev.jsonl', 'dev', 4, 1000],
      ['CBLUE/KUAKE-IR/KUAKE-IR_test.jsonl', 'test', 2, undefined],
    ]);
    expect(missing).not.toContain('KUAKE-IR');
    const data = await openDataset({ task: findTask('KUAKE-IR'), dir: dataDir });
    const { examples } = await data.split('dev');
    expect(examples[0]).toMatchObject({ id: '9', input: { query: '高血压怎么预防' } });
    for (const { input, gold } of examples) {
      if (!('documents' in input && 'relevance' in gold)) throw new Error('no ranking');
      const order = input.documents.map(({ url }) => Number(url));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(input.documents[gold.relevance.indexOf(1)].title.slice(0, 2)).toBe(input.query.slice(0, 2));
    }
    expect((await data.split('test')).hasGold).toBe(false);
    expect((await get(archive)).files.map(({ state }) => state)).toEqual(['kept', 'kept', 'kept']);
  });

  it('names the line of a passage without its columns, of duplicate ids, and of judgements of unknown ids', async () => {
    const files = {
      'corpus.tsv': '1\t甲\n2\t乙',
      'KUAKE-IR_dev_query.txt': '7\t甲\n',
      'KUAKE-IR_dev.tsv': '7\t1\n',
    };
    const fault = async (own: Partial<typeof files>) => {
      for (const [name, content] of Object.entries({ ...files, ...own }))
        await writeFile(join(from, name), content);
      return get().catch(({ code, place }) => [code, place.line ?? place.id]);
    };
    expect(await fault({ 'corpus.tsv': '1\t甲\n2' })).toEqual(['bad-columns', 2]);
    expect(await fault({ 'corpus.tsv': '1\t甲\r\n1\t乙' })).toEqual(['duplicate-id', 2]);
    expect(await fault({ 'KUAKE-IR_dev_query.txt': '7\t甲\n7\t乙\n' })).toEqual(['duplicate-id', 2]);
    expect(await fault({ 'KUAKE-IR_dev.tsv': '7\t9\n' })).toEqual(['unknown-id', '7']);
    await expect(get()).rejects.toMatchObject({ place: { file: join(from, 'KUAKE-IR_dev.tsv') } });
    expect(await fault({ 'KUAKE-IR_dev.tsv': '8\t1\n' })).toEqual(['unknown-id', '8']);
    expect(existsSync(join(dataDir, 'CBLUE'))).toBe(false);
    expect(await fault({})).toMatchObject({ files: [{ split: 'dev', records: 1 }] });
  });

  it('changes nothing where one file is damaged, naming archive, line and field', async () => {
    await cp(join(FIXTURES, 'KUAKE-QIC.zip'), join(from, 'KUAKE-QIC.zip'));
    await writeFile(
      join(from, 'CMeEE_dev.json'),
      '[{"text":"胃炎","entities":[{"start_idx":0,"end_idx":"1","type":"dis"}]}]',
    );
    await expect(get()).rejects.toMatchObject({
      code: 'bad-field',
      place: { file: join(from, 'CMeEE_dev.json'), line: 1, field: 'entities[0].end_idx' },
    });
    expect(existsSync(join(dataDir, 'CBLUE'))).toBe(false);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('does not replace another file without force, nor choose between two', async () => {
    await writeFile(join(from, 'KUAKE-QIC_dev.json'), intents('治疗方案'));
    await get();
    await writeFile(join(from, 'KUAKE-QIC_dev.json'), intents('病因分析'));
    await expect(get()).rejects.toMatchObject({ code: 'not-official' });
    expect((await get(from, true)).files).toMatchObject([{ state: 'taken' }]);
    await mkdir(join(from, 'copy'));
    await writeFile(join(from, 'copy', 'KUAKE-QIC_dev.json'), intents('其他'));
    await expect(get(from, true)).rejects.toMatchObject({ code: 'ambiguous-file' });
    expect(await readFile(join(dataDir, QIC, 'KUAKE-QIC_dev.json'), 'utf8')).toContain('病因分析');
  });

  it('does not follow links, and refuses damaged archives and other files', async () => {
    await writeFile(join(root, 'KUAKE-QIC_dev.json'), intents('其他'));
    await symlink(join(root, 'KUAKE-QIC_dev.json'), join(from, 'KUAKE-QIC_dev.json'));
    await expect(get()).rejects.toMatchObject({ code: 'not-found' });
    await expect(get(join(root, 'KUAKE-QIC_dev.json'))).rejects.toMatchObject({ code: 'bad-archive' });
    await expect(get(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'file-missing' });
    const whole = await readFile(join(FIXTURES, 'CMeEE.zip'));
    await writeFile(join(from, 'cut.zip'), whole.subarray(0, whole.length - 30));
    await expect(get(join(from, 'cut.zip'))).rejects.toMatchObject({ code: 'bad-archive' });
    const spoilt = Buffer.from(whole);
    spoilt[100] ^= 0xff;
    await writeFile(join(from, 'cut.zip'), spoilt);
    await expect(get(join(from, 'cut.zip'))).rejects.toMatchObject({ code: 'bad-archive' });
  });
});
