import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { foreignText, notUtf8 } from './encoding.ts';
import { UserError } from './errors.ts';
import { jsonParts } from './json.ts';
import type { Text } from './language.ts';

/** Longest line accepted, in bytes; lines of corpora and predictions are far shorter. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Blocks of this size are collected while young; larger ones reach the old heap, take more memory and are slower. */
const BLOCK_BYTES = 1 << 17;

const ADVICE: Readonly<Record<string, readonly [code: string, message: Text, hint: Text]>> = {
  ENOENT: [
    'file-missing',
    { en: 'There is no such file or directory', zh: '文件或目录不存在' },
    { en: 'Check the path.', zh: '请检查路径。' },
  ],
  EISDIR: [
    'not-a-file',
    { en: 'This is a directory, not a file', zh: '这是目录，不是文件' },
    { en: 'Give the path of a file inside it.', zh: '请指定该目录下的某个文件。' },
  ],
  EACCES: [
    'no-permission',
    { en: 'Permission denied', zh: '没有访问权限' },
    { en: 'Check its permissions.', zh: '请检查其权限。' },
  ],
  EPERM: [
    'no-permission',
    { en: 'Permission denied', zh: '没有访问权限' },
    { en: 'Check its permissions.', zh: '请检查其权限。' },
  ],
  ENOSPC: [
    'disk-full',
    { en: 'The disk is full', zh: '磁盘已满' },
    {
      en: 'Free some space and run the command again; no existing file was damaged.',
      zh: '请释放空间后重新执行该命令；已有文件均未损坏。',
    },
  ],
  EROFS: [
    'read-only',
    { en: 'This file system is read-only', zh: '文件系统只读' },
    { en: 'Choose another directory.', zh: '请换一个目录。' },
  ],
  EEXIST: [
    'already-exists',
    { en: 'A file of this name already exists', zh: '同名文件已存在' },
    { en: 'Move it away or choose another path.', zh: '请移走该文件或换一个路径。' },
  ],
  ENOTDIR: [
    'not-a-directory',
    { en: 'A part of this path is a file, not a directory', zh: '路径中的某一级是文件，不是目录' },
    { en: 'Check the path.', zh: '请检查路径。' },
  ],
  ELOOP: [
    'link-loop',
    { en: 'The symbolic links of this path form a loop', zh: '该路径的符号链接形成了循环' },
    { en: 'Check where they lead (`ls -l`).', zh: '请检查其指向（`ls -l`）。' },
  ],
  EPIPE: [
    'reader-gone',
    { en: 'Nothing reads from this pipe any more', zh: '该管道已无读取方' },
    {
      en: 'Run the command again with a reader that reads to the end.',
      zh: '请用会读到末尾的程序读取，并重新执行该命令。',
    },
  ],
  EMFILE: [
    'too-many-files',
    { en: 'This process may not open any more files', zh: '本进程打开的文件数已达上限' },
    {
      en: 'Raise the limit (`ulimit -n 4096`) and run the command again.',
      zh: '请调高上限（`ulimit -n 4096`）后重新执行该命令。',
    },
  ],
  ENFILE: [
    'too-many-files',
    { en: 'This system may not open any more files', zh: '系统打开的文件数已达上限' },
    {
      en: 'Close other programs or raise the limit of the system, and run the command again.',
      zh: '请关闭其他程序或调高系统上限后重新执行该命令。',
    },
  ],
};

/** An error of the file system as a UserError that says what to do; any other error is returned unchanged. */
export function explainFileError(error: unknown, file: string): unknown {
  const advice = ADVICE[(error as NodeJS.ErrnoException)?.code ?? ''];
  return advice ? new UserError(advice[0], advice[1], { file, hint: advice[2] }) : error;
}

/** The first bytes of a file, `most` of them at most. Throws a UserError where it cannot be read. */
export async function readStart(file: string, most: number): Promise<Buffer> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw explainFileError(error, file);
  }
}

export interface Line {
  /** Without its line end (`\n` or `\r\n`) and, on line 1, without a byte-order mark. */
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/** The path that stands for standard input where files are read, and for standard output where they are written. */
export const STANDARD = '-';

/** Whether a path is standard output: anything else printed there would be mixed with what is written. */
export const isStandardOutput = (file: string): boolean =>
  [STANDARD, '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(file);

/** What errors call a file. */
export const nameOf = (file: string): string => (file === STANDARD ? '<stdin>' : file);

const openStream = (file: string): AsyncIterable<Buffer> =>
  file === STANDARD ? process.stdin : createReadStream(file, { highWaterMark: BLOCK_BYTES });

function* blocksOf({ buffer, byteOffset, byteLength }: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < byteLength; at += BLOCK_BYTES)
    yield Buffer.from(buffer, byteOffset + at, Math.min(BLOCK_BYTES, byteLength - at));
}

/**
 * Streams the lines of a UTF-8 file, or of standard input (`-`), in constant memory. A final newline makes no empty line.
 * Throws a UserError for a missing file, a compressed one, bytes that are not UTF-8, and a line over `MAX_LINE_BYTES`.
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  for await (const batch of readLineBatches(file)) yield* batch;
}

/**
 * As `readLines`, one batch of lines per block read: much faster for millions of lines. Errors call the file `name`. The
 * bytes of a file may be given in place of its path.
 */
export async function* readLineBatches(
  file: string | Uint8Array,
  name: string = typeof file === 'string' ? nameOf(file) : '',
): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const decode = (bytes: Buffer, lines: Line[]): void => {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      throw notUtf8(name, bytes, number);
    }
    let start = number === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      lines.push({
        text: text.slice(start, text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end),
        number: ++number,
      });
      start = end + 1;
    }
    if (start < text.length) {
      lines.push({ text: text.endsWith('\r') ? text.slice(start, -1) : text.slice(start), number: ++number });
    }
  };
  try {
    let isFirst = true;
    for await (const chunk of typeof file === 'string' ? openStream(file) : blocksOf(file)) {
      const foreign = isFirst ? foreignText(chunk, name) : undefined;
      if (foreign) throw foreign;
      isFirst = false;
      const cut = chunk.lastIndexOf(10) + 1;
      if (cut === 0) {
        rest.push(chunk);
        restBytes += chunk.length;
      } else {
        const lines: Line[] = [];
        decode(Buffer.concat([...rest, chunk.subarray(0, cut)]), lines);
        yield lines;
        rest = cut < chunk.length ? [chunk.subarray(cut)] : [];
        restBytes = chunk.length - cut;
      }
      if (restBytes > MAX_LINE_BYTES) {
        throw lineTooLong(name, number + 1);
      }
    }
  } catch (error) {
    throw explainFileError(error, name);
  }
  if (restBytes > 0) {
    const lines: Line[] = [];
    decode(Buffer.concat(rest), lines);
    yield lines;
  }
}

export function lineTooLong(file: string, line: number): UserError {
  const limit = `${MAX_LINE_BYTES >> 20} MiB`;
  return new UserError(
    'line-too-long',
    { en: `The line is longer than ${limit}`, zh: `该行超过 ${limit}` },
    {
      file,
      line,
      hint: { en: 'Check that the file has one record per line.', zh: '请确认文件每行一条记录。' },
    },
  );
}

/**
 * The whole of a small UTF-8 text file, or of standard input (`-`), without a byte-order mark. Throws a UserError as
 * `readLines` does, and `file-too-long` beyond `MAX_LINE_BYTES`.
 */
export async function readTextFile(file: string): Promise<string> {
  const name = nameOf(file);
  let bytes: Buffer;
  try {
    const size = file === STANDARD ? 0 : (await stat(file)).size;
    if (size > MAX_LINE_BYTES) throw fileTooLong(name);
    bytes = file === STANDARD ? Buffer.concat(await process.stdin.toArray()) : await readFile(file);
  } catch (error) {
    throw explainFileError(error, name);
  }
  const foreign = foreignText(bytes, name);
  if (foreign) throw foreign;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(name, bytes, 0);
  }
}

function fileTooLong(file: string): UserError {
  const limit = `${MAX_LINE_BYTES >> 20} MiB`;
  return new UserError(
    'file-too-long',
    { en: `The file is larger than ${limit}`, zh: `文件超过 ${limit}` },
    { file, hint: { en: 'Check that it is the file you mean.', zh: '请确认文件无误。' } },
  );
}

type Content = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

const partsOf = (content: Content) =>
  typeof content === 'string' || content instanceof Uint8Array ? [content] : content;

/**
 * Writes a file completely or not at all: to a temporary file next to it, fsync, rename. Missing directories are made. A
 * symbolic link is kept: its target is written. A device or pipe cannot be replaced and is written through;
 * `-` and `/dev/stdout` are standard output. Throws a UserError for errors of the file system; whatever fails, the old file is unchanged
 * and the temporary one is removed.
 */
export async function writeAtomic(file: string, content: Content): Promise<void> {
  if (isStandardOutput(file)) return writeStandard(content);
  try {
    if (await isStreamLike(file)) await writeThrough(file, content);
    else await replace(await followLinks(file), content);
  } catch (error) {
    throw explainFileError(error, file);
  }
}

async function writeStandard(content: Content): Promise<void> {
  for await (const part of partsOf(content))
    if (!process.stdout.write(part)) await once(process.stdout, 'drain');
}

/**
 * Whether a path leads to what cannot be replaced: standard output, a device, a pipe, a socket, or a file that a shell has
 * opened.
 */
export async function isStreamLike(file: string): Promise<boolean> {
  if (isStandardOutput(file) || /^\/(dev\/(fd|std)|proc\/)/.test(resolve(file))) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function writeThrough(file: string, content: Content): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for await (const part of partsOf(content)) await handle.writeFile(part);
  } finally {
    await handle.close();
  }
}

/** Links after which a chain counts as circular, as in the kernel. */
const MAX_LINKS = 40;

/** The path that links lead to in the end, whether anything is there or not. */
async function followLinks(file: string): Promise<string> {
  let path = file;
  for (let links = 0; links < MAX_LINKS; links++) {
    const isLink = await lstat(path).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (!isLink) return path;
    path = resolve(dirname(path), await readlink(path));
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

async function replace(file: string, content: Content): Promise<void> {
  // Unique to this write: another process or machine may be writing the same file.
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await createDirectory(dirname(file));
    const handle = await open(temporary, 'w');
    try {
      for await (const part of partsOf(content)) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    // If removing it fails too, the first error is the one to report.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes a value as indented JSON, atomically. Non-finite numbers, which JSON lacks, become strings ("NaN", "Infinity"). */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomic(file, withEnd(jsonParts(value)));
}

function* withEnd(parts: Iterable<string>): Generator<string> {
  yield* parts;
  yield '\n';
}

/** Makes a directory and its parents; it may exist already. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await createDirectory(directory);
  } catch (error) {
    throw explainFileError(error, directory);
  }
}

/**
 * As `mkdir -p`. Throws a UserError `not-writable` where the system claims that what was to be made does not exist, as
 * file systems without files of users do (Node's own recursive mkdir never returns there), and the errors of the file
 * system as they are.
 */
export async function createDirectory(directory: string): Promise<void> {
  const path = resolve(directory);
  try {
    return await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = (at: string): Promise<boolean> =>
      stat(at).then(
        (found) => found.isDirectory(),
        () => false,
      );
    if (await isThere(path)) return;
    // A file has this name.
    if (code === 'EEXIST') throw Object.assign(new Error(`not a directory: ${path}`), { code: 'ENOTDIR' });
    if (code !== 'ENOENT') throw error;
    if (!(await isThere(dirname(path)))) await createDirectory(dirname(path));
  }
  // Its parent is there now, perhaps since another process made it a moment ago.
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw notWritable(directory);
    if (error.code !== 'EEXIST') throw error;
  });
}

const notWritable = (directory: string): UserError =>
  new UserError(
    'not-writable',
    { en: 'No directory can be created here', zh: '此处无法创建目录' },
    { file: directory, hint: { en: 'Choose another directory.', zh: '请换一个目录。' } },
  );
