import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import type { Answer } from '../tasks/answer.ts';
import { readReplies } from './journal.ts';
import type { OpenedRun } from './opened.ts';
import { RUN_FILES } from './store.ts';

/** The prompts of an example, the replies, and how they were parsed. */
export interface ParsedConversation extends Conversation {
  readonly answer: Answer;
}

/** One entry per example, aligned with those of the run; undefined for runs without stored replies. */
export async function conversationsOf({
  directory,
  record,
  task,
  examples,
}: OpenedRun): Promise<readonly (ParsedConversation | undefined)[] | undefined> {
  const file = join(directory, RUN_FILES.answers);
  if (record.files.answers === undefined || !existsSync(file)) return undefined;
  const kind = findModel(record.model.id);
  const replies = await readReplies(file, record.id);
  const conversations = await kind.conversations(directory, replies);
  if (!conversations) return undefined;
  return examples.map(({ id, input }) => {
    const [reply, said] = [replies.get(id), conversations.get(id)];
    return reply && said && { ...said, answer: kind.interpret(reply.raw, input, task) };
  });
}
