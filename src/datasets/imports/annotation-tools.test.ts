import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createImports, misfitCounts } from './fixtures/imported.ts';

const { fromContents, fromPaths } = createImports();

/** By hand from the description of WebAnno TSV 3.3: a token in two parts, stacked and nested spans, escapes, relations. */
const WEBANNO = `#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_RL=webanno.custom.Treats|label|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity


#Text=🩺甲 病用乙药
1-1\t0-2\t🩺\t_\t_\t_\t_\t_\t
1-2\t2-3\t甲\tN\t*[1]\tdis[1]\t_\t_\t
1-3\t4-5\t病\tN\t*[1]|*[2]\tdis[1]|bod\\_x[2]\t_\t_\t
1-4\t5-6\t用\tV\t_\t_\t_\t_\t
1-5\t6-8\t乙药\tN\t*\tdru\t治\t1-2[1_0]\t
1-5.1\t6-7\t乙\t_\t*\tora\t_\t_\t

#Text=无\\n异常
2-1\t10-11\t无\t_\t_\t_\t_\t_\t
2-2\t12-14\t异常\t_\t*\t*\t_\t_\t
`;

it('reads WebAnno TSV: stacked spans, parts of tokens, sentences at their places, relations', async () => {
  const { report, records } = await fromContents({ 'test.tsv': WEBANNO });
  expect(report).toMatchObject({ format: 'webanno', offsets: { unit: 'utf16', end: 'exclusive' } });
  const [{ text, entities, triples }] = await records('test');
  expect(text).toBe('🩺甲 病用乙药 \n无\n异常');
  expect(entities).toEqual([
    { start: 2, end: 5, type: 'dis', mention: '甲 病' },
    { start: 4, end: 5, type: 'bod_x', mention: '病' },
    { start: 6, end: 8, type: 'dru', mention: '乙药' },
    { start: 6, end: 7, type: 'ora', mention: '乙' },
    { start: 12, end: 14, type: 'NamedEntity', mention: '异常' },
  ]);
  expect(triples).toMatchObject([{ subject: '甲 病', predicate: '治', object: '乙药' }]);
  expect(misfitCounts(report)).toEqual({ 'not-carried': 1 });
});

it('reads the named layer of WebAnno TSV', async () => {
  const { report } = await fromContents({ 'test.tsv': WEBANNO }, { given: { fields: { entities: 'POS' } } });
  expect(report.labels).toEqual(['N', 'V']);
});

it('reads UIMA CAS JSON as dkpro-cassis writes it', async () => {
  const { report, records } = await fromPaths([join(import.meta.dirname, 'fixtures', 'test-cas.json')]);
  expect(report).toMatchObject({ format: 'cas-json', offsets: { unit: 'utf16', end: 'exclusive' } });
  expect(await records('test')).toMatchObject([
    {
      entities: [
        { start: 2, end: 4, type: 'dis', mention: '甲病' },
        { start: 5, end: 7, type: 'dru', mention: '乙药' },
      ],
      triples: [{ subject: '甲病', predicate: '治', object: '乙药' }],
    },
  ]);
});

const studio = (ending: string) => fromPaths([join(import.meta.dirname, 'fixtures', `test-studio${ending}`)]);
const ENTITIES = [
  [
    { start: 2, end: 4, type: 'dis', mention: '甲病' },
    { start: 5, end: 7, type: 'dru', mention: '乙药' },
  ],
  [{ start: 0, end: 2, type: 'dis', mention: '丙病' }],
];

it.each([
  ['.json', 'label-studio-min'],
  ['.csv', 'csv'],
])('reads %s as written by the converter of Label Studio', async (ending, format) => {
  const { report, records } = await studio(ending);
  expect(report).toMatchObject({ format, family: 'ner', offsets: { unit: 'code-point', end: 'exclusive' } });
  expect((await records('test')).map(({ entities }) => entities)).toEqual(ENTITIES);
});

it('reads the CoNLL of Label Studio, which has one tag for each token', async () => {
  const { report, records } = await studio('.conll');
  expect([report.format, misfitCounts(report)]).toEqual(['conll', {}]);
  expect((await records('test')).map(({ text }) => text)).toEqual(['🩺甲病用乙药', '丙病CT无']);
});

it('names a cell that is not JSON where those before are', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `文${i},"[{""start"":0,""end"":1,""labels"":[""a""]}]"`);
  const read = fromContents({ 'test.csv': `text,label\n${rows.join('\n')}\n文,[{\n` });
  const place = expect.objectContaining({ line: 62, field: 'label' });
  await expect(read).rejects.toMatchObject({ code: 'bad-json', place });
});

it('reads the old annotations of doccano, of the first user, and counts those that differ', async () => {
  const span = (user: number, start: number, end: number, label: number) => ({
    ...{ id: 1, label, start_offset: start, end_offset: end, user },
  });
  const lines = [
    {
      id: 1,
      text: '甲病用乙药',
      meta: {},
      annotations: [span(1, 0, 2, 3), span(1, 3, 5, 4), span(2, 0, 2, 3)],
    },
    { id: 2, text: '无', meta: {}, annotations: [] },
  ];
  const content = lines.map((line) => JSON.stringify(line)).join('\n');
  const { report, records } = await fromContents({ 'test.jsonl': content });
  expect([report.format, misfitCounts(report)]).toEqual([
    'doccano',
    { 'annotators-differ': 1, 'no-gold': 1 },
  ]);
  expect(await records('test')).toMatchObject([
    { entities: [{ type: '3' }, { type: '4', mention: '乙药' }] },
  ]);
  const classes = '{"id":1,"text":"甲","annotations":[{"label":2,"user":1}]}\n';
  expect((await fromContents({ 'test.jsonl': classes })).report).toMatchObject({
    family: 'classification',
    labels: ['2'],
  });
});

it('distinguishes several labels in a cell of a doccano table from labels that contain a #', async () => {
  const table = (cells: readonly string[]) =>
    `id,text,label\n${cells.map((cell, i) => `${i},文${i},${cell}`).join('\n')}\n`;
  const joined = await fromContents({ 'test.csv': table(['a', 'a#b', 'b', '']) });
  expect([joined.report.family, joined.report.labels]).toEqual(['multilabel', ['a', 'b']]);
  const whole = await fromContents({ 'test.csv': table(['C#', 'F#', 'C']) });
  expect([whole.report.family, whole.report.labels]).toEqual(['classification', ['C', 'C#', 'F#']]);
});

it('carries the attributes of brat, old and new', async () => {
  const { report, records } = await fromContents({
    'test/a.txt': '无发热，头痛',
    'test/a.ann':
      'T1\tsym 1 3\t发热\nT2\tsym 4 6\t头痛\nA1\tNegated T1\nM2\tSeverity T2 very high\nA3\tX R1\n#1\tNote T1\tx\n',
  });
  expect((await records('test'))[0].entities).toEqual([
    { start: 1, end: 3, type: 'sym', mention: '发热', attributes: { Negated: true } },
    { start: 4, end: 6, type: 'sym', mention: '头痛', attributes: { Severity: 'very high' } },
  ]);
  expect(misfitCounts(report)).toEqual({ 'not-carried': 2 });
});

it('reads the fastText of doccano: several classes, none, comments', async () => {
  const lines = ['__label__a __label__b 头痛 三天 __comment__重', '__label__a 咳嗽', ' 发热'];
  const { report, records } = await fromContents({ 'test.txt': lines.join('\n') });
  expect([report.format, report.family]).toEqual(['fasttext', 'multilabel']);
  expect(await records('test')).toEqual([
    { text: '头痛 三天', labels: ['a', 'b'] },
    { text: '咳嗽', labels: ['a'] },
    { text: '发热', labels: [] },
  ]);
});

it('reads the classes of a doccano project next to its spans as intents', async () => {
  const line = { id: 1, text: '订甲药', cats: ['购药'], label: [[1, 3, '药']], Comments: [] };
  const content = JSON.stringify(line);
  const spans = await fromContents({ 'test.jsonl': content });
  expect([spans.report.family, spans.report.misfits.map(({ code }) => code)]).toEqual([
    'ner',
    ['other-gold'],
  ]);
  const classes = await fromContents({ 'test.jsonl': content }, { given: { family: 'classification' } });
  expect(await classes.records('test')).toEqual([{ id: '1', text: '订甲药', label: '购药' }]);
});

it('keeps the sentences of a CoNLL document together by --group document', async () => {
  const sentences = (document: number): string =>
    [1, 2, 3]
      .map((i) => `${['第', `${document}`, '例', `${i}`].map((c) => `${c} O\n`).join('')}甲 B-dis\n\n`)
      .join('');
  const content = Array.from({ length: 12 }, (_, i) => `-DOCSTART- O\n\n${sentences(i)}`).join('');
  const { records } = await fromContents({ 'notes.conll': content }, { given: { group: 'document' } });
  const groups = await Promise.all(
    ['train', 'dev', 'test'].map(async (split) => (await records(split)).map(({ group }) => group)),
  );
  expect(groups.flat().length).toBe(36);
  expect(new Set(groups.flat()).size).toBe(12);
  expect(groups.map((own) => new Set(own).size * 3)).toEqual(groups.map(({ length }) => length));
  const other = fromContents({ 'notes.conll': content }, { given: { group: 'patient' } });
  await expect(other).rejects.toMatchObject({ code: 'no-group' });
});

it('reads CoNLL of four columns, -DOCSTART- and BILOU, and counts inside tags that continue nothing', async () => {
  const { report, records } = await fromContents({
    'test.conll':
      '-DOCSTART- -X- -X- O\n\n甲 N B O\n乙 N I B-dis\n病 N I L-dis\n药 N B U-dru\n\n病 N O I-dis\n\n',
  });
  expect([report.format, misfitCounts(report)]).toEqual(['conll', { 'tag-orphan': 1 }]);
  expect((await records('test')).map(({ entities }) => entities)).toEqual([
    [
      { start: 1, end: 3, type: 'dis', mention: '乙病' },
      { start: 3, end: 4, type: 'dru', mention: '药' },
    ],
    [{ start: 0, end: 1, type: 'dis', mention: '病' }],
  ]);
});

it.each([
  ['bad-webanno', { 'a.tsv': '#FORMAT=WebAnno TSV 3.3\n#T_XX=y\n' }, { line: 2 }],
  [
    'bad-webanno',
    { 'a.tsv': '#FORMAT=WebAnno TSV 3.3\n#T_SP=a.B|c\n\n#Text=甲\n1-1\t0-1\t甲\n' },
    { line: 5 },
  ],
  [
    'bad-webanno',
    { 'a.tsv': '#FORMAT=WebAnno TSV 3.3\n#Text=甲\n1-1\t99999999-99999999\t甲\t\n' },
    { line: 3 },
  ],
  ['bad-brat', { 'b/a.txt': '头痛', 'b/a.ann': 'A1\tNegated\n' }, { line: 1 }],
  ['bad-field', { 'a.json': '{"%FEATURE_STRUCTURES": 7}' }, { line: 1 }],
] as const)('%s %#', async (code, files, place) => {
  const error = await fromContents(files).catch((thrown) => thrown);
  expect([error.code, error.place]).toEqual([code, expect.objectContaining(place)]);
});
