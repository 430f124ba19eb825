import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import { createHeader } from './header.ts';
import { offsetsNote } from './offsets.ts';
import { type PredictionOptions, readPredictions } from './predictions.ts';
import { refuseUnfit } from './problems.ts';
import { writeAnswers } from './write.ts';

const intent = findTask('cMedIC');
const entities = findTask('cMedQANER');
const questions = ['a', 'b'].map((id) => ({ id, input: { text: `text ${id}` } }));
const answers = [{ label: '0' }, { label: '1' }];
const asTest = { split: 'test', scheme: 'carved' } as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-header-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(content: string): Promise<string> {
  const file = join(folder, 'predictions.jsonl');
  await writeFile(file, content);
  return file;
}

async function codes(file: string, options: PredictionOptions, asked = questions) {
  const { problems } = await readPredictions(file, intent, asked, options);
  return problems.map(({ line, field, code }) => [line, code, field]);
}

describe('the header of predictions', () => {
  it('is the first line, and is read back without a problem', async () => {
    const file = join(folder, 'predictions.jsonl');
    const given = answers.map((prediction) => ({ status: 'answered', prediction }) as const);
    await writeAnswers(file, questions, given, createHeader(intent, questions, asTest));
    const [first] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(first)).toMatchObject({
      chineseblue: 'predictions@1',
      task: 'cMedIC',
      ...asTest,
      corpus: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const read = await readPredictions(file, intent, questions, asTest);
    expect(read.predictions).toEqual(answers);
    expect(read.problems).toEqual([]);
  });

  it.each([
    ['task', { task: 'cMedTC' }],
    ['split', { split: 'dev' }],
    ['scheme', { scheme: 'released' }],
    ['corpus', { corpus: '0'.repeat(64) }],
  ])('refuses another %s with both values, and reads no further', async (field, change) => {
    const header = { ...createHeader(intent, questions, asTest), ...change };
    const file = await write(`${JSON.stringify(header)}\n{"id":"a","label":"0"}\n{"id":"x","label":"0"}\n`);
    expect(await codes(file, asTest)).toEqual([
      [1, `other-${field}`, field],
      [undefined, 'not-read', undefined],
    ]);
    const read = await readPredictions(file, intent, questions, asTest);
    const own = { ...asTest, task: 'cMedIC', corpus: createHeader(intent, questions).corpus };
    for (const value of [Object.values(change)[0], own[field as keyof typeof own]])
      expect(read.problems[0].message.en).toContain(value);
    expect(read.problems[1].message.en).toContain('2 lines');
    expect(() => refuseUnfit(file, read)).toThrowError(
      expect.objectContaining({ code: `other-${field}`, place: expect.objectContaining({ line: 1 }) }),
    );
  });

  it('notices that the questions have changed, whatever their gold', async () => {
    const header = JSON.stringify(createHeader(intent, questions, asTest));
    const file = await write(`${header}\n{"id":"a","label":"0"}\n{"id":"b","label":"0"}\n`);
    const withGold = questions.map((question) => ({ ...question, gold: { label: '0' } }));
    expect(await codes(file, asTest, withGold)).toEqual([]);
    const changed = [questions[0], { id: 'b', input: { text: 'another text' } }];
    expect((await codes(file, asTest, changed))[0]).toEqual([1, 'other-corpus', 'corpus']);
  });

  it('is not checked for omitted fields, and is refused in another version', async () => {
    const lines = '{"id":"a","label":"0"}\n{"id":"b","label":"0"}\n';
    expect(await codes(await write(`{"chineseblue":"predictions@1"}\n${lines}`), asTest)).toEqual([]);
    expect(await codes(await write(`{"chineseblue":"predictions@9"}\n${lines}`), asTest)).toEqual([
      [1, 'unknown-header', 'chineseblue'],
    ]);
  });
});

describe('inputs that lines carry', () => {
  it('are verified, with both texts', async () => {
    const file = await write(
      '{"id":"a","label":"0","text":"text a"}\n{"id":"b","label":"0","text":"text c"}\n',
    );
    const { problems, coverage } = await readPredictions(file, intent, questions);
    expect(problems).toMatchObject([{ line: 2, id: 'b', code: 'other-text', field: 'text' }]);
    expect(problems[0].message.en).toContain('text c');
    expect(problems[0].message.en).toContain('text b');
    expect(coverage).toMatchObject({ answered: 1, unreadable: 1 });
  });

  it('are verified inside lists, as far as they are given', async () => {
    const ranking = findTask('cMedIR');
    const asked = [{ id: '0', input: { query: '感冒', documents: [{ title: '甲' }, { title: '乙' }] } }];
    const read = async (documents: unknown) => {
      const file = await write(`${JSON.stringify({ id: '0', scores: [1, 2], documents })}\n`);
      return (await readPredictions(file, ranking, asked)).problems.map(({ field }) => field);
    };
    expect(await read([{ title: '甲' }, { url: 'x' }])).toEqual([]);
    expect(await read([{ title: '甲' }, { title: '丙' }])).toEqual(['documents[1].title']);
    expect(await read([{ title: '甲' }])).toEqual(['documents']);
  });
});

describe('offsets', () => {
  const asked = [{ id: '0', input: { text: '😷咳嗽三天' } }];
  const line = (start: number, end: number, mention?: string) =>
    `${JSON.stringify({ id: '0', entities: [{ start, end, type: 'symptom', mention }] })}\n`;
  const read = async (content: string, options: PredictionOptions = {}) =>
    readPredictions(await write(content), entities, asked, options);
  const cough = [{ entities: [{ start: 2, end: 4, type: 'symptom' }] }];

  it('in code points become UTF-16 code units', async () => {
    expect((await read(line(1, 3), { offsets: 'code-point' })).predictions).toEqual(cough);
    expect((await read(line(2, 4), { offsets: 'utf16' })).predictions).toEqual(cough);
    const header = '{"chineseblue":"predictions@1","offsets":"code-point"}\n';
    const { predictions, offsets } = await read(header + line(1, 3));
    expect(predictions).toEqual(cough);
    expect(offsets).toMatchObject({ used: 'code-point', decidedBy: 'header', affected: 1 });
  });

  it('beyond the text are refused in either way of counting', async () => {
    for (const offsets of ['code-point', 'utf16'] as const)
      expect((await read(line(1, 9), { offsets })).problems[0].code).toMatch(/^span-/);
  });

  it('must point to the mention, whatever its letter case and width', async () => {
    expect((await read(line(2, 4, '咳嗽'))).problems).toEqual([]);
    const { problems, offsets } = await read(line(1, 3, '咳嗽'));
    expect(problems).toMatchObject([{ line: 1, code: 'other-text', field: 'entities[0]' }]);
    expect(offsets).toMatchObject({ fitting: { utf16: 0, 'code-point': 1 } });
    expect(offsetsNote(offsets)?.en).toContain('give --offsets code-point');
    const latin = [{ id: '0', input: { text: '查ＣＴ' } }];
    const folded = await readPredictions(await write(line(1, 3, 'ct')), entities, latin);
    expect(folded.problems).toEqual([]);
  });

  it('of the file and of the caller must agree', async () => {
    const header = '{"chineseblue":"predictions@1","offsets":"utf16"}\n';
    const { problems } = await read(header + line(2, 4), { offsets: 'code-point' });
    expect(problems[0]).toMatchObject({ line: 1, code: 'other-offsets' });
  });

  it('of dialogues count in their turn', async () => {
    const dialogue = [
      {
        id: '0',
        input: {
          turns: [
            { speaker: 'p', text: '好' },
            { speaker: 'p', text: '😷咳嗽' },
          ],
        },
      },
    ];
    const file = await write(
      '{"id":"0","symptoms":[],"entities":[{"turn":1,"start":1,"end":3,"mention":"咳嗽"}]}\n',
    );
    const { predictions } = await readPredictions(file, findTask('CMDD'), dialogue, {
      offsets: 'code-point',
    });
    expect(predictions).toEqual([{ symptoms: [], entities: [{ turn: 1, start: 2, end: 4 }] }]);
  });
});
