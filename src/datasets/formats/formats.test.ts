import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { readFileItems } from '../read.ts';
import type { Notice } from './format.ts';
import { unquote } from './pair-tsv.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function read(format: string, task: Task, content: string | Uint8Array) {
  const name = `file-${files++}`;
  await writeFile(join(folder, name), content);
  const notices: Notice[] = [];
  const source = { format, path: join(folder, name), name: `corpus/${name}` };
  return { examples: await readFileItems(source, task, notices), notices };
}

/** The UserError that reading throws: code, line, field. */
async function fault(format: string, task: Task, content: string | Uint8Array): Promise<UserError> {
  const error = await read(format, task, content).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error.place.file).toContain(folder);
  expect(error.hint).not.toBe('');
  return error;
}

const lines = (...records: unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

const clinical = findTask('cEHRNER');
const classes = findTask('cMedIC');
const pairs = findTask('cMedQA');
const linked = findTask('cMedQQ');
const ranking = findTask('cMedIR');
const free = { ...findTask('multilabel'), labels: [] };
const relation = findTask('relation');

describe('mentions-jsonl', () => {
  test('offsets are strings in characters and become UTF-16 code units', async () => {
    const { examples, notices } = await read(
      'mentions-jsonl',
      clinical,
      lines({ text: '😊😊胃炎。', mention_data: [{ mention: '胃炎', label: '疾病和诊断', offset: '2' }] }),
    );
    expect(examples).toEqual([
      {
        id: '0',
        input: { text: '😊😊胃炎。' },
        gold: { entities: [{ start: 4, end: 6, type: '疾病和诊断' }] },
      },
    ]);
    expect(notices).toEqual([]);
  });

  test('suspicious spans stay gold and are counted; impossible spans are dropped and counted', async () => {
    const mention = (mention: string, offset: string | number) => ({ mention, type: '疾病和诊断', offset });
    const { examples, notices } = await read(
      'mentions-jsonl',
      clinical,
      lines({
        text: '查hiv与前列腺炎',
        mention_data: [
          mention('HIV', 1),
          mention('前列腺炎', '5'),
          mention('前列腺', '5'),
          mention('前列腺', '5'),
          mention('肝', '0'),
          mention('腺炎症', '7'),
          mention('', '2'),
        ],
      }),
    );
    expect(examples[0].gold).toEqual({
      entities: [
        { start: 1, end: 4, type: '疾病和诊断' },
        { start: 5, end: 9, type: '疾病和诊断' },
        { start: 5, end: 8, type: '疾病和诊断' },
        { start: 5, end: 8, type: '疾病和诊断' },
        { start: 0, end: 1, type: '疾病和诊断' },
      ],
    });
    expect(notices.map(({ code, line, id }) => [code, line, id])).toEqual([
      ['mention-case', 1, '0'],
      ['mention-overlaps', 1, '0'],
      ['mention-duplicate', 1, '0'],
      ['mention-differs', 1, '0'],
      ['mention-outside', 1, '0'],
      ['mention-empty', 1, '0'],
    ]);
    expect(notices[0].file).toMatch(/^corpus\//);
  });

  test.each([
    ['truncated JSON', '{"text": "甲", "mention_da', 'bad-json', 1, undefined],
    ['no object', '["甲"]', 'not-an-object', 1, undefined],
    ['no text', lines({ mention_data: [] }), 'bad-field', 1, 'text'],
    ['no mentions', lines({ text: '甲', mention_data: [] }, { text: '乙' }), 'mixed-gold', 2, 'mention_data'],
    ['mentions of another shape', lines({ text: '甲', mention_data: 1 }), 'bad-field', 1, 'mention_data'],
    [
      'bad offset',
      lines({ text: '甲', mention_data: [{ mention: '甲', label: '手术', offset: '-1' }] }),
      'bad-field',
      1,
      'mention_data[0].offset',
    ],
    [
      'unknown type',
      lines({ text: '甲', mention_data: [{ mention: '甲', label: '手木', offset: '0' }] }),
      'unknown-label',
      1,
      'mention_data[0].label',
    ],
    [
      'an id twice',
      lines({ id: 'a', text: '甲', mention_data: [] }, { id: 'a', text: '乙', mention_data: [] }),
      'duplicate-id',
      2,
      'id',
    ],
  ])('%s', async (_, content, code, line, field) => {
    const error = await fault('mentions-jsonl', clinical, content);
    expect([error.code, error.place.line, error.place.field]).toEqual([code, line, field]);
  });
});

describe('bio', () => {
  test('reads blank characters, both separators, and an orphan I', async () => {
    const { examples, notices } = await read(
      'bio',
      clinical,
      '　 O\n胃 B_症状\n痛 I_症状\n  O\n\n\n肝 I_解剖部位\n术 B-手术\n',
    );
    expect(examples).toEqual([
      { id: '0', input: { text: '　胃痛 ' }, gold: { entities: [{ start: 1, end: 3, type: '症状' }] } },
      {
        id: '1',
        input: { text: '肝术' },
        gold: {
          entities: [
            { start: 0, end: 1, type: '解剖部位' },
            { start: 1, end: 2, type: '手术' },
          ],
        },
      },
    ]);
    expect(notices.map(({ code, line }) => [code, line])).toEqual([['bio-orphan', 7]]);
  });

  test.each([
    ['no tag', '胃\n', 'bad-bio', 1, 'character'],
    ['an unknown letter', '胃 O\n痛 X_症状\n', 'bad-bio', 2, 'tag'],
    ['another number of columns', '胃 NN O\n痛 O\n', 'bad-bio', 2, undefined],
    ['letters of two schemes', '胃 S_症状\n痛 U_症状\n', 'bad-bio', 2, 'tag'],
    ['letters on two sides', '胃 B-症状\n痛 症状-I\n', 'bad-bio', 2, 'tag'],
    ['an unknown type', '胃 B_天气\n', 'unknown-label', 1, 'tag'],
  ])('%s', async (_, content, code, line, field) => {
    const error = await fault('bio', clinical, content);
    expect([error.code, error.place.line, error.place.field]).toEqual([code, line, field]);
  });

  const pain = [{ start: 0, end: 2, type: '症状' }];
  const both = [...pain, { start: 2, end: 3, type: '症状' }];
  test.each([
    ['BIO', '胃 B-症状\n痛 I-症状\n热 B-症状\n', both, undefined],
    ['BIOES', '胃 B-症状\n痛 E-症状\n热 S-症状\n', both, /BIOES tags in the last of 2/],
    ['BILOU', '胃 B-症状\n痛 L-症状\n热 U-症状\n', both, /BILOU/],
    ['BMES', '胃 B-症状\n痛 E-症状\n热 S-症状\n肝 B-症状\n脾 M-症状\n肾 E-症状\n', undefined, /BMES/],
    ['letters after the type', '胃 症状-B\n痛 症状-I\n热 症状-B\n', both, /BIO tags with the letter after/],
    ['four columns', '胃 NN B-NP B-症状\n痛 NN I-NP I-症状\n', pain, /BIO tags in the last of 4/],
    ['tabs', '胃\tNN\tB-症状\n痛\tNN\tI-症状\n', pain, /3 columns/],
  ])('tags are detected and recorded: %s', async (_, content, entities, scheme) => {
    const { examples, notices } = await read('bio', clinical, content);
    if (entities) expect(examples[0].gold).toEqual({ entities });
    const recorded = notices.filter(({ code }) => code === 'tag-scheme').map(({ message }) => message.en);
    expect(recorded).toEqual(scheme ? [expect.stringMatching(scheme)] : []);
    expect(notices.filter(({ code }) => code === 'bio-orphan')).toEqual([]);
  });

  test('an E tag closes its entity: what follows is another', async () => {
    const { examples, notices } = await read('bio', clinical, '胃 B-症状\n痛 E-症状\n热 I-症状\n');
    expect(examples[0].gold).toEqual({ entities: both });
    expect(notices.filter(({ code }) => code === 'bio-orphan')).toMatchObject([{ line: 3 }]);
  });

  test('-DOCSTART- begins a document and is not text; blanks are characters in any column', async () => {
    const content = '-DOCSTART- -X- O O\n\n胃 NN B-NP B-症状\n  SP O O\n-DOCSTART- -X- O O\n痛 NN B-NP O\n';
    const { examples } = await read('bio', clinical, content);
    expect(examples.map(({ input }) => input)).toEqual([{ text: '胃 ' }, { text: '痛' }]);
  });
});

describe('text-tsv', () => {
  test('nothing is trimmed; neither the line end nor a byte-order mark is text', async () => {
    const { examples, notices } = await read('text-tsv', classes, '\ufeff1\t  甲 &gt; "乙" \r\n\n2\t丙');
    expect(examples).toEqual([
      { id: '0', input: { text: '  甲 &gt; "乙" ' }, gold: { label: '1' } },
      { id: '1', input: { text: '丙' }, gold: { label: '2' } },
    ]);
    expect(notices).toEqual([]);
  });

  test('an empty text is read and counted', async () => {
    expect((await read('text-tsv', classes, '1\t\n')).notices[0].code).toBe('empty-text');
  });

  test.each([
    ['too many columns', '1\t甲\n1\t甲\t乙\n', 'wrong-columns', 2, 'text'],
    ['too few columns', '1\n', 'wrong-columns', 1, 'text'],
    ['an unknown label', '1\t甲\n7\t乙\n', 'unknown-label', 2, 'label'],
    ['an empty label', '\t甲\n', 'empty-label', 1, 'label'],
    ['not UTF-8', Uint8Array.of(0x31, 9, 0xb7, 0xa2, 10), 'not-utf8', 1, undefined],
  ])('%s', async (_, content, code, line, field) => {
    const error = await fault('text-tsv', classes, content);
    expect([error.code, error.place.line, error.place.field]).toEqual([code, line, field]);
  });

  test('a header is refused where labels are declared, and suspected where line 1 has an unknown label', async () => {
    expect(await fault('text-tsv', classes, '标签\ttext\n1\t甲\n')).toMatchObject({
      code: 'header-row',
      place: { line: 1 },
    });
    expect(await fault('text-tsv', classes, '意图码\t话语\n1\t甲\n')).toMatchObject({
      code: 'unknown-label',
      hint: expect.stringContaining('header'),
    });
  });

  test('columns in another order are refused where labels are declared', async () => {
    expect(await fault('text-tsv', classes, '甲\t1\n乙\t2\n')).toMatchObject({
      code: 'swapped-columns',
      place: { line: 1, field: 'label' },
    });
    expect((await fault('pair-tsv', pairs, '问\t答\t1\n')).code).toBe('swapped-columns');
    // A number that happens to be a label is a text like any other.
    expect((await fault('text-tsv', classes, '9\t1\n2\t甲\n')).code).toBe('unknown-label');
  });
});

describe('pair-tsv', () => {
  test.each([
    ['"甲""乙""丙"', '甲"乙"丙'],
    ['""', ''],
    ['"甲"和"乙"', '"甲"和"乙"'],
    ['"甲', '"甲'],
    ['"', '"'],
    ['"""', '"""'],
  ])('%s is %s', (field, text) => {
    expect(unquote(field)).toBe(text);
  });

  test('wholly quoted fields are unquoted and counted; the unit is the first text', async () => {
    const { examples, notices } = await read('pair-tsv', pairs, '1\t问\t"答""一"""\n0\t问\t答二\n');
    expect(examples).toEqual([
      { id: '0', group: '问', input: { textA: '问', textB: '答"一"' }, gold: { label: '1' } },
      { id: '1', group: '问', input: { textA: '问', textB: '答二' }, gold: { label: '0' } },
    ]);
    expect(notices).toEqual([expect.objectContaining({ code: 'unquoted-fields', count: 1 })]);
  });

  test('if the task says so, pairs that share a text form a unit', async () => {
    const { examples } = await read('pair-tsv', linked, '1\t甲\t乙\n0\t丙\t丁\n1\t乙\t戊\n0\t己\t丁\n');
    expect(examples.map(({ group }) => group)).toEqual(['0', '1', '0', '1']);
  });

  test('a missing column is named', async () => {
    const error = await fault('pair-tsv', pairs, '1\t问\n');
    expect([error.code, error.place.line, error.place.field]).toEqual(['wrong-columns', 1, 'text b']);
  });
});

describe('query-documents-jsonl', () => {
  test('keeps documents in order and groups by query', async () => {
    const document = (label: unknown, title: string) => ({ url: 'u', label, title });
    const { examples } = await read(
      'query-documents-jsonl',
      ranking,
      lines({ query: '问', documents: [document('2', ' 甲'), document(0, '乙')] }),
    );
    expect(examples).toEqual([
      {
        id: '0',
        group: '问',
        input: {
          query: '问',
          documents: [
            { title: ' 甲', url: 'u' },
            { title: '乙', url: 'u' },
          ],
        },
        gold: { relevance: [2, 0] },
      },
    ]);
  });

  test.each([
    ['no documents', lines({ query: '问', documents: [] }), 'bad-field', 'documents'],
    [
      'a grade in words',
      lines({ query: '问', documents: [{ title: '甲', label: 'good' }] }),
      'bad-field',
      'documents[0].label',
    ],
    [
      'an unknown grade',
      lines({ query: '问', documents: [{ title: '甲', label: '9' }] }),
      'unknown-label',
      'documents[0].label',
    ],
    ['no title', lines({ query: '问', documents: [{ label: '1' }] }), 'bad-field', 'documents[0].title'],
  ])('%s', async (_, content, code, field) => {
    const error = await fault('query-documents-jsonl', ranking, content);
    expect([error.code, error.place.line, error.place.field]).toEqual([code, 1, field]);
  });
});

describe('labels-jsonl', () => {
  test('reads given ids, records without labels, and a repeated label', async () => {
    const { examples, notices } = await read(
      'labels-jsonl',
      free,
      lines({ id: 7, text: '甲', labels: [] }, { id: 'b', text: '乙', labels: ['y', 'x', 'y'] }),
    );
    expect(examples).toEqual([
      { id: '7', input: { text: '甲' }, gold: { labels: [] } },
      { id: 'b', input: { text: '乙' }, gold: { labels: ['y', 'x'] } },
    ]);
    expect(notices).toEqual([expect.objectContaining({ code: 'duplicate-label', line: 2, id: 'b' })]);
  });

  test('an id that is another record’s number', async () => {
    const error = await fault(
      'labels-jsonl',
      free,
      lines({ id: 1, text: '甲', labels: [] }, { text: '乙', labels: [] }),
    );
    expect([error.code, error.place.line]).toEqual(['duplicate-id', 2]);
  });
});

describe('triples-jsonl', () => {
  test('CMeIE and plain triples', async () => {
    const { examples, notices } = await read(
      'triples-jsonl',
      relation,
      lines(
        {
          text: '胃炎可致胃痛',
          spo_list: [
            {
              predicate: '症状',
              subject: '胃炎',
              subject_type: '疾病',
              object: { '@value': '胃痛' },
              object_type: { '@value': '症状' },
            },
          ],
        },
        { id: 'x', text: '甲', triples: [{ subject: '甲', predicate: 'p', object: '乙' }] },
      ),
    );
    expect(examples.map(({ id, gold }) => [id, gold])).toEqual([
      [
        '0',
        {
          triples: [
            { subject: '胃炎', predicate: '症状', object: '胃痛', subjectType: '疾病', objectType: '症状' },
          ],
        },
      ],
      ['x', { triples: [{ subject: '甲', predicate: 'p', object: '乙' }] }],
    ]);
    expect(notices).toEqual([expect.objectContaining({ code: 'not-in-text', line: 2, id: 'x' })]);
  });

  test('refuses an object of another shape', async () => {
    const error = await fault(
      'triples-jsonl',
      relation,
      lines({ text: '甲', spo_list: [{ subject: '甲', predicate: 'p', object: { inWork: '乙' } }] }),
    );
    expect([error.code, error.place.field]).toEqual(['bad-field', 'spo_list[0].object']);
  });
});

test('a line beyond the limit is refused, not read into memory', async () => {
  const error = await fault('text-tsv', classes, `1\t${'甲'.repeat(23_000_000)}\n`);
  expect(error.code).toBe('line-too-long');
});
