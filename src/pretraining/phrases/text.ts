import { UserError } from '../../ground/errors.ts';
import { foldUnits } from '../../text/normalise.ts';

/** Separates runs of letters and digits; no n-gram contains it. */
export const BREAK = 0;

/** Folded text as one array of code units, all but letters and digits replaced by breaks. */
export interface PhraseText {
  readonly units: Uint16Array;
  /** Document number of each code unit. */
  readonly documentOf: Int32Array;
  readonly documents: number;
  /** Code units that are not breaks. */
  readonly letters: number;
}

/**
 * Collects documents up to `limit` code units; mining needs about 25 bytes of memory per code unit later.
 * Throws a UserError (`corpus-empty`) if there is no letter at all.
 */
export async function gatherText(
  documents: AsyncIterable<readonly string[]>,
  limit: number,
): Promise<PhraseText> {
  let units = new Uint16Array(1 << 16);
  const ends: number[] = [];
  let size = 0;
  let letters = 0;
  for await (const sentences of documents) {
    const length = sentences.reduce((sum, sentence) => sum + sentence.length + 1, 0);
    if (size + length > limit) break;
    if (size + length + 1 > units.length) {
      const larger = new Uint16Array(Math.max(units.length * 2, size + length + 1));
      larger.set(units);
      units = larger;
    }
    for (const sentence of sentences) {
      const folded = foldUnits(sentence);
      units[size++] = BREAK;
      for (let i = 0; i < folded.length; i++) {
        const unit = folded.charCodeAt(i);
        if (isLetter(unit)) letters++;
        units[size++] = isLetter(unit) ? unit : BREAK;
      }
    }
    ends.push(size);
  }
  units[size++] = BREAK;
  if (letters === 0) throw noLetters();
  const documentOf = new Int32Array(size);
  ends.forEach((end, document) => {
    documentOf.fill(document, document === 0 ? 0 : ends[document - 1], end);
  });
  return { units: units.slice(0, size), documentOf, documents: ends.length, letters };
}

const noLetters = (): UserError =>
  new UserError(
    'corpus-empty',
    { en: 'The corpus contains no text', zh: '语料中没有文本' },
    { hint: { en: 'Use a corpus with Chinese sentences.', zh: '请使用含中文句子的语料。' } },
  );

/** Text of code units `from` to `to`, end exclusive. */
export const textOf = (units: Uint16Array, from: number, to: number): string =>
  String.fromCharCode(...units.subarray(from, to));

/** By code unit: 1 for letters, 2 for others, 0 not determined yet. */
const kinds = new Uint8Array(0x10000);

/** Letters, digits and surrogates. */
function isLetter(unit: number): boolean {
  if (kinds[unit] === 0) kinds[unit] = /[\p{L}\p{N}\p{Cs}]/u.test(String.fromCharCode(unit)) ? 1 : 2;
  return kinds[unit] === 1;
}
