import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import { fitOn } from './fixtures/fitted.ts';
import { findModel } from './registry.ts';
import { type ModelArray, type ModelContent, readModelFile, writeModelFile } from './shared/modelfile.ts';

/** Model files whose digest is right and whose content contradicts itself, as another program may write them. */

const directory = mkdtempSync(join(tmpdir(), 'forged-'));
afterAll(() => rmSync(directory, { recursive: true }));

const TEXTS = ['发热三天', '咳嗽有痰', '发热咳嗽', '头痛恶心', '头痛三天', '恶心呕吐'];
const classes = TEXTS.map((text, i): Example<'classification'> => {
  return { id: String(i), input: { text }, gold: { label: 'abc'[i % 3] } };
});
const pairs = TEXTS.map((text, i): Example<'similarity'> => {
  const input = { textA: text, textB: TEXTS[(i + (i % 2)) % TEXTS.length] };
  return { id: String(i), input, gold: { label: String(i % 2) } };
});
const lists = TEXTS.map((text, i): Example<'ranking'> => {
  const documents = TEXTS.slice(0, 3).map((title) => ({ title }));
  return { id: String(i), input: { query: text, documents }, gold: { relevance: [0, 1, 2] } };
});
const marked = TEXTS.map((text, i): Example<'ner'> => {
  return { id: String(i), input: { text }, gold: { entities: [{ start: 0, end: 2, type: 'symptom' }] } };
});

const MODELS: readonly [kind: string, task: string, train: readonly Example[]][] = [
  ['linear', 'cMedTC', classes],
  ['linear', 'cMedQQ', pairs],
  ['fasttext', 'cMedTC', classes],
  ['knn', 'cMedTC', classes],
  ['ltr', 'cMedIR', lists],
  ['crf', 'cEHRNER', marked],
];

/** Keys and counts, which may be any number. */
const FREE = ['low', 'trieCharacters', 'mentions', 'occurrences'];

/** The same with one number less, and with one that its kind of array never contains in a model. */
function damages(array: ModelArray): [what: string, damaged: ModelArray][] {
  const outside = array.slice();
  outside[outside.length - 1] =
    outside instanceof Float32Array || outside instanceof Float64Array ? Number.NaN : 2 ** 31 - 1;
  return [
    ['shorter', array.slice(0, -1)],
    ['a number outside', outside],
  ];
}

describe.each(MODELS)('a forged %s of %s', (id, taskId, train) => {
  const task = { ...findTask(taskId), labels: [] };
  const file = join(directory, `${id}-${taskId}`);
  let content: ModelContent;
  beforeAll(async () => {
    const fitted = await fitOn(
      findModel(id),
      task,
      train,
      id === 'crf' ? { parameters: { threads: 1 } } : {},
    );
    await fitted.save?.(file);
    content = await readModelFile(file, id);
  });
  const load = async (changed: ModelContent): Promise<void> => {
    await writeModelFile(file, id, changed);
    await findModel(id).load(file, task);
  };

  it('is refused where an array contradicts the others', async () => {
    await load(content);
    for (const [name, array] of Object.entries(content.arrays)) {
      for (const [what, damaged] of damages(array)) {
        if (what !== 'shorter' && FREE.includes(name)) continue;
        const arrays = { ...content.arrays, [name]: damaged };
        await expect(load({ ...content, arrays }), `${name}: ${what}`).rejects.toMatchObject({
          code: 'not-a-model',
          place: { file },
        });
      }
    }
  });
});

describe('a forged header', () => {
  const file = join(directory, 'header');
  const refuse = async (
    id: string,
    taskId: string,
    train: readonly Example[],
    change: (header: Record<string, unknown>) => object,
  ) => {
    const task = { ...findTask(taskId), labels: [] };
    await (await fitOn(findModel(id), task, train)).save?.(file);
    const { header, arrays } = await readModelFile(file, id);
    await writeModelFile(file, id, { header: { ...header, ...change(header) }, arrays });
    await expect(findModel(id).load(file, task)).rejects.toMatchObject({
      code: 'not-a-model',
      place: { file },
    });
  };

  it('is refused where labels contradict outputs', () =>
    refuse('linear', 'cMedTC', classes, ({ labelling }) => ({
      labelling: { ...Object(labelling), labels: ['a'] },
    })));

  it('is refused where neighbours have no answer', () =>
    refuse('knn', 'cMedTC', classes, () => ({ answers: TEXTS.map(() => []) })));

  it('is refused where a token occurs in more documents than exist', () =>
    refuse('bm25', 'cMedIR', lists, ({ statistics }) => ({
      statistics: { ...Object(statistics), total: 0 },
    })));

  it('is refused where pairs have no threshold', () =>
    refuse('bm25', 'cMedQQ', pairs, () => ({ decision: undefined })));

  it('is refused where the default answer does not fit the family', async () => {
    const kind = findModel('majority');
    await (await fitOn(kind, { ...findTask('cMedTC'), labels: [] }, classes)).save?.(file);
    await expect(kind.load(file, findTask('cEHRNER'))).rejects.toMatchObject({
      code: 'not-a-model',
      place: { file, field: 'header.answer' },
    });
  });
});
