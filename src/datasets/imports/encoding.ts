import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { foreignText, notUtf8 } from '../../ground/encoding.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, readStart, writeAtomic } from '../../ground/files.ts';
import { renamed } from '../../ground/spool.ts';
import { withTemporaryDirectory } from '../../ground/temporary.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gbk' | 'gb18030';

const HEAD_BYTES = 4096;
const BLOCK_BYTES = 1 << 18;

/**
 * Finds the encoding of a text file, from its marks and all of its bytes. GBK is named where no character takes four
 * bytes. Throws a UserError: `compressed`, or `not-utf8` if no encoding fits, with
 * the first line that is wrong.
 */
export async function detectEncoding(file: string): Promise<Encoding> {
  try {
    const head = await readStart(file, HEAD_BYTES);
    if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
    if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
    const foreign = foreignText(head, file);
    if (foreign?.code === 'not-utf8') return nulsFirst(head) ? 'utf-16be' : 'utf-16le';
    if (foreign) throw foreign;
    if (await isAllUtf8(file)) return 'utf-8';
    const { unlike, first, isFitting } = await countUnlike(file);
    if (!(await decodes(file, 'gb18030')))
      throw unlike > 0 && isFitting ? mixedEncodings(file, first) : await firstWrongLine(file);
    if (unlike > 0) throw mixedEncodings(file, first);
    const other = await foreignEncoding(file);
    if (other) throw otherEncoding(file, other);
    return (await hasFourByteCharacters(file)) ? 'gb18030' : 'gbk';
  } catch (error) {
    throw explainFileError(error, file);
  }
}

const nulsFirst = (head: Buffer): boolean => {
  const nuls = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) nuls[i % 2]++;
  return nuls[0] > nuls[1];
};

const blocksOf = (file: string): AsyncIterable<Buffer> =>
  createReadStream(file, { highWaterMark: BLOCK_BYTES });

async function decodes(file: string, encoding: string): Promise<boolean> {
  const decodesBlock = createDecodeCheck(encoding);
  for await (const block of blocksOf(file)) if (!decodesBlock(block)) return false;
  return decodesBlock();
}

async function isAllUtf8(file: string): Promise<boolean> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of blocksOf(file)) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
    const cut = wholeCharacters(bytes);
    if (!isUtf8(bytes.subarray(0, cut))) return false;
    rest = bytes.subarray(cut);
  }
  return isUtf8(rest);
}

/** The bytes before a character of UTF-8 that the end cuts off. */
function wholeCharacters(bytes: Buffer): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back];
    if (byte >= 0xc0) return length - back;
    if (byte < 0x80) return length;
  }
  return length;
}

/** Whether the next block is of an encoding; without a block, whether the text is complete. */
function createDecodeCheck(encoding: string): (block?: Buffer) => boolean {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (block) => {
    try {
      decoder.decode(block, { stream: block !== undefined });
      return true;
    } catch {
      return false;
    }
  };
}

async function hasFourByteCharacters(file: string): Promise<boolean> {
  let isSecond = false;
  for await (const block of blocksOf(file)) {
    for (const byte of block) {
      if (isSecond && byte >= 0x30 && byte <= 0x39) return true;
      isSecond = !isSecond && byte > 0x80;
    }
  }
  return false;
}

/** Three bytes of UTF-8 for a Chinese character, which GBK hardly ever has by chance. */
const CHINESE = /[\u4e00-\u9fff]/;

/**
 * Lines of UTF-8 with Chinese characters, if they are more than those that are no UTF-8, else 0; the first that is none, and
 * whether that one is GB18030. Files of several encodings may well decode as GB18030, to nonsense.
 */
async function countUnlike(
  file: string,
): Promise<{ readonly unlike: number; readonly first: number; readonly isFitting: boolean }> {
  let [utf8, others, first, line] = [0, 0, 0, 0];
  let isFitting = true;
  let rest: Buffer = Buffer.alloc(0);
  const look = (bytes: Buffer): void => {
    line++;
    if (!isUtf8(bytes)) {
      if (others++ > 0) return;
      first = line;
      const decodesLine = createDecodeCheck('gb18030');
      isFitting = decodesLine(bytes) && decodesLine();
    } else if (!isAscii(bytes) && CHINESE.test(bytes.toString('utf8'))) utf8++;
  };
  for await (const block of blocksOf(file)) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      look(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) look(rest);
  return { unlike: utf8 > others ? utf8 : 0, first, isFitting };
}

/**
 * Encodings that decode as GB18030 by chance, to characters that hardly any text has; and those whose characters mostly
 * begin with a byte below 0xa1.
 */
const FOREIGN = { high: ['big5', 'euc-kr'], low: ['shift_jis', 'big5'] } as const;
/** Bytes of a file that are examined, minimum number of characters, and share of them that are common in GB18030. */
const TOLD_BYTES = 1 << 16;
const TOLD_CHARACTERS = 8;
const COMMON_SHARE = 0.5;

/** The encoding of a file whose characters are not those of GB18030, where another fits all of it. */
async function foreignEncoding(file: string): Promise<string | undefined> {
  for await (const block of blocksOf(file)) {
    const { characters, common, low } = countCharacters(block.subarray(0, TOLD_BYTES));
    if (characters < TOLD_CHARACTERS || common >= COMMON_SHARE * characters) return undefined;
    for (const encoding of FOREIGN[low > characters / 2 ? 'low' : 'high'])
      if (await decodes(file, encoding)) return encoding;
    break;
  }
  return undefined;
}

/** Two-byte characters, and how many are those of GB 2312: its punctuation and its simplified characters. */
function countCharacters(bytes: Buffer) {
  let [characters, common, low] = [0, 0, 0];
  for (let i = 0; i + 1 < bytes.length; i++) {
    const [first, second] = [bytes[i], bytes[i + 1]];
    if (first <= 0x80) continue;
    if (second >= 0x30 && second <= 0x39) {
      i += 3;
      continue;
    }
    characters++;
    if (first < 0xa1) low++;
    else if (second >= 0xa1 && ((first >= 0xb0 && first <= 0xf7) || first <= 0xa3)) common++;
    i++;
  }
  return { characters, common, low };
}

const otherEncoding = (file: string, encoding: string): UserError =>
  new UserError(
    'not-utf8',
    {
      en: `The file is neither UTF-8 nor, by its characters, GB18030; ${encoding} fits`,
      zh: `文件不是 UTF-8，从用字看也不是 GB18030；与 ${encoding} 相符`,
    },
    {
      file,
      hint: {
        en: `Convert it, e.g. \`iconv -f ${encoding} -t UTF-8 FILE\`.`,
        zh: `请转换编码，例如 \`iconv -f ${encoding} -t UTF-8 文件\`。`,
      },
    },
  );

const mixedEncodings = (file: string, line: number): UserError =>
  new UserError(
    'mixed-encodings',
    { en: 'This line is GB18030, most others are UTF-8', zh: '该行为 GB18030 编码，而其余大部分行为 UTF-8' },
    {
      ...{ file, line },
      hint: {
        en: 'Convert the parts before concatenating them, e.g. `iconv -f GB18030 -t UTF-8 PART`.',
        zh: '请在拼接之前统一编码，例如 `iconv -f GB18030 -t UTF-8 文件`。',
      },
    },
  );

async function firstWrongLine(file: string): Promise<UserError> {
  let lines = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of blocksOf(file)) {
    const seen = Buffer.concat([rest, block]);
    const cut = seen.lastIndexOf(10) + 1;
    if (!createDecodeCheck('utf-8')(seen.subarray(0, cut))) return notUtf8(file, seen, lines);
    for (const byte of seen.subarray(0, cut)) if (byte === 10) lines++;
    rest = seen.subarray(cut);
  }
  return notUtf8(file, rest, lines);
}

/**
 * Gives `use` the file as UTF-8: itself, or a temporary copy of a file in another encoding, which is removed afterwards.
 * Errors of `use` name the file itself. Throws a UserError as `detectEncoding` does.
 */
export async function withUtf8<T>(
  file: string,
  use: (path: string, encoding: Encoding) => Promise<T>,
): Promise<T> {
  const encoding = await detectEncoding(file);
  if (encoding === 'utf-8') return use(file, encoding);
  return withTemporaryDirectory('import', async (directory) => {
    const copy = join(directory, 'source');
    try {
      await writeAtomic(copy, decodedParts(file, encoding));
      return await use(copy, encoding);
    } catch (error) {
      throw renamed(error, copy, file);
    }
  });
}

async function* decodedParts(file: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (block?: Buffer): string => {
    try {
      return decoder.decode(block, { stream: block !== undefined });
    } catch {
      const message = {
        en: `The file is damaged: not all of it is ${encoding}`,
        zh: `文件已损坏：部分内容不是 ${encoding}`,
      };
      const hint = { en: 'Fetch or export it again.', zh: '请重新下载或导出。' };
      throw new UserError('not-utf8', message, { file, hint });
    }
  };
  for await (const block of blocksOf(file)) yield decode(block);
  yield decode();
}
