import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import type { Answer } from '../tasks/answer.ts';
import { readReplies } from './journal.ts';
import type { OpenedRun } from './opened.ts';
import { RUN_FILES } from './store.ts';

/** What was asked about an example, what came back, and how it was read. */
export interface Said extends Conversation {
  readonly answer: Answer;
}

/** By example, aligned with those of the run; undefined for runs that keep no replies. */
export async function conversationsOf({
  directory,
  record,
  task,
  examples,
}: OpenedRun): Promise<readonly (Said | undefined)[] | undefined> {
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
