import { loadJieba } from '../../../text/jieba.ts';

export const TOKEN_KINDS = ['unigram', 'bigram', 'mixed', 'word'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** A run of Chinese characters, or of letters and digits; other characters are skipped. */
const RUNS = /(\p{Script=Han}+)|[[\p{L}\p{N}]--\p{Script=Han}]+/gv;

/**
 * Cuts a text into tokens for retrieval, after NFKC and lower case. Runs of letters and digits stay whole
 * (except among words); Chinese runs give single characters, overlapping pairs (a run of one gives itself),
 * both (`mixed`), or jieba's words.
 */
export function createTokenizer(kind: TokenKind): (text: string) => string[] {
  if (kind === 'word') return wordTokens();
  return (text) => {
    const tokens: string[] = [];
    for (const [run, chinese] of fold(text).matchAll(RUNS)) {
      if (chinese === undefined) tokens.push(run);
      else addNgrams(chinese, kind, tokens);
    }
    return tokens;
  };
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

function addNgrams(run: string, kind: TokenKind, tokens: string[]): void {
  const points = Array.from(run);
  if (kind !== 'bigram' || points.length === 1) for (const point of points) tokens.push(point);
  if (kind !== 'unigram') for (let i = 0; i + 1 < points.length; i++) tokens.push(points[i] + points[i + 1]);
}

/** Words of letters and digits. */
const wordTokens = (): ((text: string) => string[]) => {
  const { jieba } = loadJieba();
  return (text) => jieba.cut(fold(text), true).filter((word) => /[\p{L}\p{N}]/u.test(word));
};
