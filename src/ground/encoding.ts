import { UserError } from './errors.ts';
import type { Text } from './language.ts';

/** A byte of a signature that may be anything. */
const ANY = -1;

interface Signature {
  readonly bytes: readonly number[];
  readonly code: 'compressed' | 'not-utf8';
  readonly message: Text;
  readonly hint: Text;
}

const compressed = (name: string, bytes: readonly number[], command: string): Signature => ({
  bytes,
  code: 'compressed',
  message: { en: `The file is compressed (${name})`, zh: `文件是 ${name} 压缩文件` },
  hint: {
    en: `Decompress it first, e.g. \`${command}\`.`,
    zh: `请先解压，例如 \`${command}\`。`,
  },
});

const utf16 = (bytes: readonly number[]): Signature => ({
  bytes,
  code: 'not-utf8',
  message: { en: 'The file is UTF-16, not UTF-8', zh: '文件是 UTF-16 编码，不是 UTF-8' },
  hint: {
    en: 'Convert it, e.g. `iconv -f UTF-16 -t UTF-8 FILE`.',
    zh: '请先转换编码，例如 `iconv -f UTF-16 -t UTF-8 FILE`。',
  },
});

/** Files that are not UTF-8 text, by their first bytes. */
const SIGNATURES: readonly Signature[] = [
  compressed('gzip', [0x1f, 0x8b], 'gunzip FILE'),
  compressed('ZIP', [0x50, 0x4b, 0x03, 0x04], 'unzip FILE'),
  compressed('xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'unxz FILE'),
  compressed('bzip2', [0x42, 0x5a, 0x68, ANY, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 'bunzip2 FILE'),
  compressed('Zstandard', [0x28, 0xb5, 0x2f, 0xfd], 'unzstd FILE'),
  utf16([0xff, 0xfe]),
  utf16([0xfe, 0xff]),
];

/** Bytes at the beginning of a file that decide its encoding, and the share of NULs in UTF-16 without a byte-order mark. */
const HEAD_BYTES = 4096;
const NUL_SHARE = 0.02;

/**
 * The error for a file whose beginning shows that it is not UTF-8 text: compressed, or UTF-16. Undefined where it may be.
 */
export function foreignText(head: Uint8Array, file: string): UserError | undefined {
  const found =
    SIGNATURES.find(({ bytes }) => bytes.every((byte, i) => byte === ANY || head[i] === byte)) ??
    unmarked(head);
  return found && new UserError(found.code, found.message, { file, hint: found.hint });
}

/** UTF-16 without a byte-order mark: ASCII characters, if only line ends, have a NUL on one side. */
function unmarked(head: Uint8Array): Signature | undefined {
  const seen = head.subarray(0, HEAD_BYTES);
  const nuls = [0, 0];
  for (const [i, byte] of seen.entries()) if (byte === 0) nuls[i % 2]++;
  const [even, odd] = nuls;
  const most = Math.max(even, odd);
  return most >= 2 && most > seen.length * NUL_SHARE && Math.min(even, odd) * 4 < most
    ? utf16([])
    : undefined;
}

const decodes = (bytes: Uint8Array, encoding: string, stream = false): boolean => {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
};

/** The error for bytes that are not UTF-8: which line is the first, and what they are. `linesBefore` lines precede them. */
export function notUtf8(file: string, bytes: Uint8Array, linesBefore: number): UserError {
  let line = linesBefore + 1;
  let wrong = bytes;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    wrong = bytes.subarray(start, end);
    if (!decodes(wrong, 'utf-8')) break;
    start = end;
  }
  const place = { file, line };
  if (wrong.at(-1) !== 10 && decodes(wrong, 'utf-8', true)) return cutOff(place);
  const message = { en: 'The file is not UTF-8', zh: '文件不是 UTF-8 编码' };
  const hint = decodes(wrong, 'gb18030')
    ? {
        en: 'Convert it, e.g. `iconv -f GB18030 -t UTF-8 FILE`.',
        zh: '请先转换编码，例如 `iconv -f GB18030 -t UTF-8 FILE`。',
      }
    : {
        en: 'It is not GB18030 either: check that it is a text file and not damaged.',
        zh: '也不是 GB18030：请确认它是文本文件且未损坏。',
      };
  return new UserError('not-utf8', message, { ...place, hint });
}

const cutOff = (place: { readonly file: string; readonly line: number }): UserError =>
  new UserError(
    'not-utf8',
    { en: 'The file ends inside a character', zh: '文件在一个字符中间结束' },
    {
      ...place,
      hint: { en: 'It is truncated: fetch or export it again.', zh: '文件不完整，请重新下载或导出。' },
    },
  );
