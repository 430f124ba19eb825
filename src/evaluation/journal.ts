import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { createAppender } from '../ground/appender.ts';
import { UserError } from '../ground/errors.ts';
import { explainFileError, makeDirectory } from '../ground/files.ts';
import { readWholeLines } from '../ground/whole-lines.ts';
import type { Reply } from '../models/contract.ts';

const SCHEMA = 'chineseblue/answers@1';

/**
 * Every reply of a run, appended as it arrives: a header line, then one line per reply, `{ id, key?, raw, usage? }`.
 * Questions answered before a crash or Ctrl-C are never asked again.
 */
export interface Journal {
  /** The replies of earlier attempts, by the id of their example. */
  readonly replies: ReadonlyMap<string, Reply>;
  /** Adds a reply; it is on disk within 50 ms. Throws where an earlier one could not be written. */
  append(id: string, reply: Reply): void;
  /** Waits until everything is on disk. */
  close(): Promise<void>;
}

const amount = z.number().optional();
const usageJson = z.object({
  ...{ promptTokens: amount, completionTokens: amount },
  ...{ estimatedPromptTokens: amount, estimatedCompletionTokens: amount },
  ...{ cost: amount, calls: amount, retries: amount, milliseconds: amount },
  currency: z.string().optional(),
  served: z.string().optional(),
  structured: z.string().optional(),
});

const lineJson = z.object({
  id: z.string(),
  key: z.string().optional(),
  raw: z.unknown(),
  usage: usageJson.optional(),
});

/**
 * Opens the journal of a run, or begins it; a last line that a crash cut short is removed.
 * Throws a UserError `other-answers` for the journal of another run, `damaged-run` for a line that cannot be read.
 */
export async function openJournal(file: string, run: string): Promise<Journal> {
  await makeDirectory(dirname(file));
  const known = existsSync(file) ? await read(file, run) : { replies: new Map<string, Reply>(), bytes: 0 };
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, existsSync(file) ? 'r+' : 'w');
    await handle.truncate(known.bytes);
  } catch (error) {
    await handle?.close();
    throw explainFileError(error, file);
  }
  const appender = createAppender(handle, file, known.bytes);
  if (known.bytes === 0) appender.write(`${JSON.stringify({ schema: SCHEMA, run })}\n`);
  return {
    replies: known.replies,
    append: (id, { key, raw, usage }) => void appender.write(`${JSON.stringify({ id, key, raw, usage })}\n`),
    close: appender.close,
  };
}

/** The replies that a run keeps, by the id of their example. Throws as `openJournal` does. */
export const readReplies = async (file: string, run: string): Promise<ReadonlyMap<string, Reply>> =>
  (await read(file, run)).replies;

/** The replies in whole lines, and how many bytes these take. */
async function read(file: string, run: string): Promise<{ replies: Map<string, Reply>; bytes: number }> {
  const replies = new Map<string, Reply>();
  let bytes = 0;
  await using handle = await open(file).catch((error) => {
    throw explainFileError(error, file);
  });
  for await (const batch of readWholeLines(handle, file)) {
    for (const { text, number, at, length } of batch) {
      const value = parse(text);
      if (number === 1) requireHeader(value, file, run);
      else {
        const { id, ...reply } = requireReply(value, file, number);
        replies.set(id, reply);
      }
      bytes = at + length + 1;
    }
  }
  return { replies, bytes };
}

function requireHeader(value: unknown, file: string, run: string): void {
  const header = z.object({ schema: z.literal(SCHEMA), run: z.string() }).safeParse(value);
  if (!header.success) throw damaged(file, 1);
  if (header.data.run === run) return;
  throw new UserError(
    'other-answers',
    {
      en: `These are the answers of the run ${header.data.run}`,
      zh: `这是另一次运行 ${header.data.run} 的回答`,
    },
    { file, hint: { en: 'Move the file away.', zh: '请移走该文件。' } },
  );
}

function requireReply(value: unknown, file: string, line: number): z.infer<typeof lineJson> {
  const reply = lineJson.safeParse(value);
  if (reply.success) return reply.data;
  throw damaged(file, line);
}

const damaged = (file: string, line: number): UserError =>
  new UserError(
    'damaged-run',
    { en: 'This line of the answers cannot be read', zh: '回答文件的这一行无法读取' },
    {
      file,
      line,
      hint: {
        en: 'Remove this line and those after it, then run the command again.',
        zh: '请删除该行及其后内容，再重新执行命令。',
      },
    },
  );

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
