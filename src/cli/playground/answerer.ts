import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userError } from '../../evaluation/plain-error.ts';
import { UserError } from '../../ground/errors.ts';
import type { Answerer, ServedModel } from '../../server/playground/answerer.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import type { FromModel, Loading, ToModel } from './child.ts';

const CHILD = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
/** A process that exits is restarted, at most this often. */
const PAUSE_MS = 2000;

/** A model and how its process loads it. */
export interface Loadable extends ServedModel {
  readonly loading: Loading;
}

/** Also ends the process of a model as a crash would, for tests. */
export interface StartedAnswerer extends Answerer {
  kill(name: string): void;
}

/** One process for each model; resolves when all of them are loaded. Throws the UserError of a model that cannot be. */
export async function startAnswerer(models: readonly Loadable[]): Promise<StartedAnswerer> {
  const processes = new Map(models.map((model) => [model.name, startModel(model.loading)]));
  const close = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((one) => one.close()));
  };
  try {
    await Promise.all([...processes.values()].map(({ loaded }) => loaded));
  } catch (error) {
    await close();
    throw error;
  }
  const of = (name: string): ModelProcess => processes.get(name)!;
  return {
    models,
    answer: (name, inputs) => of(name).answer(inputs),
    isReady: (name) => of(name).isReady(),
    starts: (name) => of(name).starts(),
    kill: (name) => of(name).kill(),
    close,
  };
}

interface ModelProcess {
  /** When it was loaded for the first time. */
  readonly loaded: Promise<void>;
  answer(inputs: readonly Input[]): Promise<readonly Answer[]>;
  isReady(): boolean;
  starts(): number;
  kill(): void;
  close(): Promise<void>;
}

function startModel(loading: Loading): ModelProcess {
  let child: ChildProcess | undefined;
  let ready = false;
  let closed = false;
  let starts = 0;
  let later: NodeJS.Timeout | undefined;

  const start = async (): Promise<void> => {
    starts++;
    const own = fork(CHILD, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child = own;
    own.once('exit', () => {
      ready = false;
      if (!closed) later = setTimeout(() => void start().catch(() => undefined), PAUSE_MS);
    });
    const reply = await exchange(own, { load: loading });
    if (reply.kind === 'refused') {
      // A model whose file is missing, say, is restarted until the file is back.
      own.kill('SIGKILL');
      throw userError(reply.error);
    }
    ready = true;
  };
  return {
    loaded: start(),
    isReady: () => ready,
    starts: () => starts,
    kill: () => void child?.kill('SIGKILL'),
    async answer(inputs) {
      if (!ready || !child) throw notReady();
      const reply = await exchange(child, { inputs });
      if (reply.kind === 'answers') return reply.answers;
      if (reply.kind === 'refused') throw userError(reply.error);
      throw new Error('a model must answer what it is asked');
    },
    async close() {
      closed = true;
      clearTimeout(later);
      const own = child;
      if (!own || own.exitCode !== null || own.signalCode !== null) return;
      await new Promise((resolve) => {
        own.once('exit', resolve);
        own.kill('SIGKILL');
      });
    },
  };
}

/** Sends one message and waits for the reply. Throws a UserError `model-not-ready` where the process ends before. */
function exchange(child: ChildProcess, message: ToModel): Promise<FromModel> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      child.off('message', answered).off('exit', gone).off('error', gone);
      settle();
    };
    const answered = (reply: FromModel): void => end(() => resolve(reply));
    const gone = (): void => end(() => reject(notReady()));
    child.on('message', answered).on('exit', gone).on('error', gone);
    child.send(message, (error) => {
      if (error) gone();
    });
  });
}

const notReady = (): UserError =>
  new UserError(
    'model-not-ready',
    {
      en: 'The model process has exited and is being restarted',
      zh: '模型进程已结束，正在重新启动',
    },
    { hint: { en: 'Try again in a few seconds.', zh: '请稍候重试。' } },
  );
