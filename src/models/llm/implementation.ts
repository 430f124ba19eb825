import { UserError } from '../../ground/errors.ts';
import type { FamilyId, Input } from '../../tasks/examples.ts';
import { isConfidential, type Task } from '../../tasks/task.ts';
import type { AnswerOptions, Estimate, FitRequest, Fits, FittedModel } from '../contract.ts';
import { costOf } from '../shared/services/budget.ts';
import { type Endpoint, findEndpoint } from '../shared/services/endpoint.ts';
import { estimateTokens } from '../shared/services/estimate.ts';
import { type CallSettings, openService } from '../shared/services/service.ts';
import { batchOf } from './batch.ts';
import { openCalls } from './calls.ts';
import { type Interview, letterMessages, messagesOf } from './conversation.ts';
import type { Rung } from './ladder.ts';
import { MAX_OPTIONS } from './letters.ts';
import type { LlmParameters } from './parameters.ts';
import { askingOf, choosePrompt } from './prompt.ts';
import { askInput, findRung, type Session } from './session.ts';
import { type ChooseShots, createShots } from './shots.ts';

type Request = FitRequest<FamilyId, LlmParameters>;

export const fit: Fits<LlmParameters> = {
  ner: fitLlm,
  similarity: fitLlm,
  inference: fitLlm,
  ranking: fitLlm,
  classification: fitLlm,
  multilabel: fitLlm,
  relation: fitLlm,
  dialogue: fitLlm,
};

/** Prepares questions and worked examples; nothing is learnt. */
async function fitLlm(request: Request): Promise<FittedModel> {
  const { task, train, seed, parameters, directory, signal } = request;
  const endpoint = await findEndpoint(parameters);
  const asking = askingOf(task, parameters);
  const interview: Interview = {
    task,
    asking,
    prompt: await choosePrompt(asking, parameters.promptFile),
    language: parameters.promptLanguage,
    learnt: asking.learn?.(train) ?? {},
    seed,
  };
  if (parameters.mode === 'logprob') requireOptions(interview);
  const choose = await createShots({ task, train, seed, parameters, signal });
  const prepared = { interview, choose, parameters, endpoint, directory };
  return {
    answer: (inputs, options) => answerAll(prepared, inputs, options),
    estimate: async (inputs) => estimate(prepared, inputs),
    batch: batchOf(directory, (asked, use) => withSession(prepared, asked, use)),
  };
}

interface Prepared {
  readonly interview: Interview;
  readonly choose: ChooseShots;
  readonly parameters: LlmParameters;
  readonly endpoint: Endpoint;
  readonly directory: string | undefined;
}

/** How a task's calls are made. */
export function callSettings(parameters: LlmParameters, task: Task): CallSettings {
  const { keyEnv, allowRemote, concurrency, retries, timeout, firstTokenTimeout } = parameters;
  const { maxCalls, maxTotalTokens, maxCost } = parameters;
  return {
    keyEnv,
    localOnly: isConfidential(task) && !allowRemote,
    concurrency,
    retries,
    totalMs: timeout * 1000,
    firstTokenMs: firstTokenTimeout * 1000,
    limits: { maxCalls, maxTotalTokens, maxCost },
  };
}

async function answerAll(
  prepared: Prepared,
  inputs: readonly Input[],
  { signal, onAnswer, answered }: AnswerOptions,
): Promise<void> {
  const open = Array.from(inputs.keys()).filter((index) => !answered?.has(index));
  if (open.length === 0) return;
  const asked = { inputs: open.map((index) => inputs[index]), signal };
  await withSession(prepared, asked, async (session, rung) => {
    await inLanes(open, prepared.parameters.concurrency, async (index) => {
      signal?.throwIfAborted();
      const { reply, onDisk } = await askInput(session, inputs[index], rung);
      return { settled: onDisk.then(() => onAnswer(index, reply)) };
    });
  });
}

/** Opens journal and service, finds out how the service holds answers to a shape, and closes both afterwards. */
async function withSession(
  { interview, choose, parameters, endpoint, directory }: Prepared,
  { inputs, signal }: { readonly inputs: readonly Input[]; readonly signal?: AbortSignal },
  use: (session: Session, rung: Rung, settings: CallSettings) => Promise<void>,
): Promise<void> {
  const settings = callSettings(parameters, interview.task);
  const calls = await openCalls(directory, endpoint);
  try {
    const service = await openService(endpoint, settings);
    try {
      const session: Session = { interview, choose, parameters, service, calls, signal };
      const rung = parameters.mode === 'logprob' ? 'text' : await findRung(session, inputs);
      await use(session, rung, settings);
    } finally {
      service.close();
    }
  } finally {
    await calls.close();
  }
}

/**
 * Runs jobs in `lanes` lanes. A lane moves on when a job's work is done, before its results have settled on disk. After an
 * error nothing new begins, and what is under way is finished before it is thrown: it has been paid for.
 */
async function inLanes(
  indices: readonly number[],
  lanes: number,
  job: (index: number) => Promise<{ readonly settled: Promise<void> }>,
): Promise<void> {
  const errors: unknown[] = [];
  const settling = new Set<Promise<void>>();
  const queue = indices.values();
  const lane = async (): Promise<void> => {
    for (const index of queue) {
      if (errors.length > 0) return;
      try {
        const { settled } = await job(index);
        const watched = settled.catch((error) => void errors.push(error));
        settling.add(watched);
        watched.finally(() => settling.delete(watched));
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, indices.length) }, lane));
  await Promise.all(settling);
  if (errors.length > 0) throw errors[0];
}

/** What asking all inputs takes, from rough token counts. Nothing is sent. */
function estimate({ interview, choose, parameters, endpoint }: Prepared, inputs: readonly Input[]): Estimate {
  let calls = 0;
  let promptTokens = 0;
  const rotations = Math.min(interview.asking.choice?.options(interview.task).length ?? 1, 5);
  const turns = parameters.mode === 'logprob' ? rotations : parameters.repeats;
  for (const input of inputs) {
    const conversations =
      parameters.mode === 'logprob'
        ? letterMessages(interview, { input, shots: choose(input) }, 0)
        : messagesOf(interview, { input, shots: choose(input) });
    calls += conversations.length * turns;
    for (const messages of conversations) promptTokens += estimateTokens(messages) * turns;
  }
  const completionTokens = calls * (parameters.mode === 'logprob' ? 1 : parameters.maxTokens);
  const { price, url } = endpoint;
  return {
    destination: url,
    calls,
    promptTokens,
    mostCompletionTokens: completionTokens,
    ...(price && {
      cost: {
        least: costOf(price, { promptTokens }),
        most: costOf(price, { promptTokens, completionTokens }),
      },
      currency: price.currency,
    }),
  };
}

/** Labels are scored as letters: there must be some, and not too many. */
function requireOptions({ task, asking }: Interview): void {
  const options = asking.choice?.options(task).length ?? 0;
  if (options > 1 && options <= MAX_OPTIONS) return;
  const why =
    options > MAX_OPTIONS
      ? {
          en: `${task.id} has ${options} labels, and services score ${MAX_OPTIONS} at most`,
          zh: `${task.id} 有 ${options} 个标签，而服务最多给 ${MAX_OPTIONS} 个打分`,
        }
      : {
          en: `Answers of ${task.id} are not one of a few labels`,
          zh: `${task.id} 的答案不是若干标签之一`,
        };
  throw new UserError('no-options', why, {
    field: 'mode',
    hint: { en: 'Use mode=generate.', zh: '请使用 mode=generate。' },
  });
}
