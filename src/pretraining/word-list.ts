import { UserError } from '../ground/errors.ts';
import { readLineBatches } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';

/** First columns of the files with a header that `corpus lexicon` and `phrases mine` write. */
const HEADERS = { lexicon: ['entry', 'types'], phrases: ['phrase', 'quality'] } as const;
type ListKind = keyof typeof HEADERS;

const NAMES: Readonly<Record<ListKind, Text>> = {
  lexicon: { en: 'a lexicon', zh: '词典' },
  phrases: { en: 'a list of phrases', zh: '短语列表' },
};

/** Entries are words: longer lines, in UTF-16 code units, are text. */
const LONGEST_ENTRY = 50;

/**
 * The lines of a word list, split at tabs, in batches and without the header of our own files. Throws a UserError for a file
 * that is not UTF-8, `wrong-list` for a file of the other kind, and `not-a-list` at the end of a file of mostly long lines.
 */
export async function* readList(file: string, kind: ListKind): AsyncGenerator<string[][]> {
  let [lines, long] = [0, 0];
  for await (const batch of readLineBatches(file)) {
    const rows = batch.map(({ text }) => text.split('\t'));
    if (lines === 0 && rows.length > 0) {
      const header = kindOf(rows[0]);
      if (header !== undefined && header !== kind) throw wrongList(file, header, kind);
      if (header !== undefined) rows.shift();
    }
    lines += batch.length;
    for (const [entry] of rows) if (entry.length > LONGEST_ENTRY) long++;
    yield rows;
  }
  if (long > lines / 2) throw notAList(file, long, lines);
}

const kindOf = ([first, second]: readonly string[]): ListKind | undefined =>
  (Object.keys(HEADERS) as ListKind[]).find(
    (kind) => HEADERS[kind][0] === first && HEADERS[kind][1] === second,
  );

const wrongList = (file: string, found: ListKind, wanted: ListKind): UserError =>
  new UserError(
    'wrong-list',
    {
      en: `The file is ${NAMES[found].en}, not ${NAMES[wanted].en}`,
      zh: `该文件是${NAMES[found].zh}，不是${NAMES[wanted].zh}`,
    },
    { file, hint: { en: `Use --${found} for it.`, zh: `请用 --${found} 指定该文件。` } },
  );

const notAList = (file: string, long: number, lines: number): UserError =>
  new UserError(
    'not-a-list',
    {
      en: `${long} of ${lines} lines are longer than ${LONGEST_ENTRY} characters: this is text, not a list`,
      zh: `${lines} 行中有 ${long} 行超过 ${LONGEST_ENTRY} 个字符：这是文本，不是词表`,
    },
    {
      file,
      hint: {
        en: 'Write one term per line, optionally followed by a tab and its type.',
        zh: '每行写一个词，其后可加制表符和类型。',
      },
    },
  );
