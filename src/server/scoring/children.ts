import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../ground/errors.ts';
import { KEY_VARIABLE } from '../keyring.ts';
import type { FromChild, ToChild } from './child.ts';
import type { ReplyTo, Request } from './requests.ts';

const CHILD = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));

/** Scoring processes, each of which handles one request at a time. */
export interface Children {
  /** Throws a UserError with the code of what went wrong, and `worker-died` where the process ended. */
  ask<R extends Request>(request: R): Promise<ReplyTo<R>>;
  /** Of the processes that are running, for tests and for statistics. */
  pids(): readonly number[];
  close(): void;
}

export interface ChildrenSettings {
  /** Most processes; they are started on demand. */
  readonly count: number;
  /** Absent where the environment, or `key`, has the keys. */
  readonly keyFile?: string;
  /** A key that exists only in this process. */
  readonly key?: string;
  /** Directory of their temporary files. */
  readonly temporary: string;
}

export function createChildren({ count, keyFile, key, temporary }: ChildrenSettings): Children {
  const idle: ChildProcess[] = [];
  const running = new Set<ChildProcess>();
  const waiting: PromiseWithResolvers<ChildProcess>[] = [];
  let closed = false;

  const start = (): ChildProcess => {
    const child = fork(CHILD, keyFile === undefined ? [] : [keyFile], {
      serialization: 'advanced',
      env: { ...process.env, ...(key && { [KEY_VARIABLE]: key }), TMPDIR: temporary },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    running.add(child);
    // A process that could not be started emits an error, and never `exit`.
    child.on('exit', () => drop(child)).on('error', () => drop(child));
    return child;
  };
  const drop = (child: ChildProcess): void => {
    if (!running.delete(child)) return;
    child.kill('SIGKILL');
    const at = idle.indexOf(child);
    if (at >= 0) idle.splice(at, 1);
    if (!closed) waiting.shift()?.resolve(start());
  };
  const take = async (): Promise<ChildProcess> => {
    const free = idle.pop();
    if (free) return free;
    if (running.size < count) return start();
    const next = Promise.withResolvers<ChildProcess>();
    waiting.push(next);
    return next.promise;
  };
  const giveBack = (child: ChildProcess): void => {
    if (!running.has(child)) return;
    const next = waiting.shift();
    if (next) next.resolve(child);
    else idle.push(child);
  };

  return {
    async ask<R extends Request>(request: R): Promise<ReplyTo<R>> {
      if (closed) throw died();
      const child = await take();
      const answer = await exchange(child, request).catch((error) => {
        drop(child);
        throw error;
      });
      giveBack(child);
      if (answer.kind === 'done') return answer.reply as ReplyTo<R>;
      throw failed(answer);
    },
    pids: () => [...running].flatMap(({ pid }) => pid ?? []),
    close() {
      closed = true;
      for (const child of running) child.kill('SIGKILL');
      for (const { reject } of waiting.splice(0)) reject(died());
    },
  };
}

function exchange(child: ChildProcess, request: Request): Promise<FromChild> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      child.off('message', answered).off('exit', gone).off('error', gone);
      settle();
    };
    const answered = (message: FromChild): void => end(() => resolve(message));
    const gone = (): void => end(() => reject(died()));
    child.on('message', answered).on('exit', gone).on('error', gone);
    // It may have ended while this request waited for it.
    if (!child.connected) return gone();
    child.send({ request } satisfies ToChild, (error) => {
      if (error) gone();
    });
  });
}

function failed({ code, message, ...place }: Extract<FromChild, { kind: 'refused' }>): UserError {
  const generic = { en: `Scoring failed: ${code}`, zh: `评分失败：${code}` };
  const { file, line, field } = place;
  return new UserError(code, message ?? generic, { file, line, field });
}

const died = (): UserError =>
  new UserError(
    'worker-died',
    { en: 'The scoring process exited before it returned a result', zh: '评分进程在给出结果前已结束' },
    { hint: { en: 'The job will be retried.', zh: '该任务会重试。' } },
  );
