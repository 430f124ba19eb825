import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type Appender, createAppender } from '../../ground/appender.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, makeDirectory } from '../../ground/files.ts';
import type { Message } from '../shared/services/chat.ts';
import type { Endpoint } from '../shared/services/endpoint.ts';
import { RUNGS, type Rung } from './ladder.ts';

const SCHEMA = 'chineseblue/calls@1';
export const CALLS_FILE = 'calls.jsonl';
const KEY_LENGTH = 32;
const NEWLINE = 10;
const BLOCK = 1 << 20;

/** What a service answered to one call, as it is kept. */
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
  attempts: z.number(),
  ms: z.number(),
});
export type KeptReply = z.infer<typeof keptJson>;

const lineJson = z.union([
  z.object({ schema: z.literal(SCHEMA), endpoint: z.string(), model: z.string() }),
  z.object({ message: z.string() }),
  z.object({ rung: z.enum(RUNGS) }),
  z.object({ call: z.string(), reply: keptJson }),
]);

/**
 * Every call of a run with its raw answer, appended as it arrives: the truth from which answers are read. A call counts once
 * it is on disk. Failed calls are not kept. Replies of other runs beside this one serve where everything that determines an
 * answer is the same.
 */
export interface Calls {
  /** Whether a call is kept. */
  has(key: string): boolean;
  find(key: string): Promise<KeptReply | undefined>;
  /** Resolves when the call is on disk. */
  keep(key: string, messages: readonly Message[], settings: object, reply: KeptReply): Promise<void>;
  /** How the service holds answers to a shape, where that was found out before. */
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

/** Where a kept line is. */
interface Slot {
  readonly handle: FileHandle;
  readonly at: number;
  readonly length: number;
}

/** Opens the calls of the run in `directory`; without one, nothing is kept. */
export async function openCalls(directory: string | undefined, endpoint: Endpoint): Promise<Calls> {
  if (directory === undefined) return nothingKept();
  const file = join(directory, CALLS_FILE);
  await makeDirectory(directory);
  const handles: FileHandle[] = [];
  const slots = new Map<string, Slot>();
  let rung: Rung | undefined;
  try {
    for (const other of await siblings(directory)) {
      const handle = await open(other, 'r');
      handles.push(handle);
      rung = (await index(handle, endpoint, slots)).rung ?? rung;
    }
    const own = await open(file, existsSync(file) ? 'r+' : 'w+');
    handles.push(own);
    const { bytes, messages, ...known } = await index(own, endpoint, slots);
    if (known.foreign) throw foreignCalls(file);
    await own.truncate(bytes);
    const appender = createAppender(own, file, bytes);
    if (bytes === 0) appender.write(line({ schema: SCHEMA, endpoint: endpoint.url, model: endpoint.model }));
    const shape = { rung: known.rung ?? rung };
    return keptIn({ own, appender, slots, messages, shape, readers: handles.slice(0, -1) });
  } catch (error) {
    await Promise.all(handles.map((handle) => handle.close()));
    throw explainFileError(error, file);
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
  readonly own: FileHandle;
  readonly appender: Appender;
  readonly slots: Map<string, Slot>;
  /** Hashes of the messages that the file has. */
  readonly messages: Set<string>;
  readonly shape: { rung: Rung | undefined };
  readonly readers: readonly FileHandle[];
}

function keptIn({ own, appender, slots, messages, shape, readers }: Kept): Calls {
  return {
    has: (key) => slots.has(key),
    async find(key) {
      const slot = slots.get(key);
      if (!slot) return undefined;
      const content = Buffer.alloc(slot.length);
      await slot.handle.read(content, 0, slot.length, slot.at);
      const parsed = parseLine(content.toString());
      return parsed && 'call' in parsed ? parsed.reply : undefined;
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
      slots.set(key, { handle: own, at, length: Buffer.byteLength(text) - 1 });
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
    async close() {
      await appender.close();
      await Promise.all(readers.map((handle) => handle.close()));
    },
  };
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

/** What a file of calls holds. */
interface Indexed {
  /** In whole lines. */
  readonly bytes: number;
  readonly messages: Set<string>;
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
  { url, model }: Endpoint,
  slots: Map<string, Slot>,
): Promise<Indexed> {
  const messages = new Set<string>();
  let rung: Rung | undefined;
  let bytes = 0;
  let rest = Buffer.alloc(0);
  for (;;) {
    const block = Buffer.alloc(BLOCK);
    const { bytesRead } = await handle.read(block, 0, BLOCK, bytes + rest.length);
    if (bytesRead === 0) return { bytes, messages, rung, foreign: false };
    const content = Buffer.concat([rest, block.subarray(0, bytesRead)]);
    let from = 0;
    for (let end = content.indexOf(NEWLINE); end >= 0; end = content.indexOf(NEWLINE, from)) {
      const parsed = parseLine(content.toString('utf8', from, end));
      if (
        bytes + from === 0 &&
        !(parsed && 'schema' in parsed && parsed.endpoint === url && parsed.model === model)
      )
        return { bytes: 0, messages, rung: undefined, foreign: true };
      if (parsed && 'rung' in parsed) rung = parsed.rung;
      if (parsed && 'message' in parsed) messages.add(parsed.message);
      if (parsed && 'call' in parsed)
        slots.set(parsed.call, { handle, at: bytes + from, length: end - from });
      from = end + 1;
    }
    rest = content.subarray(from);
    bytes += from;
  }
}

function parseLine(text: string): z.infer<typeof lineJson> | undefined {
  try {
    return lineJson.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
