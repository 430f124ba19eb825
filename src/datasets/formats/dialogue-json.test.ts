import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import { findTask } from '../../tasks/registry.ts';
import { readFileItems } from '../read.ts';
import type { Notice } from './format.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-dialogues-'));
});
afterAll(() => rm(folder, { recursive: true }));

const task = findTask('CMDD');
const say = (sentence: string, label: string, normalized: string[] = [], type: unknown[] = []) => ({
  speaker: '患者',
  sentence,
  label,
  normalized,
  type,
});

let directories = 0;
async function read(files: Readonly<Record<string, unknown>>) {
  const path = join(folder, String(directories++));
  await mkdir(path);
  for (const [name, value] of Object.entries(files)) {
    await writeFile(join(path, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  const notices: Notice[] = [];
  const source = { format: 'dialogue-json', path, name: 'CMDD/test' } as const;
  return { examples: await readFileItems(source, task, notices), notices };
}

const one = (...sentences: unknown[]) =>
  read({ 'test_0.json': { 'example-id': 'x', 'dialogue-content': sentences } });

test('reads files in the order of their numbers, and ids from the corpus', async () => {
  const dialogue = (id: string) => ({ 'example-id': id, 'dialogue-content': [say('好', 'O')] });
  const { examples } = await read({
    'test_10.json': dialogue('c'),
    'test_2.json': dialogue('b'),
    'test_0.json': dialogue('a'),
    'readme.md': 'not a dialogue',
  });
  expect(examples.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(examples[0].input).toEqual({ turns: [{ speaker: '患者', text: '好' }] });
});

test('names and statuses go to mentions in order; offsets are UTF-16', async () => {
  const { examples, notices } = await one(
    say('好', 'O'),
    say('😊发热、咳', 'OBIOB', ['发热', '咳嗽'], ['1', '2']),
  );
  expect(examples[0].gold).toEqual({
    symptoms: [
      { name: '发热', status: 'true' },
      { name: '咳嗽', status: 'false' },
    ],
    entities: [
      { turn: 1, start: 2, end: 4, name: '发热', status: 'true' },
      { turn: 1, start: 5, end: 6, name: '咳嗽', status: 'false' },
    ],
  });
  expect(notices).toEqual([]);
});

test('an orphan I begins a mention if the counts then agree', async () => {
  const { examples, notices } = await one(say('头疼咳嗽', 'IIBI', ['头痛', '咳嗽'], ['1', '1']));
  expect(examples[0].gold).toMatchObject({
    entities: [
      { start: 0, end: 2, name: '头痛' },
      { start: 2, end: 4, name: '咳嗽' },
    ],
  });
  expect(notices).toEqual([]);
});

test('where only the number of Bs agrees with the names, they get them', async () => {
  const { examples } = await one(say('头疼咳嗽', 'IOBI', ['咳嗽'], ['1']));
  expect(examples[0].gold).toMatchObject({
    entities: [
      { turn: 0, start: 0, end: 1 },
      { start: 2, end: 4, name: '咳嗽' },
    ],
  });
});

test('misaligned names still count for the dialogue, misaligned statuses do not', async () => {
  const { examples, notices } = await one(
    say('感冒发热', 'BIBI', ['感冒'], ['1']),
    say('没精神', 'BIO', ['精神软'], []),
  );
  expect(examples[0].gold).toEqual({
    symptoms: [{ name: '感冒', status: 'true' }],
    entities: [
      { turn: 0, start: 0, end: 2 },
      { turn: 0, start: 2, end: 4 },
      { turn: 1, start: 0, end: 2, name: '精神软' },
    ],
  });
  expect(notices.map(({ code, file, id }) => [code, file, id])).toEqual([
    ['symptoms-misaligned', 'CMDD/test/test_0.json', 'x'],
    ['statuses-misaligned', 'CMDD/test/test_0.json', 'x'],
  ]);
});

test('true beats false beats uncertain, whatever the order', async () => {
  const { examples } = await one(
    say('热', 'B', ['发热'], ['1']),
    say('咳', 'B', ['咳嗽'], ['3']),
    say('热', 'B', ['发热'], ['2']),
    say('咳', 'B', ['咳嗽'], ['2']),
    say('咳', 'B', ['咳嗽'], ['3']),
  );
  expect(examples[0].gold).toMatchObject({
    symptoms: [
      { name: '发热', status: 'true' },
      { name: '咳嗽', status: 'false' },
    ],
  });
  expect(combine(undefined, 'uncertain')).toBe('uncertain');
});

test.each([
  ['a label of another length', [say('发热', 'B')], 'bad-bio', 'dialogue-content[0].label'],
  ['a letter that is none of B, I, O', [say('发热', 'BE')], 'bad-bio', 'dialogue-content[0].label'],
  ['an unknown status', [say('热', 'B', ['发热'], ['4'])], 'unknown-label', 'dialogue-content[0].type[0]'],
  [
    'a status that every object has',
    [say('热', 'B', ['发热'], ['constructor'])],
    'unknown-label',
    'dialogue-content[0].type[0]',
  ],
  [
    'no speaker',
    [{ sentence: '', label: '', normalized: [], type: [] }],
    'bad-field',
    'dialogue-content[0].speaker',
  ],
])('%s', async (_, sentences, code, field) => {
  const error = await one(...sentences).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect([error.code, error.place.field, error.place.id]).toEqual([code, field, 'x']);
  expect(error.place.file).toMatch(/test_0\.json$/);
});

test('errors name the second file with an id, and broken files', async () => {
  const same = { 'example-id': 'a', 'dialogue-content': [] };
  const twice = await read({ 'test_0.json': same, 'test_1.json': same }).catch((thrown) => thrown);
  expect([twice.code, twice.place.field]).toEqual(['duplicate-id', 'example-id']);
  expect(twice.place.file).toMatch(/test_1\.json$/);
  const cut = await read({ 'test_0.json': '{"example-id": "a"' }).catch((thrown) => thrown);
  expect(cut.code).toBe('bad-json');
  expect(cut.place.file).toMatch(/test_0\.json$/);
});

test('a missing directory', async () => {
  const source = { format: 'dialogue-json', path: join(folder, 'none'), name: 'none' } as const;
  const error = await readFileItems(source, task).catch((thrown) => thrown);
  expect(error.code).toBe('file-missing');
});
