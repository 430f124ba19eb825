import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { counted } from '../ground/counted.ts';
import { UserError } from '../ground/errors.ts';
import { finite } from '../ground/json.ts';
import { openOwnDirectory } from '../ground/own-directory.ts';
import { parseTask } from '../tasks/schema.ts';
import type { Task } from '../tasks/task.ts';
import { doneSchema, remoteChallengeSchema, remoteJobSchema } from './api/schemas.ts';
import type { Client } from './client.ts';
import { ensureKeyFile } from './first-start.ts';
import { createKey, readKeyring } from './keyring.ts';
import type { RemoteChallenge, RemoteJob } from './remote.ts';
import { type Children, createChildren } from './scoring/children.ts';
import { hashOfPacked, unpack } from './scoring/pack.ts';
import { declarationOf } from './scoring/register.ts';
import type { Aggregates, Judged, Prepared } from './scoring/requests.ts';

/** Intervals of heartbeats, of polling while idle, and of retrying while the server does not answer. */
const KEEP_MS = 5000;
const IDLE_MS = 1000;
const AGAIN_MS = 5000;
/** Attempts at sending a result to a server that does not answer; by then the lease has ended. */
const SENDINGS = 12;
/** Decimals of the replicate scores that are sent. */
const DIGITS = 7;

export interface RemoteWork {
  /** With a token of the role `worker`. */
  readonly client: Client;
  readonly challenge: string;
  /** The local task, and the data directory with its gold. */
  readonly task: Task;
  readonly dir: string;
  /** Directory of the subsets that `data audit --write-clean` wrote. */
  readonly subsets?: string;
  /** Directory of the secret that resamples are drawn from; workers of one challenge share it. */
  readonly home: string;
  /** The fewest items behind any figure that is sent. */
  readonly leastCell: number;
  /** End when nothing waits, instead of waiting for more. */
  readonly untilEmpty: boolean;
  /** Stops taking new jobs. */
  readonly signal: AbortSignal;
  /** Receives failed jobs, and that the server does not answer. */
  readonly onError: (error: unknown) => void;
}

/** A worker with its gold, encrypted by a scoring process under a key that exists only in this process. */
interface Ready extends RemoteWork {
  readonly children: Children;
  readonly remote: RemoteChallenge;
  readonly prepared: ReadonlyMap<string, Prepared>;
  readonly secret: Uint8Array;
}

/**
 * Scores the submissions to a challenge whose gold is here and not on the server: takes jobs, scores them with the server's
 * code, and sends aggregates back. Returns how many were scored. Throws a UserError: `task-differs` or `questions-differ` where
 * the corpus here is not the one that was registered, `too-few-items`, and those of reading the corpus and of the server about
 * the token and the challenge.
 */
export async function workRemotely(work: RemoteWork): Promise<number> {
  await using temporary = await openOwnDirectory(join(work.home, 'working'));
  const children = createChildren({ count: 1, key: createKey(), temporary: temporary.path });
  try {
    return await takeJobs(await prepare(work, children));
  } finally {
    children.close();
  }
}

/** The id of the task that was registered for a challenge. Throws the server's errors about the token and the challenge. */
export async function registeredTask(client: Client, challenge: string): Promise<string> {
  const { task } = await registered(client, challenge);
  return parseTask(task, 'task').id;
}

const registered = (client: Client, challenge: string): Promise<RemoteChallenge> =>
  client.get(`${pathOf(challenge)}/worker`, remoteChallengeSchema);

async function prepare(work: RemoteWork, children: Children): Promise<Ready> {
  const { client, challenge, task, dir, subsets, home, leastCell } = work;
  const remote = await registered(client, challenge);
  const prepared = new Map<string, Prepared>();
  for (const [name, sha256] of Object.entries(remote.splits)) {
    const split = name === 'dev' ? 'dev' : 'test';
    const local = await children.ask({ kind: 'prepare', challenge, task, dir, split, subsets });
    if (!isSameTask(local.task, remote.task)) throw differs('task', task.id);
    if (hashOfPacked(local.questions) !== sha256) throw differs('questions', split);
    const items = unpack<readonly unknown[]>(local.questions).length;
    if (items < leastCell) throw tooFew(split, items, leastCell);
    prepared.set(split, local);
  }
  const keyFile = join(home, 'resamples.key');
  await ensureKeyFile(keyFile);
  const [secret] = (await readKeyring(keyFile)).keys.values();
  return { ...work, children, remote, prepared, secret };
}

const pathOf = (challenge: string): string => `/api/v1/challenges/${encodeURIComponent(challenge)}`;

/** Whether two tasks have the same inputs and scoring, wherever their files are. */
function isSameTask(local: Task, registered: unknown): boolean {
  const known = (task: unknown): string => {
    const { corpus: _, ...asked } = parseTask(task, 'task');
    return JSON.stringify(asked);
  };
  return known(declarationOf(local)) === known(registered);
}

async function takeJobs(ready: Ready): Promise<number> {
  const { client, challenge, signal, untilEmpty, onError } = ready;
  let scored = 0;
  while (!signal.aborted) {
    try {
      const { job } = await client.send('POST', `${pathOf(challenge)}/jobs`, {}, remoteJobSchema);
      if (job) {
        if (await scoreOne(ready, job)) scored++;
        continue;
      }
      if (untilEmpty) break;
      await pause(IDLE_MS, signal);
    } catch (error) {
      if (!isPassing(error)) throw error;
      onError(error);
      await pause(AGAIN_MS, signal);
    }
  }
  return scored;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** Errors that may be transient. */
const PASSING: ReadonlySet<string> = new Set([
  'server-unreachable',
  'rate-limited',
  'busy',
  'internal',
  'not-a-server',
]);
const isPassing = (error: unknown): boolean => error instanceof UserError && PASSING.has(error.code);

/** Whether this attempt ended the job. */
async function scoreOne(ready: Ready, job: RemoteJob): Promise<boolean> {
  const { client, challenge, signal, onError } = ready;
  const path = `${pathOf(challenge)}/jobs/${job.id}/${job.attempt}`;
  const keeping = setInterval(
    () => void client.send('PUT', path, {}, doneSchema).catch(() => undefined),
    KEEP_MS,
  );
  try {
    const { sheet, replicates } = await aggregate(ready, job, await client.bytes(`${path}/answers`));
    const body = {
      sheet: JSON.parse(JSON.stringify(sheet, finite)),
      replicates: replicates.map((score) => (Number.isNaN(score) ? null : Number(score.toFixed(DIGITS)))),
    };
    await sendResult(() => client.send('POST', `${path}/result`, body, doneSchema), signal);
    return true;
  } catch (error) {
    onError(error);
    // A job whose result the server did not accept goes to another worker when the lease ends.
    const reason = error instanceof UserError ? error.code : 'internal';
    if (reason !== 'lease-ended')
      await client.send('POST', `${path}/failure`, { reason }, doneSchema).catch(() => undefined);
    return false;
  } finally {
    clearInterval(keeping);
  }
}

function aggregate(ready: Ready, { split }: RemoteJob, answers: Uint8Array): Promise<Aggregates> {
  const { challenge, remote, prepared, children, secret, leastCell } = ready;
  const local = prepared.get(split);
  if (!local) throw differs('questions', split);
  const { task, questions, sealedGold, synthetic } = local;
  const judged: Judged = { asked: { challenge, split, task, questions }, sealedGold, answers };
  return children.ask({
    ...{ kind: 'aggregate', primary: remote.primary, leastCell, secret, synthetic, ...judged },
  });
}

async function sendResult(send: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let sending = 1; ; sending++) {
    try {
      await send();
      return;
    } catch (error) {
      if (!isPassing(error) || sending === SENDINGS || signal.aborted) throw error;
      await pause(KEEP_MS, signal);
    }
  }
}

const differs = (what: 'task' | 'questions', name: string): UserError =>
  new UserError(
    `${what}-differ${what === 'task' ? 's' : ''}`,
    {
      en: `The ${what} of ${name} here ${what === 'task' ? 'is' : 'are'} not what the server was given`,
      zh: `本地 ${name} 的${what === 'task' ? '任务声明' : '题目'}与服务器登记的不一致`,
    },
    {
      field: name,
      hint: {
        en: 'Use the corpus and the task file that the challenge was created from.',
        zh: '请使用创建该挑战赛时的语料与任务文件。',
      },
    },
  );

const tooFew = (split: string, items: number, least: number): UserError =>
  new UserError(
    'too-few-items',
    {
      en: `${split} has ${counted(items, 'item')}, fewer than the smallest cell of ${least}`,
      zh: `${split} 仅有 ${items} 条，少于最小单元 ${least}`,
    },
    {
      field: split,
      hint: { en: 'No score of so few items may leave.', zh: '样本过少，得分不得外传。' },
    },
  );
