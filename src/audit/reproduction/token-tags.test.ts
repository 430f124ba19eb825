import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { createTokenizer, type Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { readVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { sparse, sumCounts } from '../../statistics/counts.ts';
import type { Prediction } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { findTask } from '../../tasks/registry.ts';
import { findReproduction } from './registry.ts';
import { RELEASED_TAGS } from './released-tags.ts';
import { readTaggedLines, seePieces } from './tagged-lines.ts';
import { macroOverTags } from './token-tags.ts';

interface Fixture {
  readonly vocabulary: readonly string[];
  readonly cases: readonly {
    readonly task: string;
    readonly bio: string;
    readonly texts: readonly string[];
    readonly golds: readonly (readonly Entity[])[];
    readonly answers: readonly (readonly Entity[] | null)[];
    readonly expected: { precision: number; recall: number; f1: number; pieces: number };
  }[];
}

const fixture: Fixture = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures', 'token-tags.json'), 'utf8'),
);
let dataDir: string;
let tokenizer: Tokenizer;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chineseblue-reproduction-'));
  const vocabulary = join(dataDir, 'vocab.txt');
  await writeFile(vocabulary, `${fixture.vocabulary.join('\n')}\n`);
  tokenizer = createTokenizer(await readVocabulary(vocabulary), { specialTokensInText: 'as-text' });
});
afterAll(() => rm(dataDir, { recursive: true }));

/** A corpus of one test split in both formats. */
async function open(
  name: string,
  texts: readonly string[],
  golds: readonly (readonly Entity[])[],
  bio: string,
) {
  const folder = join(dataDir, name);
  await mkdir(folder, { recursive: true });
  const records = texts.map((text, i) =>
    JSON.stringify({
      text,
      mention_data: golds[i].map(({ start, end, type }) => ({
        ...{ mention: text.slice(start, end), offset: String(start), type, label: type },
      })),
    }),
  );
  await writeFile(join(folder, 'test.json'), `${records.join('\n')}\n`);
  await writeFile(join(folder, 'test.txt'), bio);
  const task = findTask(name);
  const { examples, files } = await (await openDataset({ task, dir: dataDir })).split('test');
  const corpus = { task, split: 'test', dataDir, examples, files, tokenizer } as const;
  return findReproduction(task).open(corpus);
}

describe('the published NER score', () => {
  it.each(fixture.cases.map((made, i) => [`${made.task} ${i}`, made] as const))(
    'equals tokenizers and scikit-learn: %s',
    async (_name, { task, texts, golds, bio, answers, expected }) => {
      const measure = await open(task, texts, golds, bio);
      const predictions = answers.map((entities) => (entities ? { entities } : undefined));
      const { value, details, counts, width, scoreOf } = measure.score(predictions);
      expect(value).toBeCloseTo(expected.f1, 12);
      expect(details?.precision).toBeCloseTo(expected.precision, 12);
      expect(details?.recall).toBeCloseTo(expected.recall, 12);
      expect(measure.scope.en).toMatch(new RegExp(`^${expected.pieces} WordPieces`));
      expect(sparse(counts, width).units).toBe(texts.length);
      expect(scoreOf(sumCounts(counts, width))).toBe(value);
    },
  );

  it('equals the value computed by hand', async () => {
    // 头痛 a symptom (B I), 发 a body part (B), 热 outside; answered: 头 alone a symptom, 发 missed.
    const text = '头痛发热';
    const gold = [
      { start: 0, end: 2, type: '症状' },
      { start: 2, end: 3, type: '解剖部位' },
    ];
    const measure = await open('cEHRNER', [text], [gold], '头 B_症状\n痛 I_症状\n发 B_解剖部位\n热 O\n\n');
    const answer: Prediction<'ner'> = { entities: [{ start: 0, end: 1, type: '症状' }] };
    // B_症状 F1 1; I_症状 0; B_解剖部位 0; O: 1 right of 3 predicted, 1 gold: 2·(1/3)/(4/3) = 1/2.
    expect(measure.score([answer]).value).toBeCloseTo((1 + 0.5) / 14, 15);
    // All right: O, B_症状, I_症状, B_解剖部位 are 1, ten absent tags 0.
    expect(measure.score([{ entities: gold }]).value).toBeCloseTo(4 / 14, 15);
    expect(measure.score([undefined]).value).toBe(0);
    // The last tag is not scored, yet wrongly predicting it costs the O that was right.
    const over = { entities: [gold[0], { start: 2, end: 4, type: '解剖部位' }] };
    expect(measure.score([over]).value).toBeCloseTo(3 / 14, 15);
    // Of two that overlap the first stays: 发 and 热 are then O, one rightly: F1 2/3.
    const overlapping = { entities: [gold[0], { start: 1, end: 4, type: '解剖部位' }] };
    expect(measure.score([overlapping]).value).toBeCloseTo((2 + 2 / 3) / 14, 15);
  });

  it('reads nothing after 126 WordPieces', async () => {
    const text = `${'头'.repeat(125)}痛热发`;
    const gold = [{ start: 126, end: 128, type: '药物' }];
    const bio = `${[...text].map((c, i) => `${c} ${i === 126 ? 'B_药物' : i === 127 ? 'I_药物' : 'O'}`).join('\n')}\n\n`;
    const measure = await open('cEHRNER', [text], [gold], bio);
    expect(measure.visible).toEqual([126]);
    expect(measure.score([{ entities: [] }]).value).toBeCloseTo(1 / 14, 15);
    expect(measure.score([{ entities: gold }]).value).toBeCloseTo(1 / 14, 15);
  });

  it('drops what follows the last empty line, as the script does', async () => {
    const texts = ['头痛', '发热'];
    const golds = texts.map(() => [{ start: 0, end: 2, type: '症状' }]);
    const document = (text: string): string => `${text[0]} B_症状\n${text[1]} I_症状\n`;
    const measure = await open('cEHRNER', texts, golds, `${document(texts[0])}\n${document(texts[1])}`);
    expect(measure.scope.en).toBe('2 WordPieces of 2 characters in 1 document');
  });

  it('refuses files that do not match, and a missing vocabulary', async () => {
    const gold = [{ start: 0, end: 1, type: '症状' }];
    await expect(open('cEHRNER', ['头痛'], [gold], '头 B_症状\n\n')).rejects.toMatchObject({
      code: 'not-comparable',
    });
    const bare = { task: findTask('cEHRNER'), split: 'test', dataDir, examples: [], files: [] } as const;
    await expect(findReproduction(bare.task).open(bare)).rejects.toMatchObject({ code: 'no-vocabulary' });
  });

  it('lists exactly the tags of each task', () => {
    for (const { task, tags, lastScored } of RELEASED_TAGS) {
      const types = findTask(task).labels.map(({ id }) => id);
      expect([...tags].sort()).toEqual(['O', ...types.flatMap((t) => [`B_${t}`, `I_${t}`])].sort());
      expect(tags.slice(lastScored)).toEqual(task === 'cEHRNER' ? ['I_解剖部位'] : ['B_time', 'I_time']);
    }
  });
});

describe('lines of a BIO file', () => {
  it('are read with their irregularities', () => {
    expect(readTaggedLines('头 B_a\n  O\n\u3000 O\n\n\n痛 O\n\n热 O\n')).toEqual([
      [
        { word: '头', tag: 'B_a' },
        { word: 'O', tag: 'O' },
        { word: 'O', tag: 'O' },
      ],
      [{ word: '痛', tag: 'O' }],
    ]);
  });

  it('are split into WordPieces separately', () => {
    const document = ['1', '1', '각', '\u200b', '头'].map((word) => ({ word, tag: 'O' }));
    expect(seePieces(document, tokenizer, 6)).toEqual({
      lines: Int32Array.of(0, 1, 2, 2, 2, 4),
      first: Uint8Array.of(1, 1, 1, 0, 0, 1),
    });
    expect(seePieces(document, tokenizer, 4).lines).toHaveLength(4);
  });
});

describe('macroOverTags', () => {
  it('counts an absent tag as 0', () => {
    expect(macroOverTags([2, 2, 4, 0, 0, 0])).toEqual({ precision: 0.5, recall: 0.25, f1: 1 / 3 });
  });
});
