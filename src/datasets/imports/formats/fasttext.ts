import { readLineBatches } from '../../../ground/files.ts';
import type { ImportFormat } from '../import-format.ts';
import type { RawRecord } from '../raw.ts';

const LABEL = '__label__';

/**
 * fastText: `__label__NAME` for each class, then the text, a record on each line. doccano writes comments behind the text
 * (`__comment__…`), which are left out.
 */
export const fasttext: ImportFormat = {
  title: { en: 'fastText', zh: 'fastText 文本' },
  offsets: { unit: 'utf16', end: 'exclusive' },
  fits: ({ lines }) => {
    const labelled = lines.filter((line) => line.startsWith(LABEL)).length;
    return labelled > 0 && labelled >= lines.length / 2;
  },
  async *read({ file, path }, { misfit }) {
    for await (const lines of readLineBatches(path)) {
      const records: RawRecord[] = [];
      for (const { text: line, number } of lines) {
        if (line.trim() === '') continue;
        const place = { file, line: number };
        const [labels] = /^\s*(?:__label__\S*\s*)*/.exec(line) ?? [''];
        const text = line
          .slice(labels.length)
          .replace(/\s+__comment__.*$/, '')
          .trimEnd();
        if (text === '') misfit({ code: 'no-text', ...place });
        else records.push({ place, texts: [text], labels: namesOf(labels) });
      }
      yield records;
    }
  },
};

const namesOf = (labels: string): string[] =>
  labels
    .trim()
    .split(/\s+/)
    .map((word) => word.slice(LABEL.length))
    .filter((name) => name !== '');
