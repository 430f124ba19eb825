import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type Appender, createAppender } from '../../ground/appender.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, makeDirectory } from '../../ground/files.ts';
import { readWholeLines } from '../../ground/whole-lines.ts';
import type { ChatReply, Message } from '../shared/services/chat.ts';
import type { Endpoint } from '../shared/services/endpoint.ts';
import { estimateCall } from '../shared/services/estimate.ts';
import { RUNGS, type Rung } from './ladder.ts';
import { createHashSet, createLineIndex, type HashSet, type LineIndex, type Place } from './line-index.ts';

const SCHEMA = 'chineseblue/calls@1';
export const CALLS_FILE = 'calls.jsonl';
const KEY_LENGTH = 32;

/** The stored answer of a service to one call. */
const keptJson = z.object({
  text: z.string(),
  reasoning: z.string().optional(),
  finish: z.string().optional(),
  refusal: z.string().optional(),
  model: z.string().optional(),
  promptTokens: z.number().optional(),
  completionTokens: z.number().optional(),
  /** Rough counts, made here. */
  estimated: z.object({ promptTokens: z.number(), completionTokens: z.number() }).optional(),
  first: z.array(z.object({ token: z.string(), logprob: z.number() })).optional(),
  continued: z.array(z.number()).optional(),
  attempts: z.number(),
  ms: z.number(),
});
export type KeptReply = z.infer<typeof keptJson>;

/** A kept reply, with rough counts of its tokens. */
export function keptReply(
  messages: readonly Message[],
  { first, continued, ...reply }: ChatReply,
  taken: Pick<KeptReply, 'attempts' | 'ms'>,
): KeptReply {
  return {
    ...reply,
    ...(first && { first: [...first] }),
    ...(continued && { continued: [...continued] }),
    estimated: estimateCall(messages, reply),
    ...taken,
  };
}

const hash = z.string().regex(/^[0-9a-f]{32}$/);

const lineJson = z.union([
  z.object({ schema: z.literal(SCHEMA), endpoint: z.string(), model: z.string() }),
  z.object({ message: hash }),
  z.object({ rung: z.enum(RUNGS) }),
  z.object({ call: hash, reply: keptJson }),
]);

/**
 * Every call of a run with its raw answer, appended as it arrives: the truth from which answers are read. A call counts once
 * it is on disk. Failed calls are not kept. Replies of other runs in the same directory are reused where everything that determines an
 * answer is the same.
 */
export interface Calls {
  /** Whether a call is kept. */
  has(key: string): boolean;
  find(key: string): Promise<KeptReply | undefined>;
  /** Resolves when the call is on disk. */
  keep(key: string, messages: readonly Message[], settings: object, reply: KeptReply): Promise<void>;
  /** How the service enforces an answer format, if already probed. */
  readonly rung: Rung | undefined;
  keepRung(rung: Rung): Promise<void>;
  close(): Promise<void>;
}

/** Everything that determines an answer; no key, no header, nothing about how it is sent. */
export function callKey(
  { url, model, profile }: Endpoint,
  messages: readonly Message[],
  settings: object,
  repeat: number,
): string {
  const identity = JSON.stringify([url, model, messages, settings, profile.extraBody, repeat]);
  return createHash('sha256').update(identity).digest('hex').slice(0, KEY_LENGTH);
}

/** Opens the calls of the run in `directory`; without one, nothing is kept. */
export async function openCalls(directory: string | undefined, endpoint: Endpoint): Promise<Calls> {
  if (directory === undefined) return nothingKept();
  const file = join(directory, CALLS_FILE);
  await makeDirectory(directory);
  const lines = createLineIndex();
  const others = await siblings(directory);
  let rung: Rung | undefined;
  for (const [number, other] of others.entries())
    rung = (await indexSibling(other, number, endpoint, lines))?.rung ?? rung;
  let own: FileHandle | undefined;
  try {
    own = await open(file, existsSync(file) ? 'r+' : 'w+');
    const { bytes, messages, ...known } = await index(own, file, others.length, endpoint, lines);
    if (known.foreign) throw foreignCalls(file);
    await own.truncate(bytes);
    const appender = createAppender(own, file, bytes);
    if (bytes === 0) appender.write(line({ schema: SCHEMA, endpoint: endpoint.url, model: endpoint.model }));
    return keptIn({ own, others, appender, lines, messages, shape: { rung: known.rung ?? rung } });
  } catch (error) {
    await own?.close();
    throw explainFileError(error, file);
  }
}

/** Undefined if a file of another run cannot be read or has disappeared: its calls are made again. */
async function indexSibling(
  file: string,
  number: number,
  endpoint: Endpoint,
  lines: LineIndex,
): Promise<Indexed | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  try {
    return handle && (await index(handle, file, number, endpoint, lines));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  } finally {
    await handle?.close();
  }
}

const nothingKept = (): Calls => ({
  has: () => false,
  find: async () => undefined,
  keep: async () => {},
  rung: undefined,
  keepRung: async () => {},
  close: async () => {},
});

interface Kept {
  /** The run's own file of calls. */
  readonly own: FileHandle;
  /** Files of other runs, which stay closed: there may be thousands. */
  readonly others: readonly string[];
  readonly appender: Appender;
  readonly lines: LineIndex;
  /** Hashes of the messages that the file has. */
  readonly messages: HashSet;
  readonly shape: { rung: Rung | undefined };
}

function keptIn({ own, others, appender, lines, messages, shape }: Kept): Calls {
  return {
    has: (key) => lines.has(key),
    async find(key) {
      const place = lines.get(key);
      if (!place) return undefined;
      const content = await (place.file < others.length
        ? readElsewhere(others[place.file], place)
        : readAt(own, place));
      const parsed = content === undefined ? undefined : parseLine(content);
      return parsed && 'call' in parsed && parsed.call === key ? parsed.reply : undefined;
    },
    async keep(key, said, settings, reply) {
      const hashes = said.map((message) => {
        const hash = createHash('sha256').update(JSON.stringify(message)).digest('hex').slice(0, KEY_LENGTH);
        if (!messages.has(hash)) appender.write(line({ message: hash, ...message }));
        messages.add(hash);
        return hash;
      });
      const text = line({ call: key, messages: hashes, settings, reply });
      const at = appender.write(text);
      await appender.flushed();
      lines.set(key, { file: others.length, at, length: Buffer.byteLength(text) - 1 });
    },
    get rung() {
      return shape.rung;
    },
    async keepRung(rung) {
      if (shape.rung === rung) return;
      shape.rung = rung;
      appender.write(line({ rung }));
      await appender.flushed();
    },
    close: appender.close,
  };
}

async function readAt(handle: FileHandle, { at, length }: Place): Promise<string> {
  const content = Buffer.alloc(length);
  await handle.read(content, 0, length, at);
  return content.toString();
}

/** Undefined if the file was deleted. */
async function readElsewhere(file: string, place: Place): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  try {
    return handle && (await readAt(handle, place));
  } finally {
    await handle?.close();
  }
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;

/** The files of calls of the other runs in the same directory. */
export async function siblings(directory: string): Promise<string[]> {
  const root = dirname(directory);
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name, CALLS_FILE))
    .filter((file) => file !== join(directory, CALLS_FILE) && existsSync(file))
    .sort();
}

/** The content of a file of calls. */
interface Indexed {
  /** Length of the complete lines, in bytes. */
  readonly bytes: number;
  readonly messages: HashSet;
  readonly rung: Rung | undefined;
  /** It is of another endpoint or model, or no file of calls. */
  readonly foreign: boolean;
}

const foreignCalls = (file: string): UserError =>
  new UserError(
    'other-calls',
    {
      en: 'These are calls to another endpoint or model',
      zh: '该文件中的调用属于其他服务或模型',
    },
    { file, hint: { en: 'Move the file away.', zh: '请移走该文件。' } },
  );

/**
 * Notes where the calls of a file are, if it is of this endpoint and model. Whole lines count: a last line that a crash cut
 * short does not. A line that cannot be read is left out: its call is made again.
 */
async function index(
  handle: FileHandle,
  path: string,
  file: number,
  { url, model }: Endpoint,
  lines: LineIndex,
): Promise<Indexed> {
  const messages = createHashSet();
  let rung: Rung | undefined;
  let bytes = 0;
  for await (const batch of readWholeLines(handle, path)) {
    for (const { text, number, at, length } of batch) {
      const parsed = parseLine(text);
      if (
        number === 1 &&
        !(parsed && 'schema' in parsed && parsed.endpoint === url && parsed.model === model)
      )
        return { bytes: 0, messages, rung: undefined, foreign: true };
      if (parsed && 'rung' in parsed) rung = parsed.rung;
      if (parsed && 'message' in parsed) messages.add(parsed.message);
      if (parsed && 'call' in parsed) lines.set(parsed.call, { file, at, length });
      bytes = at + length + 1;
    }
  }
  return { bytes, messages, rung, foreign: false };
}

function parseLine(text: string): z.infer<typeof lineJson> | undefined {
  try {
    return lineJson.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
