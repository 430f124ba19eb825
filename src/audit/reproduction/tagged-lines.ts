import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';

/** One line of a BIO file as the released scripts read it. */
export interface TaggedLine {
  readonly word: string;
  readonly tag: string;
}

/** The characters that Python's `str.strip` removes, which differ from JavaScript's `trim` in a few. */
const PYTHON_SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const ENDS = new RegExp(`^${PYTHON_SPACE}+|${PYTHON_SPACE}+$`, 'g');

/**
 * Reads a BIO file as the released scripts do: a line is stripped and split at single spaces, its first part is the
 * word and its last the tag (so a line whose character is a blank reads as the word `O` tagged `O`), and an empty
 * line ends a document. What follows the last empty line is lost. Documents without lines are left out: they hold
 * special tokens only, which are not scored.
 */
export function readTaggedLines(text: string): TaggedLine[][] {
  const documents: TaggedLine[][] = [];
  let lines: TaggedLine[] = [];
  const rows = text.split('\n');
  if (rows.at(-1) === '') rows.pop();
  for (const row of rows) {
    const parts = row.replace(ENDS, '').split(' ');
    const [word] = parts;
    if (parts.length === 1 && word === '') {
      if (lines.length > 0) documents.push(lines);
      lines = [];
    } else lines.push({ word, tag: parts[parts.length - 1] });
  }
  return documents;
}

/** For every WordPiece within the length of the model, the line that it comes from and whether it is the line's first. */
export interface SeenPieces {
  readonly lines: Int32Array;
  readonly first: Uint8Array;
}

/** Splits every word into WordPieces separately and keeps the first `length` of the document. */
export function seePieces(document: readonly TaggedLine[], tokenizer: Tokenizer, length: number): SeenPieces {
  const lines: number[] = [];
  const first: number[] = [];
  for (let i = 0; i < document.length && lines.length < length; i++) {
    const pieces = tokenizer.tokenize(document[i].word).ids.length;
    for (let piece = 0; piece < pieces && lines.length < length; piece++) {
      lines.push(i);
      first.push(piece === 0 ? 1 : 0);
    }
  }
  return { lines: Int32Array.from(lines), first: Uint8Array.from(first) };
}
