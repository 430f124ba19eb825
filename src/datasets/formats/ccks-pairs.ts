import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, readTextFile } from '../../ground/files.ts';
import type { OffsetRule } from '../imports/offsets.ts';
import type { RawSpan } from '../imports/raw.ts';
import { isSystemFile } from '../system-files.ts';
import { inferRule, type MarkedText } from './cblue/offset-rule.ts';
import type { Format, SourceRecord } from './format.ts';
import { placeSpans } from './place-spans.ts';

const TEXT_ENDING = '.txtoriginal.txt';
const MARKS_ENDING = '.txt';

/**
 * CCKS 2017: a directory, or folders in it, with two files for each text: the text (`X-1.txtoriginal.txt`) and its entities
 * (`X-1.txt`), `mention<TAB>start<TAB>end<TAB>type` on each line. `end` is the last character, in code points of the whole
 * file, white space included; a directory that counts otherwise is read by its own rule (`offset-rule`). The independent
 * unit is the record that parts of equal number belong to. An entity that reads otherwise is noticed (`mention-differs`),
 * one that leaves its text dropped (`mention-outside`). A text without a file of entities has no gold.
 */
export const ccks2017 = ccksPairs({ unit: 'code-point', end: 'inclusive' });

/** CCKS 2018: as CCKS 2017, but `end` is one past the last character. */
export const ccks2018 = ccksPairs({ unit: 'code-point', end: 'exclusive' });

function ccksPairs(official: OffsetRule): Format {
  return {
    families: ['ner'],
    list: listPairs,
    shape: {
      en: 'two files for each text: X-1.txtoriginal.txt, and X-1.txt with mention<TAB>start<TAB>end<TAB>type on each line',
      zh: '每个文本两个文件：X-1.txtoriginal.txt，以及每行为 提及<TAB>起点<TAB>终点<TAB>类型 的 X-1.txt',
    },
    async *read(directory, context) {
      const names = await listPairs(directory);
      const known = new Set(names);
      const pairs = names
        .filter((name) => name.endsWith(TEXT_ENDING))
        .map((name): Pair => {
          const stem = name.slice(0, -TEXT_ENDING.length);
          const marks = known.has(stem + MARKS_ENDING) ? join(directory, stem + MARKS_ENDING) : undefined;
          return { stem, file: join(directory, name), marks };
        });
      const rule = await inferRule(markedTexts(pairs), official, context);
      for (const pair of pairs) yield [await readPair(pair, rule)];
    },
  };
}

/** A text with the file of its entities, if any. */
interface Pair {
  /** Its name below the directory, with forward slashes, without endings. */
  readonly stem: string;
  readonly file: string;
  readonly marks?: string;
}

/** The texts of a directory and what stands below it, each with its entities, in byte order. */
async function listPairs(directory: string): Promise<string[]> {
  try {
    const names = (await readdir(directory, { recursive: true }))
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => !isSystemFile(name));
    const stems = new Set(
      names.filter((name) => name.endsWith(TEXT_ENDING)).map((name) => name.slice(0, -TEXT_ENDING.length)),
    );
    const isPart = (name: string): boolean =>
      name.endsWith(TEXT_ENDING) ||
      (name.endsWith(MARKS_ENDING) && stems.has(name.slice(0, -MARKS_ENDING.length)));
    return names.filter(isPart).sort((a, b) => byNumber(a) - byNumber(b) || (a < b ? -1 : 1));
  } catch (error) {
    throw explainFileError(error, directory);
  }
}

const numberOf = (stem: string): string | undefined => /-(\d+)$/.exec(stem)?.[1];
const byNumber = (name: string): number => Number(numberOf(name.replace(/\.txt(original\.txt)?$/, '')) ?? -1);

async function* markedTexts(pairs: readonly Pair[]): AsyncGenerator<MarkedText> {
  for (const pair of pairs) yield await readMarked(pair);
}

async function readMarked({ file, marks }: Pair): Promise<MarkedText> {
  const text = await readTextFile(file);
  return { text, spans: marks === undefined ? [] : readSpans(await readTextFile(marks), marks) };
}

function readSpans(content: string, file: string): RawSpan[] {
  return content.split('\n').flatMap((whole, i): RawSpan[] => {
    const line = whole.replace(/\r$/, '').replace(/^\ufeff/, '');
    if (line.trim() === '') return [];
    // a mention may contain tabs: only the last three columns are fixed
    const columns = line.split('\t');
    const [type, end, start] = columns.toReversed();
    if (columns.length < 4 || !isOffset(start) || !isOffset(end) || type.trim() === '')
      throw badColumns(file, i + 1);
    const mention = columns.slice(0, -3).join('\t');
    return [{ start: Number(start), end: Number(end), type: type.trim(), mention, field: String(i + 1) }];
  });
}

const isOffset = (column: string): boolean => /^\s*\d{1,9}\s*$/.test(column);

async function readPair(pair: Pair, rule: OffsetRule): Promise<SourceRecord> {
  const { stem, file, marks } = pair;
  const marked = await readMarked(pair);
  const value = { id: stem, group: numberOf(stem) ?? stem, text: marked.text };
  if (marks === undefined) return { value, file };
  const lineOf = ({ field }: RawSpan): number => Number(field);
  const { entities, kept, notices } = placeSpans(marked, rule, (span) => ({ line: lineOf(span) }));
  const lines = kept.map(lineOf);
  const origin = (field: string) => ({
    field: field.replace(/^entities\[\d+\]\.?/, ''),
    line: lines[Number(/\[(\d+)\]/.exec(field)?.[1])],
  });
  return { value: { ...value, entities }, file: marks, notices, origin };
}

const badColumns = (file: string, line: number): UserError =>
  new UserError(
    'bad-columns',
    {
      en: 'Expected a mention, two offsets and a type, separated by tabs',
      zh: '应为以制表符分隔的 提及、起点、终点、类型',
    },
    {
      ...{ file, line },
      hint: { en: 'The file may be truncated: fetch it again.', zh: '文件可能不完整，请重新获取。' },
    },
  );
