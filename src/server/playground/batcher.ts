import { UserError } from '../../ground/errors.ts';

/** Groups concurrent requests of many callers into batches, and rejects requests when too many wait. */
export interface Batcher<In, Out> {
  /**
   * The answers to these inputs, in order. Throws a UserError `overloaded` where too many inputs wait already, the error of the
   * batch, or the reason of the signal.
   */
  ask(inputs: readonly In[], signal?: AbortSignal): Promise<readonly Out[]>;
  /** Inputs that wait. */
  waiting(): number;
  /** Estimated seconds until all waiting inputs are answered; at least one. */
  secondsToWait(): number;
}

export interface BatcherSettings<In, Out> {
  /** Answers one batch; the next one begins when it has ended. */
  readonly answer: (inputs: readonly In[]) => Promise<readonly Out[]>;
  /** Most inputs per batch, except that the inputs of one caller stay together. */
  readonly most: number;
  /** Most inputs that may wait. */
  readonly room: number;
  readonly onBatch?: (inputs: number) => void;
  readonly clock?: () => number;
}

interface Waiting<In, Out> {
  readonly inputs: readonly In[];
  readonly resolve: (outputs: readonly Out[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Weight of the latest batch in the average time of an input. */
const LATEST = 0.3;

export function createBatcher<In, Out>(settings: BatcherSettings<In, Out>): Batcher<In, Out> {
  const { answer, most, room, onBatch, clock = () => performance.now() } = settings;
  let queue: Waiting<In, Out>[] = [];
  let busy = false;
  let msAnInput = 0;
  const waiting = (): number => queue.reduce((sum, { inputs }) => sum + inputs.length, 0);

  /** The callers of the next batch, the longest waiting first. */
  const take = (): Waiting<In, Out>[] => {
    let count = 0;
    const fits = queue.findIndex(({ inputs }, i) => {
      count += inputs.length;
      return i > 0 && count > most;
    });
    const batch = queue.slice(0, fits < 0 ? queue.length : fits);
    queue = queue.slice(batch.length);
    return batch;
  };
  const run = async (): Promise<void> => {
    if (busy || queue.length === 0) return;
    busy = true;
    const batch = take();
    const inputs = batch.flatMap((one) => one.inputs);
    const begun = clock();
    try {
      onBatch?.(inputs.length);
      const outputs = await answer(inputs);
      const own = (clock() - begun) / inputs.length;
      msAnInput = msAnInput === 0 ? own : LATEST * own + (1 - LATEST) * msAnInput;
      let at = 0;
      for (const { inputs: asked, resolve } of batch) {
        resolve(outputs.slice(at, at + asked.length));
        at += asked.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    busy = false;
    void run();
  };

  return {
    waiting,
    secondsToWait: () => Math.max(1, Math.ceil((waiting() * msAnInput) / 1000)),
    ask(inputs, signal) {
      if (waiting() + inputs.length > room) return Promise.reject(overloaded());
      return new Promise((resolve, reject) => {
        const own: Waiting<In, Out> = { inputs, resolve, reject };
        queue.push(own);
        signal?.addEventListener('abort', () => {
          queue = queue.filter((other) => other !== own);
          reject(signal.reason);
        });
        // Callers that arrive at the same moment share a batch.
        setImmediate(() => void run());
      });
    },
  };
}

const overloaded = (): UserError =>
  new UserError(
    'overloaded',
    { en: 'Too many requests are waiting', zh: '等待处理的输入过多' },
    {
      hint: {
        en: 'Try again after the time given in Retry-After.',
        zh: '请在 Retry-After 指定的时间后重试。',
      },
    },
  );
