import { mkdtempSync, rmSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import type { SplitName } from '../../tasks/task.ts';
import { openDataset } from '../dataset.ts';

/** Written by `bench/peers/clinical_fixtures.py`. */
const FIXTURES = join(import.meta.dirname, 'fixtures/clinical');
const root = mkdtempSync(join(tmpdir(), 'clinical-'));
afterAll(() => rmSync(root, { recursive: true }));

let dir: string;
let tests = 0;
beforeEach(async () => {
  dir = join(root, String(tests++));
  await cp(FIXTURES, dir, { recursive: true });
});

const split = async (id: string, name: SplitName, scheme?: 'regrouped@1') =>
  (await openDataset({ task: findTask(id), dir, scheme })).split(name);

/** Entities as `text/type`. */
const written = (text: string, entities: readonly { start: number; end: number; type: string }[]): string[] =>
  entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`);

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ code, place }) => [code, place.line],
  );

it('CCKS 2017 counts to the last character of the whole file; parts of one record are one unit', async () => {
  const { examples, notices } = await split('CCKS2017', 'train');
  expect(notices).toEqual([]);
  expect(examples).toHaveLength(12);
  const [{ id, group, input, gold }] = examples;
  if (!('text' in input && 'entities' in gold)) throw new Error('no entities');
  expect([id, group, input.text.startsWith(' 患者因')]).toEqual(['一般项目/一般项目-1', '1', true]);
  const marks = await readFile(join(dir, 'CCKS2017/train/一般项目/一般项目-1.txt'), 'utf8');
  const columns = marks
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(written(input.text, gold.entities as never)).toEqual(
    columns.map(([words, , , type]) => `${words}/${type}`),
  );
  expect((await split('CCKS2017', 'test')).hasGold).toBe(false);
});

it('CCKS 2018 ends one past the last character, and a copy that does not is read by its own rule', async () => {
  expect((await split('CCKS2018', 'train')).notices).toEqual([]);
  for (const number of [1, 2]) {
    const file = join(dir, `CCKS2018/test/入院记录现病史-${number}.txt`);
    const marks = await readFile(file, 'utf8');
    await writeFile(
      file,
      marks.replaceAll(/\t(\d+)\t(?=\D)/g, (_, end) => `\t${end - 1}\t`),
    );
  }
  const { examples, notices } = await split('CCKS2018', 'test');
  expect(notices.map((one) => one.code)).toEqual(['offset-rule']);
  for (const { input, gold } of examples)
    if ('text' in input && 'entities' in gold)
      expect(
        written(input.text, gold.entities as never).every((words) =>
          /^.+\/(解剖部位|症状描述|药物)$/.test(words),
        ),
      ).toBe(true);
});

it('CCKS: damaged columns, unknown types and other encodings are named by file and line', async () => {
  const file = join(dir, 'CCKS2018/train/入院记录现病史-2.txt');
  const marks = await readFile(file, 'utf8');
  const fault = async (content: string | Uint8Array) => {
    await writeFile(file, content);
    return code(split('CCKS2018', 'train'));
  };
  expect(await fault(`${marks}头部\t1`)).toEqual(['bad-columns', 4]);
  expect(await fault(marks.replace('药物', '药品'))).toEqual(['unknown-label', 3]);
  expect(await fault(Uint8Array.of(0xcd, 0xb7, 0xb2, 0xbf, 0x09))).toEqual(['not-utf8', expect.anything()]);
  expect(await fault(marks.replace('\t', '\t9'))).toBeUndefined();
  const { notices } = await split('CCKS2018', 'train');
  expect(notices).toMatchObject([{ code: 'mention-outside', line: 1 }]);
  rmSync(file);
  expect(await code(split('CCKS2018', 'train'))).toEqual(['mixed-gold', undefined]);
});

it('DiaKG has nested entities of paragraphs, and relations across sentences, split anew on request', async () => {
  const { examples, notices } = await split('DiaKG', 'train');
  expect(new Set(notices.map((one) => one.code))).toEqual(new Set(['mention-overlaps']));
  expect(examples.map(({ id }) => id).slice(0, 3)).toEqual(['1/0', '1/1', '2/0']);
  for (const { input, gold } of examples) {
    if (!('text' in input && 'entities' in gold)) throw new Error('no entities');
    const words = written(input.text, gold.entities as never);
    expect(words.filter((one) => /^(胃炎|哮喘)\/Disease$/.test(one))).toHaveLength(2);
    expect(words.filter((one) => /^(青霉素|阿司匹林)(500mg|2片)\/Treatment$/.test(one))).toHaveLength(2);
  }
  const relations = await split('DiaKG-relations', 'train');
  expect(relations.notices).toEqual([]);
  expect(relations.examples[0].gold).toMatchObject({
    triples: expect.arrayContaining([
      expect.objectContaining({ predicate: 'Amount_Drug', subjectType: 'Amount', objectType: 'Drug' }),
    ]),
  });
  const parts = await Promise.all(
    (['train', 'dev', 'test'] as const).map((name) => split('DiaKG', name, 'regrouped@1')),
  );
  expect(parts.map((part) => part.questions.length).reduce((a, b) => a + b)).toBe(examples.length);
});

it('DiaKG: relations to unknown entities are dropped and counted, and a wrong field is named in full', async () => {
  const file = join(dir, 'DiaKG/0521_new_format/2.json');
  const content = await readFile(file, 'utf8');
  await writeFile(file, content.replace('"head_entity_id": "T1"', '"head_entity_id": "T99"'));
  expect((await split('DiaKG-relations', 'train')).notices.map((one) => one.code)).toEqual([
    'relation-outside',
  ]);
  await writeFile(file, content.replace('"start_idx": 0', '"start_idx": "0"'));
  await expect(split('DiaKG', 'train')).rejects.toMatchObject({
    code: 'bad-field',
    place: { file, field: 'paragraphs[0].sentences[0].start_idx' },
  });
  await writeFile(file, content.slice(0, -40));
  await expect(split('DiaKG', 'train')).rejects.toMatchObject({ code: 'bad-json', place: { file } });
});
