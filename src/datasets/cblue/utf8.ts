import { UserError } from '../../ground/errors.ts';

/** The encodings that official files come in. */
export type Encoding = 'UTF-8' | 'GB18030';

/** The content of a file as UTF-8, and its original encoding. Throws a UserError `not-utf8` for any other encoding. */
export function asUtf8(raw: Buffer, file: string): { content: Buffer; encoding: Encoding } {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(raw);
    return { content: raw, encoding: 'UTF-8' };
  } catch {
    // not UTF-8: tried below
  }
  try {
    return {
      content: Buffer.from(new TextDecoder('gb18030', { fatal: true }).decode(raw)),
      encoding: 'GB18030',
    };
  } catch {
    throw new UserError(
      'not-utf8',
      { en: 'The file is neither UTF-8 nor GB18030', zh: '文件既不是 UTF-8，也不是 GB18030 编码' },
      { file, hint: { en: 'It may be damaged: fetch it again.', zh: '文件可能已损坏，请重新下载。' } },
    );
  }
}
