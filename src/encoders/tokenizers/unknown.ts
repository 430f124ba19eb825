import type { Text } from '../../ground/language.ts';
import type { Tokenizer, Tokens } from './tokenizer.ts';

/** Share of the tokens of texts from which the vocabulary does not fit them. */
const REPORTED_SHARE = 0.01;
const SHOWN_EXAMPLES = 5;

/** Why the vocabulary lacks a piece of text. */
type Cause = 'case' | 'width' | 'emoji' | 'han' | 'other';

/** Counts the tokens of texts that the vocabulary lacks. */
export interface UnknownCounter {
  /** Adds a text; `tokens` are those of the tokenizer, where they are known already. */
  add(text: string, tokens?: Tokens): void;
  /** A paragraph where more than 1 % of all tokens are `[UNK]`: how many, the most frequent ones, the likely cause. */
  note(): Text | undefined;
}

export function createUnknownCounter(tokenizer: Tokenizer): UnknownCounter {
  const { unk } = tokenizer.vocabulary.ids;
  const pieces = new Map<string, number>();
  let total = 0;
  let unknown = 0;
  return {
    add(text, { ids, starts, ends } = tokenizer.tokenize(text)) {
      total += ids.length;
      for (const [i, id] of ids.entries()) {
        if (id !== unk) continue;
        unknown++;
        const piece = text.slice(starts[i], ends[i]);
        pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
      }
    },
    note() {
      if (unknown <= REPORTED_SHARE * total) return undefined;
      const share = ((100 * unknown) / total).toFixed(1);
      const frequent = [...pieces].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
      const { en, zh } = CAUSES[likelyCause(tokenizer, frequent)];
      const shown = frequent.slice(0, SHOWN_EXAMPLES);
      return {
        en: `${share} % of the tokens are [UNK]: the vocabulary lacks ${shown.map(([piece, count]) => `“${piece}” (${count})`).join(', ')}${frequent.length > shown.length ? ' and others' : ''}. ${en}`,
        zh: `${share}% 的词元为 [UNK]：词表缺少${shown.map(([piece, count]) => `“${piece}”（${count}）`).join('、')}${frequent.length > shown.length ? '等' : ''}。${zh}`,
      };
    },
  };
}

/** The cause of most of the unknown tokens. */
function likelyCause(tokenizer: Tokenizer, pieces: readonly (readonly [string, number])[]): Cause {
  const counts = new Map<Cause, number>();
  for (const [piece, count] of pieces) {
    const cause = causeOf(piece, tokenizer);
    counts.set(cause, (counts.get(cause) ?? 0) + count);
  }
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['other', 0] as const)[0];
}

function causeOf(piece: string, tokenizer: Tokenizer): Cause {
  const { unk } = tokenizer.vocabulary.ids;
  const knows = (text: string): boolean => !tokenizer.tokenize(text).ids.includes(unk);
  if (knows(piece.toLowerCase())) return 'case';
  const narrow = piece.normalize('NFKC');
  if (narrow !== piece && (knows(narrow) || knows(narrow.toLowerCase()))) return 'width';
  if (/\p{Extended_Pictographic}/u.test(piece)) return 'emoji';
  return /\p{Script=Han}/u.test(piece) ? 'han' : 'other';
}

const CAUSES: Readonly<Record<Cause, Text>> = {
  case: {
    en: 'Likely cause: the tokenizer keeps capital letters, which the vocabulary does not have. Set do_lower_case (tokenizer_config.json) and the lowercase of tokenizer.json to true.',
    zh: '可能原因：分词器保留大写字母，而词表中没有。请将 tokenizer_config.json 的 do_lower_case 与 tokenizer.json 的 lowercase 设为 true。',
  },
  width: {
    en: 'Likely cause: full-width or compatibility characters, which the vocabulary has in their usual form only. Normalise the texts (NFKC).',
    zh: '可能原因：文本含全角或兼容字符，而词表只有其常规形式。请先对文本做 NFKC 规范化。',
  },
  emoji: {
    en: 'Likely cause: emoji. Remove them, or use an encoder whose vocabulary has them.',
    zh: '可能原因：文本含表情符号。请去除，或换用词表包含表情符号的编码器。',
  },
  han: {
    en: 'Likely cause: traditional or rare characters. Convert the texts to simplified characters, or use an encoder whose vocabulary has them.',
    zh: '可能原因：文本含繁体字或生僻字。请转换为简体，或换用词表包含这些字的编码器。',
  },
  other: {
    en: 'Likely cause: the vocabulary was made for other texts. Use an encoder that was trained on such texts.',
    zh: '可能原因：词表并非针对这类文本。请换用在这类文本上训练的编码器。',
  },
};
