import type { FileHandle } from 'node:fs/promises';
import { explainFileError, lineTooLong, MAX_LINE_BYTES } from './files.ts';

/** A line of a file, with its line end. */
export interface WholeLine {
  /** Without the line end. */
  readonly text: string;
  /** 1-based. */
  readonly number: number;
  /** The byte at which it begins. */
  readonly at: number;
  /** Bytes, without the line end. */
  readonly length: number;
}

const NEWLINE = 10;
const BLOCK_BYTES = 1 << 17;

/**
 * Streams the lines of an open file of any size that end with `\n`, a batch per block that is read: a last line that a crash
 * cut short is left out, and bytes that are not UTF-8 become U+FFFD. `file` names it in errors. Throws a UserError
 * `line-too-long` for a line over `MAX_LINE_BYTES`.
 */
export async function* readWholeLines(
  handle: Pick<FileHandle, 'read'>,
  file: string,
): AsyncGenerator<WholeLine[]> {
  let number = 0;
  let begins = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  for (;;) {
    const block = await readBlock(handle, file, begins + restBytes);
    if (block.length === 0) return;
    const cut = block.lastIndexOf(NEWLINE) + 1;
    if (cut > 0) {
      const lines: WholeLine[] = [];
      const content = Buffer.concat([...rest, block.subarray(0, cut)]);
      let from = 0;
      for (let end = content.indexOf(NEWLINE); end >= 0; end = content.indexOf(NEWLINE, from)) {
        const text = content.toString('utf8', from, end);
        lines.push({ text, number: ++number, at: begins + from, length: end - from });
        from = end + 1;
      }
      begins += from;
      [rest, restBytes] = [[], 0];
      yield lines;
    }
    rest.push(block.subarray(cut));
    restBytes += block.length - cut;
    if (restBytes > MAX_LINE_BYTES) throw lineTooLong(file, number + 1);
  }
}

async function readBlock(handle: Pick<FileHandle, 'read'>, file: string, at: number): Promise<Buffer> {
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, at);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw explainFileError(error, file);
  }
}
