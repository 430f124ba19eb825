/** The process of one model of a playground: it loads it, reports its task, and then answers one batch after another. */

import { loadKept } from '../../evaluation/fitted.ts';
import { type PlainError, plainError } from '../../evaluation/plain-error.ts';
import { UserError } from '../../ground/errors.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import { collectAnswers } from '../../models/answers.ts';
import { loadModelFile } from '../../models/model-file.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';

/** The first message to a model process. */
export interface Loading {
  /** `kind:path`. */
  readonly model: string;
  readonly task: Task;
  readonly parameters: GivenParameters;
  readonly modelFile?: string;
}

export type ToModel = { readonly load: Loading } | { readonly inputs: readonly Input[] };

export type FromModel =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'refused'; readonly error: PlainError };

type Kept = Awaited<ReturnType<typeof loadKept>>;

let loaded: { readonly kept: Kept; readonly task: Task } | undefined;

async function load({ model, task, parameters, modelFile }: Loading): Promise<FromModel> {
  const own = modelFile === undefined ? undefined : await loadModelFile(modelFile);
  loaded = { kept: await loadKept(model, task, parameters, own?.sha256), task };
  return { kind: 'ready' };
}

async function answer(inputs: readonly Input[]): Promise<FromModel> {
  if (!loaded) throw new Error('the model is not loaded');
  const { kept, task } = loaded;
  return { kind: 'answers', answers: await collectAnswers({ ...kept, task, inputs }) };
}

/** Details of errors other than UserErrors are not sent to callers: they may contain texts. */
const refusal = (error: unknown): FromModel => {
  const internal = new UserError('internal', { en: 'Internal error', zh: '内部错误' });
  return { kind: 'refused', error: plainError(error instanceof UserError ? error : internal) };
};

// Ctrl-C reaches the whole group: the parent ends this process when it has closed.
process.on('SIGINT', () => undefined).on('disconnect', () => process.exit());
process.on('message', async (message: ToModel) => {
  const reply = await ('load' in message ? load(message.load) : answer(message.inputs)).catch(refusal);
  process.send?.(reply);
});
