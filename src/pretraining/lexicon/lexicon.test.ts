import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import { type AnnotatedText, annotatedTexts } from './annotations.ts';
import { addAnnotations, addCandidate, createCandidates } from './candidates.ts';
import { addWordList, readTerms, writeLexicon } from './files.ts';
import { refineLexicon } from './refine.ts';

const folder = mkdtempSync(join(tmpdir(), 'lexicon-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** `[腹痛]两天`: the text in brackets is annotated. */
function annotate(marked: string, task = 'a'): AnnotatedText {
  const mentions: { start: number; end: number; type: string }[] = [];
  let text = '';
  for (const part of marked.split(/(\[[^\]]*\])/)) {
    if (part.startsWith('['))
      mentions.push({ start: text.length, end: text.length + part.length - 2, type: '症状' });
    text += part.replace(/^\[|\]$/g, '');
  }
  return { task, text, mentions };
}

async function* sentences(...texts: string[]) {
  for (const text of texts) yield [text];
}

const termsOf = (entries: readonly { text: string }[]) => entries.map(({ text }) => text);

describe('candidates', () => {
  it('are merged where only width, case and outer punctuation differ, types kept', () => {
    const candidates = createCandidates();
    for (const term of ['CT', ' ｃｔ。', '“ct”']) addCandidate(candidates, term, '检查');
    addCandidate(candidates, 'Ct', 'test', 3);
    addCandidate(candidates, '糖尿病(2型)', '疾病');
    addCandidate(candidates, '(胃壁)淋巴结、', '部位');
    addCandidate(candidates, '。', '疾病');
    expect([...candidates].map(([key, { types }]) => [key, ...types])).toEqual([
      ['ct', ['检查', 3], ['test', 3]],
      ['糖尿病(2型)', ['疾病', 1]],
      ['(胃壁)淋巴结', ['部位', 1]],
    ]);
  });

  it('come from word lists with and without types', async () => {
    const candidates = createCandidates();
    await addWordList(
      candidates,
      write('symptom.txt', '\ufeff腹痛\r\n\n拉稀\t症状\n头晕\t症状:3,疾病:1\t7\n.*\n癌\n腹胀\t症状\r疾病\n'),
    );
    expect([...candidates].map(([key, { types }]) => [key, Object.fromEntries(types)])).toEqual([
      ['腹痛', { symptom: 1 }],
      ['拉稀', { 症状: 1 }],
      ['头晕', { 症状: 3, 疾病: 1 }],
      ['癌', { symptom: 1 }],
      ['腹胀', { '症状\r疾病': 1 }],
    ]);
    await expect(addWordList(candidates, write('x.txt', Uint8Array.of(0xff, 10)))).rejects.toMatchObject({
      code: 'not-utf8',
    });
  });

  it('come from every family that marks anything', () => {
    const split = (id: string, input: object, gold: object) => ({
      task: { ...findTask('cEHRNER'), id, family: id } as never,
      examples: [{ id: '0', input, gold } as never],
      documents: [],
      files: [],
    });
    const texts = [
      ...annotatedTexts([
        split('ner', { text: '腹痛两天' }, { entities: [{ start: 0, end: 2, type: '症状' }] }),
        split(
          'dialogue',
          {
            turns: [
              { speaker: 'a', text: '你好' },
              { speaker: 'b', text: '我头晕' },
            ],
          },
          { symptoms: [], entities: [{ turn: 1, start: 1, end: 3 }] },
        ),
        split(
          'relation',
          { text: '糖尿病用胰岛素，胰岛素有效' },
          { triples: [{ subject: '糖尿病', predicate: '用药', object: '胰岛素', objectType: '药物' }] },
        ),
        split('classification', { text: '腹痛' }, { label: '0' }),
      ]),
    ];
    expect(
      texts.map(({ text, mentions }) =>
        mentions.map(({ start, end, type }) => [text.slice(start, end), type]),
      ),
    ).toEqual([
      [['腹痛', '症状']],
      [],
      [['头晕', 'symptom']],
      [
        ['糖尿病', 'term'],
        ['胰岛素', '药物'],
        ['胰岛素', '药物'],
      ],
    ]);
  });
});

describe('refining', () => {
  it('gives the reason why a term is left out', async () => {
    const candidates = createCandidates();
    for (const term of ['癌', '长'.repeat(21), '3月', '疼。疼', '患者', '腹痛', '没见过'])
      addCandidate(candidates, term, 't');
    const { kept, rejected } = await refineLexicon(candidates, {
      annotated: [],
      corpus: sentences('腹痛腹痛'),
      minFrequency: 1,
    });
    expect(kept).toEqual([{ text: '腹痛', types: { t: 1 }, frequency: 2, purity: Number.NaN }]);
    expect(rejected.map(({ entry, reason }) => `${entry.text.slice(0, 3)} ${reason}`)).toEqual([
      '癌 too-short',
      '长长长 too-long',
      '3月 not-a-term',
      '疼。疼 not-a-term',
      '患者 common-word',
      '没见过 rare',
    ]);
  });

  it('leaves out what is almost never annotated, by the rules of the tasks that annotate it', async () => {
    const candidates = createCandidates();
    const annotated = [
      annotate('[小弯]处'),
      ...Array.from({ length: 30 }, () => annotate('小弯处[溃疡]')),
      ...Array.from({ length: 30 }, () => annotate('小弯处溃疡', 'b')),
    ];
    addAnnotations(candidates, annotated);
    const { kept, rejected } = await refineLexicon(candidates, { annotated, minFrequency: 1 });
    expect(kept).toEqual([{ text: '溃疡', types: { 症状: 30 }, frequency: 0, purity: 1 }]);
    expect(rejected).toMatchObject([{ entry: { text: '小弯', purity: 1 / 31 }, reason: 'ambiguous' }]);
  });

  it('counts a term where it is not part of a longer one', async () => {
    const candidates = createCandidates();
    for (const term of ['消化不', '消化不良', '胃炎']) addCandidate(candidates, term, 't');
    const { kept, rejected } = await refineLexicon(candidates, {
      annotated: [],
      corpus: sentences('消化不良和胃炎', '消化不良'),
      minFrequency: 1,
    });
    expect(termsOf(kept)).toEqual(['消化不良', '胃炎']);
    expect(termsOf(rejected.map(({ entry }) => entry))).toEqual(['消化不']);
  });
});

describe('lexicon files', () => {
  it('are read back as word lists', async () => {
    const file = join(folder, 'lexicon.tsv');
    const entry = { text: 'CT检查', types: { '检查,影像': 2, test: 1 }, frequency: 5, purity: 0.5 };
    await writeLexicon(file, [entry, { ...entry, text: '腹痛', purity: Number.NaN }]);
    expect(readFileSync(file, 'utf8')).toBe(
      'entry\ttypes\tfrequency\tpurity\nCT检查\t检查 影像:2,test:1\t5\t0.500\n腹痛\t检查 影像:2,test:1\t5\t\n',
    );
    expect(await readTerms([file])).toEqual(['ct检查', '腹痛']);
    await expect(readTerms([write('none.txt', '\n')])).rejects.toMatchObject({ code: 'lexicon-empty' });
    expect(await readTerms([])).toEqual([]);
    await expect(readTerms([write('p.tsv', 'phrase\tquality\n一直拉稀\t0.9\n')])).rejects.toMatchObject({
      code: 'wrong-list',
      hint: 'Use --phrases for it.',
    });
  });

  it('may contain a hundred thousand terms, including single characters and patterns', async () => {
    const terms = Array.from(
      { length: 100_000 },
      (_, i) => `词${i.toString(36).replace(/\d/g, (d) => '零一二三四五六七八九'[+d])}病`,
    );
    const file = write('large.txt', ['痛', '(a+)+$', ...terms].join('\n'));
    const candidates = createCandidates();
    await addWordList(candidates, file);
    const { kept } = await refineLexicon(candidates, {
      annotated: [],
      corpus: sentences(terms[77]),
      minFrequency: 1,
    });
    expect(termsOf(kept)).toEqual([terms[77]]);
  });
});
