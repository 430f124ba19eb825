import { createBuffer, type TokenBuffer } from './frame.ts';
import { buildTrie } from './trie.ts';
import type { Vocabulary } from './vocabulary.ts';

const CONTINUING = '##';

/** Gathers the characters of a word and cuts it into the longest pieces of the vocabulary, left to right. */
export interface WordPieces {
  readonly out: TokenBuffer;
  /** Adds a normalized character to the word. */
  push(code: number, start: number, end: number): void;
  /** Ends the word, if there is one: its pieces go to `out`; one unknown token where some part has no piece. */
  flush(): void;
  /** A token that is no part of a word. */
  emit(id: number, start: number, end: number): void;
  /** Forgets the word and all tokens from `count` on. */
  drop(count: number): void;
  /** The id of a word of one character. */
  single(code: number): number;
}

export function createWordPieces(vocabulary: Vocabulary, maxCharacters: number): WordPieces {
  const buffer = createBuffer();
  const { out, emit } = buffer;
  const { cut, single } = createCutter(vocabulary, buffer);
  const word: Word = {
    codes: new Int32Array(maxCharacters),
    starts: new Int32Array(maxCharacters),
    ends: new Int32Array(maxCharacters),
    length: 0,
    start: 0,
    end: 0,
  };

  return {
    out,
    push(code, start, end) {
      const { length } = word;
      if (length === 0) word.start = start;
      if (length < maxCharacters) {
        word.codes[length] = code;
        word.starts[length] = start;
        word.ends[length] = end;
      }
      word.end = end;
      word.length = length + 1;
    },
    flush() {
      if (word.length === 0) return;
      if (word.length > maxCharacters) emit(vocabulary.ids.unk, word.start, word.end);
      else cut(word);
      word.length = 0;
    },
    emit,
    drop(count) {
      out.count = count;
      word.length = 0;
    },
    single,
  };
}

/** The characters of a word. Those that the arrays have no room for are only counted. */
interface Word {
  readonly codes: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  length: number;
  /** Where the whole word starts and ends. */
  start: number;
  end: number;
}

/** How a word, and a word of one character, is looked up in a vocabulary. */
function createCutter(vocabulary: Vocabulary, { out, emit }: ReturnType<typeof createBuffer>) {
  const entries = vocabulary.tokens.map((token, id) => [token, id] as const);
  const first = buildTrie(entries);
  const continuing = buildTrie(
    entries.flatMap(([token, id]) => (token.startsWith(CONTINUING) ? [[token.slice(2), id] as const] : [])),
  );
  const unknown = vocabulary.ids.unk;

  const cut = ({ codes, starts, ends, length, start, end }: Word): void => {
    const before = out.count;
    for (let from = 0; from < length; ) {
      const trie = from === 0 ? first : continuing;
      let id = -1;
      let to = from;
      for (let i = from, node = 0; i < length; i++) {
        node = trie.child(node, codes[i]);
        if (node < 0) break;
        const value = trie.value(node);
        if (value >= 0) {
          id = value;
          to = i + 1;
        }
      }
      if (id < 0) {
        out.count = before;
        emit(unknown, start, end);
        return;
      }
      emit(id, starts[from], ends[to - 1]);
      from = to;
    }
  };

  const single = (code: number): number => {
    const node = first.child(0, code);
    const id = node < 0 ? -1 : first.value(node);
    return id < 0 ? unknown : id;
  };
  return { cut, single };
}
