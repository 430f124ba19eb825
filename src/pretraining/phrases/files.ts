import { UserError } from '../../ground/errors.ts';
import { writeAtomic } from '../../ground/files.ts';
import { readList } from '../word-list.ts';
import type { Mined, Phrase } from './mine.ts';

const HEADER = ['phrase', 'quality', 'domain', 'count', 'segments', 'pmi', 'left', 'right', 'known'];

const KNOWN_COLUMN = HEADER.indexOf('known');

const rowOf = (phrase: Phrase): (string | number)[] => [
  phrase.text,
  phrase.quality.toFixed(3),
  Number.isNaN(phrase.domain) ? '' : phrase.domain.toFixed(3),
  phrase.count,
  phrase.segments,
  phrase.pmi.toFixed(2),
  phrase.leftEntropy.toFixed(2),
  phrase.rightEntropy.toFixed(2),
  phrase.known ? 1 : 0,
];

const tableOf = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((cells) => `${cells.join('\t')}\n`).join('');

/** Tab-separated, with a header; entropies in nats. */
export async function writePhrases(file: string, phrases: readonly Phrase[]): Promise<void> {
  await writeAtomic(file, tableOf([HEADER, ...phrases.map(rowOf)]));
}

/** As `writePhrases`, most frequent first, with the reason in the last column. */
export async function writeRejected(file: string, rejected: Mined['rejected']): Promise<void> {
  const sorted = rejected.toSorted((a, b) => b.phrase.count - a.phrase.count);
  const rows = sorted.map(({ phrase, reason }) => [...rowOf(phrase), reason]);
  await writeAtomic(file, tableOf([[...HEADER, 'reason'], ...rows]));
}

/**
 * The phrases in a file of `writePhrases` that are not in the lexicon, or all phrases of a list with one per line.
 * Throws a UserError (`phrases-empty`), and those of `readList`.
 */
export async function readPhrases(file: string): Promise<string[]> {
  const phrases = new Set<string>();
  for await (const rows of readList(file, 'phrases')) {
    for (const row of rows) if (row[0] !== '' && row[KNOWN_COLUMN] !== '1') phrases.add(row[0]);
  }
  if (phrases.size > 0) return [...phrases];
  throw new UserError(
    'phrases-empty',
    { en: 'The list contains no phrase', zh: '列表中没有短语' },
    { file, hint: { en: 'Write one phrase per line.', zh: '每行写一个短语。' } },
  );
}
