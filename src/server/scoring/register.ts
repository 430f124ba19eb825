import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readInputs } from '../../datasets/inputs.ts';
import { UserError } from '../../ground/errors.ts';
import { issueText } from '../../ground/issues.ts';
import { withTemporaryDirectory } from '../../ground/temporary.ts';
import { parseTask } from '../../tasks/schema.ts';
import type { Task } from '../../tasks/task.ts';
import { type Challenge, PHASES, parseChallenge } from '../challenge.ts';
import { pack } from './pack.ts';
import type { Registered } from './requests.ts';

/** A challenge whose gold is remote, as a hospital sends it: declaration, task, and questions as JSON Lines. */
export const registration = z.strictObject({
  challenge: z.unknown(),
  task: z.unknown(),
  splits: z
    .array(z.strictObject({ split: z.enum(['dev', 'test']), synthetic: z.boolean(), questions: z.string() }))
    .max(2),
});
export type Registration = z.infer<typeof registration>;

/** The splits that the phases of a challenge ask. */
export const splitsOf = ({ phases }: Challenge): ('dev' | 'test')[] => [
  ...new Set(PHASES.flatMap((name) => phases[name]?.split ?? [])),
];

/** A task as a task file declares it: what a server without its corpus needs. */
export function declarationOf(task: Task): unknown {
  const { id, family, domain, title, labels, positive, discontinuous, relevantFrom, primary } = task;
  const { folder, format, files } = task.corpus;
  const rest = {
    ...(discontinuous && { discontinuous }),
    ...(relevantFrom !== undefined && { relevantFrom }),
  };
  return { id, family, domain, title, labels, positive, primary, ...rest, corpus: { folder, format, files } };
}

/**
 * Reads and checks what a hospital sent. Throws a UserError: `bad-request`, `bad-challenge`, `bad-task`, or the error of a
 * question, with its line.
 */
export async function register(file: string): Promise<Registered> {
  const { success, data, error } = registration.safeParse(await readJson(file));
  if (!success) throw badRegistration(issueText(error.issues[0]), error.issues[0].path.join('.'));
  const declared = parseChallenge(data.challenge);
  const task = parseTask(data.task, 'task');
  if (declared.gold !== 'remote') throw badRegistration(notRemote, 'challenge.gold');
  if (declared.task !== task.id) throw badRegistration(otherTask, 'challenge.task');
  const splits: Registered['splits'][number][] = [];
  for (const split of splitsOf(declared)) {
    const sent = data.splits.find((other) => other.split === split);
    if (!sent) throw badRegistration({ en: `${split} is missing`, zh: `缺少 ${split}` }, 'splits');
    splits.push({ split, synthetic: sent.synthetic, questions: await readQuestions(sent.questions, task) });
  }
  return { declared, task, splits };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw badRegistration({ en: 'this is not JSON', zh: '不是合法的 JSON' }, '');
  }
}

async function readQuestions(lines: string, task: Task): Promise<Buffer> {
  return withTemporaryDirectory('questions', async (directory) => {
    const path = join(directory, 'questions');
    await writeFile(path, lines, { mode: 0o600 });
    return pack(await readInputs(path, task));
  });
}

const notRemote = {
  en: 'a challenge that is sent to a server must declare "gold": "remote"',
  zh: '发送到服务器的挑战赛须声明 "gold": "remote"',
};
const otherTask = { en: 'this is not the task that was sent', zh: '与所发送的任务不一致' };

const badRegistration = (message: { readonly en: string; readonly zh: string }, field: string): UserError =>
  new UserError('bad-request', message, {
    field: field || undefined,
    hint: {
      en: 'Use `chineseblue challenge create --server URL`.',
      zh: '请用 `chineseblue challenge create --server URL`。',
    },
  });
