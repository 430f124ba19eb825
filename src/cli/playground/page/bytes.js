/** What modules of this package use of Node's bytes and hashes. */

/** Bytes as Node has them, as far as models are read by it. */
class Bytes extends Uint8Array {
  static alloc(size) {
    return new Bytes(size);
  }

  static from({ buffer, byteOffset, byteLength }) {
    return new Bytes(buffer, byteOffset, byteLength);
  }

  static byteLength(text) {
    return new TextEncoder().encode(text).length;
  }

  readUInt32LE(at) {
    return new DataView(this.buffer, this.byteOffset).getUint32(at, true);
  }

  /** Text in `latin1` is ASCII here. */
  toString(encoding = 'utf8', start = 0, end = this.length) {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    return decoder.decode(this.subarray(start, end));
  }
}
globalThis.Buffer ??= Bytes;

/** A file that was opened. */
export const handleOf = (bytes) => ({
  stat: async () => ({ size: bytes.length }),
  async read(buffer, offset, length, position) {
    const part = bytes.subarray(position, position + length);
    buffer.set(part, offset);
    return { buffer, bytesRead: part.length };
  },
  readFile: async () => Bytes.from(bytes),
  close: async () => undefined,
});

/** SHA-256 (FIPS 180-4): the one of browsers is asynchronous, and only there on pages of TLS or loopback. */
export function createHash() {
  const parts = [];
  return {
    update(part) {
      parts.push(typeof part === 'string' ? new TextEncoder().encode(part) : part);
      return this;
    },
    digest: () => Array.from(sha256(parts), (word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
  };
}

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
/** The first 32 bits of the fractional part. */
const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
const CONSTANTS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

function sha256(parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  bytes[length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(bytes.length - 4, length << 3);
  const state = START.slice();
  const words = new Int32Array(64);
  for (let block = 0; block < bytes.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i);
    compress(state, words);
  }
  return state;
}

const rotate = (word, by) => (word >>> by) | (word << (32 - by));

/** One block; the first sixteen of the words are its own. */
function compress(state, words) {
  for (let i = 16; i < 64; i++) {
    const [w15, w2] = [words[i - 15], words[i - 2]];
    const low = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const high = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    words[i] = words[i - 16] + low + words[i - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const chosen = (e & f) ^ (~e & g);
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + chosen + CONSTANTS[i] + words[i]) | 0;
    const most = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + most) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] += word;
}
