import { UserError } from '../../../ground/errors.ts';
import { type Characters, codesOf, noCharacters, put, stringOf } from './characters.ts';
import { type Place, unsupported } from './place.ts';

/**
 * The normalization rules that a SentencePiece model was trained with: a double-array trie over UTF-8 (darts-clone, Yata)
 * whose values are positions in a list of replacements, each ended by NUL. The size of the trie in bytes comes first, in
 * 32 bits, little-endian.
 */
interface Charsmap {
  readonly units: Uint32Array;
  readonly replacements: Uint8Array;
}

const LEAF = 0x100;

function readCharsmap(bytes: Uint8Array, place: Place): Charsmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  if (size < 4 || size % 4 !== 0 || size + 4 > bytes.length)
    throw unsupported(place, { en: 'the rules are damaged', zh: '归一化规则已损坏' });
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  return { units, replacements: bytes.subarray(4 + size) };
}

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** The replacement of the shortest key at the beginning of `text`; undefined if there is none. */
function replacementOf({ units, replacements }: Charsmap, text: string): string | undefined {
  let node = offsetOf(units[0]);
  for (const byte of new TextEncoder().encode(text)) {
    if (byte === 0) return undefined;
    node ^= byte;
    const unit = units[node] ?? 0;
    if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
    node ^= offsetOf(unit);
    if (!(unit & LEAF)) continue;
    const from = (units[node] ?? 0) & 0x7fffffff;
    const to = replacements.indexOf(0, from);
    return new TextDecoder().decode(replacements.subarray(from, to < 0 ? replacements.length : to));
  }
  return undefined;
}

/** Grapheme clusters of more bytes are only replaced character by character. */
const MAX_BYTES = 5;
/** If none of these occurs, every character is a grapheme cluster (UAX 29). */
const CLUSTERING =
  /[\p{M}\p{Cf}\r\u0d4e\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7fb\uff9e\uff9f\u{11000}-\u{11fff}\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;

/**
 * SentencePiece's rules as the reference applies them: to each grapheme cluster of up to five bytes as a whole, else to
 * its characters. Of a replacement, the characters that its key has stand for one each, further ones for the last of the
 * key. Throws a UserError for rules that are damaged.
 */
export function charsmapNormalizer(bytes: Uint8Array, place: Place): (text: Characters) => Characters {
  const map = readCharsmap(bytes, place);
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const known = new Map<string, readonly number[] | null>();
  const look = (key: string): readonly number[] | null => {
    let found = known.get(key);
    if (found === undefined) {
      const text = replacementOf(map, key);
      found = text === undefined ? null : codesOf(text);
      if (known.size < MOST_KNOWN) known.set(key, found);
    }
    return found;
  };
  return (text) => {
    const whole = stringOf(text.codes);
    const clusters = CLUSTERING.test(whole)
      ? Array.from(segmenter.segment(whole), ({ segment }) => segment)
      : text.codes.map((code) => String.fromCodePoint(code));
    const made = noCharacters();
    let at = 0;
    const replace = (key: string): boolean => {
      const codes = look(key);
      if (!codes) return false;
      const last = at + codesOf(key).length - 1;
      for (const [i, code] of codes.entries()) {
        const from = Math.min(at + i, last);
        put(made, code, text.starts[from], text.ends[from]);
      }
      at = last + 1;
      return true;
    };
    for (const cluster of clusters) {
      if (Buffer.byteLength(cluster) <= MAX_BYTES && replace(cluster)) continue;
      for (const character of cluster) {
        if (replace(character)) continue;
        put(made, text.codes[at], text.starts[at], text.ends[at]);
        at++;
      }
    }
    // characters removed at the beginning count as the first remaining one, as in the reference
    if (made.starts.length > 0) made.starts[0] = text.starts[0];
    return made;
  };
}

/** Replacements that are remembered. */
const MOST_KNOWN = 1 << 16;

/** The rules in a UserError-safe way from base64. */
export function decodeCharsmap(base64: string, place: Place): Uint8Array {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return Buffer.from(base64, 'base64');
  throw new UserError(
    'tokenizer-unsupported',
    { en: 'The rules are not base64', zh: '归一化规则不是 base64 编码' },
    { ...place },
  );
}
