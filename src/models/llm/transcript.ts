import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { readLineBatches } from '../../ground/files.ts';
import type { Conversation, Reply, Spoken } from '../contract.ts';
import { CALLS_FILE, siblings } from './calls.ts';
import { type RawCall, rawJson } from './interpret.ts';

const lineJson = z.union([
  z.object({ message: z.string(), role: z.string(), content: z.string() }),
  z.object({ call: z.string(), messages: z.array(z.string()) }),
]);

/**
 * Questions and answers by example, from the calls of the run in `directory` and of the other runs whose calls it reused. Of
 * several calls about an example the first one's messages are given, and all answers.
 */
export async function readConversations(
  directory: string,
  replies: ReadonlyMap<string, Reply>,
): Promise<Map<string, Conversation>> {
  const wanted = new Set([...replies.values()].flatMap(({ key }) => key ?? []));
  const asked = new Map<string, readonly Message[]>();
  const own = join(directory, CALLS_FILE);
  const files = [
    ...(existsSync(own) ? [own] : []),
    ...(existsSync(dirname(directory)) ? await siblings(directory) : []),
  ];
  for (const file of files) {
    if (asked.size === wanted.size) break;
    await readAsked(file, wanted, asked);
  }
  const said = new Map<string, Conversation>();
  for (const [id, { raw, key }] of replies) {
    const parsed = rawJson.safeParse(raw).data;
    if (!parsed) continue;
    said.set(id, {
      asked: (key !== undefined && asked.get(key)) || [],
      answers: parsed.repeats.flat().map(replyText),
    });
  }
  return said;
}

/** The raw answer of a call without its reasoning; the reason if it failed. */
function replyText(call: RawCall): Spoken {
  if ('scores' in call) return { text: JSON.stringify(call.scores) };
  if ('failure' in call)
    return { text: call.detail === undefined ? call.failure : `${call.failure}: ${call.detail}` };
  const { text, reasoning } = call;
  return reasoning?.trim() ? { text, thought: reasoning } : { text };
}

interface Message {
  readonly role: string;
  readonly content: string;
}

async function readAsked(
  file: string,
  wanted: ReadonlySet<string>,
  asked: Map<string, readonly Message[]>,
): Promise<void> {
  const messages = new Map<string, Message>();
  for await (const lines of readLineBatches(file))
    for (const { text } of lines) {
      const line = parse(text);
      if (!line) continue;
      if ('message' in line) messages.set(line.message, { role: line.role, content: line.content });
      else if (wanted.has(line.call) && !asked.has(line.call))
        asked.set(
          line.call,
          line.messages.flatMap((hash) => messages.get(hash) ?? []),
        );
    }
}

/** A last line that a crash cut short is ignored. */
function parse(text: string): z.infer<typeof lineJson> | undefined {
  try {
    return lineJson.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
