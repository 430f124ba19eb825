import { basename, extname } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { writeAtomic } from '../../ground/files.ts';
import { readList } from '../word-list.ts';
import { addCandidate, type Candidates, createCandidates } from './candidates.ts';
import type { LexiconEntry } from './refine.ts';

const HEADER = ['entry', 'types', 'frequency', 'purity'];

/**
 * Adds the terms of a word list: one per line, alone or followed by a tab and its type (or `type:count,…`); the type
 * of a bare term is the file's name. Files of `writeLexicon` are word lists too.
 * Throws the UserErrors of `readList`.
 */
export async function addWordList(candidates: Candidates, file: string): Promise<void> {
  const type = basename(file, extname(file));
  for await (const rows of readList(file, 'lexicon')) {
    for (const [term, types] of rows) {
      if (!types?.trim()) addCandidate(candidates, term, type);
      else {
        for (const part of types.split(',')) {
          const [, name, count] = /^(.*?)(?::(\d+))?$/s.exec(part.trim())!;
          const times = Math.min(Number(count ?? 1), Number.MAX_SAFE_INTEGER);
          addCandidate(candidates, term, name || type, times);
        }
      }
    }
  }
}

/** The distinct folded terms of word lists or of a file of `writeLexicon`. Throws a UserError (`lexicon-empty`), and those of `readList`. */
export async function readTerms(files: readonly string[]): Promise<string[]> {
  const candidates = createCandidates();
  for (const file of files) await addWordList(candidates, file);
  if (files.length > 0 && candidates.size === 0) {
    throw new UserError(
      'lexicon-empty',
      { en: 'The word list contains no word', zh: '词表为空' },
      {
        file: files.join(', '),
        hint: {
          en: 'Write one word per line, optionally followed by a tab and its type.',
          zh: '每行写一个词，其后可加制表符和类型。',
        },
      },
    );
  }
  return [...candidates.keys()];
}

/** Tab-separated, with a header: entry, types as `type:count,…`, frequency, purity (empty if unknown). */
export async function writeLexicon(file: string, entries: readonly LexiconEntry[]): Promise<void> {
  await writeAtomic(file, lexiconLines(entries));
}

const LINES_AT_ONCE = 10_000;

function* lexiconLines(entries: readonly LexiconEntry[]): Generator<string> {
  yield `${HEADER.join('\t')}\n`;
  for (let from = 0; from < entries.length; from += LINES_AT_ONCE)
    yield entries
      .slice(from, from + LINES_AT_ONCE)
      .map(lineOf)
      .join('');
}

function lineOf({ text, types, frequency, purity }: LexiconEntry): string {
  const named = Object.entries(types).map(([type, count]) => `${type.replace(/[\t\n,:]/g, ' ')}:${count}`);
  return `${text}\t${named.join(',')}\t${frequency}\t${Number.isNaN(purity) ? '' : purity.toFixed(3)}\n`;
}
