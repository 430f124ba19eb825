/**
 * GPT-2's alphabet of bytes (Radford et al. 2019): a visible character for every byte, itself where it is one in Latin-1,
 * else one from U+0100 on, in order.
 */
const CODES: readonly number[] = (() => {
  let next = 0x100;
  const isVisible = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  return Array.from({ length: 256 }, (_, byte) => (isVisible(byte) ? byte : next++));
})();
const BYTES: ReadonlyMap<number, number> = new Map(CODES.map((code, byte) => [code, byte]));

export const byteCode = (byte: number): number => CODES[byte];

/** The bytes of a code point in UTF-8. */
export function bytesOf(code: number): number[] {
  if (code < 0x80) return [code];
  const rest = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x800) return [0xc0 | (code >> 6), rest(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), rest(6), rest(0)];
  return [0xf0 | (code >> 18), rest(12), rest(6), rest(0)];
}

/** The text that characters of the alphabet stand for; U+FFFD for bytes that are not valid UTF-8. */
export function textOfBytes(token: string): string {
  const bytes = Array.from(token, (one) => BYTES.get(one.codePointAt(0)!));
  return bytes.every((byte) => byte !== undefined) ? new TextDecoder().decode(Uint8Array.from(bytes)) : token;
}

/** The token of a byte in vocabularies with byte fallback. */
export const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
