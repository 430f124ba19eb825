import { createTextSpool } from '../../ground/text-spool.ts';

/** Documents on disk, in order, each readable by its number: 8 bytes of memory per document. */
export interface Spool {
  readonly size: number;
  /** Sentences have no line breaks. */
  add(sentences: readonly string[]): void;
  read(index: number): string[];
  /** All of them, in order. */
  documents(): Generator<string[]>;
  /** Deletes the file. */
  close(): void;
}

const sentencesIn = (text: string): string[] => (text === '' ? [] : text.split('\n'));

/** Throws a UserError if the disk is full or the file cannot be created. */
export function createSpool(file: string): Spool {
  const spool = createTextSpool(file, 'utf8');
  return {
    get size() {
      return spool.size;
    },
    add: (sentences) => spool.add(sentences.join('\n')),
    read: (index) => sentencesIn(spool.read(index)),
    *documents() {
      for (const text of spool.texts()) yield sentencesIn(text);
    },
    close: spool.close,
  };
}
