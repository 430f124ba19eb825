import { join } from 'node:path';
import { UserError } from '../../../ground/errors.ts';
import { inLanes } from '../../../ground/lanes.ts';
import { acquireLock } from '../../../ground/lock.ts';
import { type GivenParameters, parseParameters } from '../../../ground/parameters.ts';
import { createRandom, shuffle } from '../../../ground/random.ts';
import { type Share, shareDifference, shareOf } from '../../../statistics/wilson.ts';
import type { Input } from '../../../tasks/examples.ts';
import type { Task } from '../../../tasks/task.ts';
import type { Estimate } from '../../contract.ts';
import { type Endpoint, findEndpoint } from '../../shared/services/endpoint.ts';
import { estimateOf, estimateTokens } from '../../shared/services/estimate.ts';
import { openService } from '../../shared/services/service.ts';
import { openCalls } from '../calls.ts';
import { type Interview, letterMessages, openInterview } from '../conversation.ts';
import { callSettings } from '../implementation.ts';
import { MAX_OPTIONS } from '../letters.ts';
import { type LlmParameters, parameters as specs } from '../parameters.ts';
import { type Caller, call } from '../session.ts';
import { type Completion, completionMessages, completionTokens, judgeCompletion } from './completion.ts';
import { chosenOption } from './order.ts';
import { type HalvedText, halvedTexts, SOURCES, type Source } from './texts.ts';

/** Beside the calls: one process writes them. */
const LOCK = 'lock';
/** Tokens of an answer that names one option. */
const LETTER_TOKENS = 16;

export interface MemorisedRequest {
  readonly task: Task;
  readonly test: readonly Input[];
  readonly train: readonly Input[];
  /** Texts of test, and examples of each split for the order of options. */
  readonly limit: number;
  readonly seed: number;
  /** Parameters of the kind; `name` at least. */
  readonly parameters: GivenParameters;
  /** Where calls are stored; absent: they are not stored. */
  readonly directory?: string;
}

/** Results of text completion, for texts of one source. */
export interface CompletionRates {
  readonly source: Source;
  /** Began with the next ten characters. */
  readonly verbatim: Share;
  /** Had half of the pairs of characters in common with what follows. */
  readonly near: Share;
  readonly failed: number;
}

/** How often the chosen option changed with the order of the options, for examples of one split. */
export interface OrderRates {
  readonly split: 'test' | 'train';
  readonly changed: Share;
  /** Answers that name no single option. */
  readonly unreadable: number;
  readonly failed: number;
}

type Difference = ReturnType<typeof shareDifference>;

/** What `chineseblue llm memorised --json` prints. */
export interface Memorised {
  readonly schema: 'chineseblue/memorised@1';
  readonly task: string;
  readonly model: string;
  readonly endpoint: string;
  readonly completions: readonly CompletionRates[];
  /** Rates of verbatim completion of test minus those of the controls. */
  readonly differences: { readonly train: Difference; readonly recombined: Difference };
  /** Absent if answers of the task are not one of a few options. */
  readonly order?: readonly OrderRates[];
}

/** All questions to be asked. */
export interface MemorisedQuestions {
  readonly endpoint: Endpoint;
  readonly estimate: Estimate;
  /** Makes all calls. Throws the UserErrors of calls, and `in-use` if another process is doing so; answers are kept. */
  ask(options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (share: number) => void;
  }): Promise<Memorised>;
}

interface OrderQuestion {
  readonly split: OrderRates['split'];
  readonly input: Input;
}

/**
 * Prepares the questions whether a model has seen a test: it continues halves of texts of test, of train, and of texts that
 * cannot have been seen; and it chooses between options in two orders. Throws a UserError `no-long-texts`.
 */
export async function prepareMemorised(request: MemorisedRequest): Promise<MemorisedQuestions> {
  const { task, test, train, limit, seed } = request;
  const parameters = parseParameters(specs, request.parameters, {
    name: { en: 'The model llm', zh: '模型 llm ' },
  });
  const endpoint = await findEndpoint(parameters);
  const texts = halvedTexts({ task, test, train, limit, seed });
  const interview = await openInterview({
    ...{ task, train: [], seed },
    parameters: { ...parameters, mode: 'generate' },
  });
  const options = interview.asking.choice?.options(task).length ?? 0;
  const chooses = options > 1 && options <= MAX_OPTIONS;
  const draw = (inputs: readonly Input[]): Input[] =>
    shuffle([...inputs], createRandom(seed, 'order')).slice(0, limit);
  const orders = chooses
    ? [
        ...draw(test).map((input): OrderQuestion => ({ split: 'test', input })),
        ...draw(train).map((input): OrderQuestion => ({ split: 'train', input })),
      ]
    : [];
  if (texts.length === 0 && orders.length === 0) throw noLongTexts(task);
  const prepared = { request, parameters, endpoint, interview, texts, orders };
  return {
    endpoint,
    estimate: estimate(prepared),
    async ask({ signal, onProgress }) {
      const { directory } = request;
      await using _lock = directory === undefined ? undefined : await acquireLock(join(directory, LOCK));
      const calls = await openCalls(directory, endpoint);
      try {
        const service = await openService(endpoint, callSettings(parameters, task));
        try {
          return await askAll(prepared, { service, calls, parameters, signal }, onProgress);
        } finally {
          await service.close();
        }
      } finally {
        await calls.close();
      }
    },
  };
}

interface Prepared {
  readonly request: MemorisedRequest;
  readonly parameters: LlmParameters;
  readonly endpoint: Endpoint;
  readonly interview: Interview;
  readonly texts: readonly HalvedText[];
  readonly orders: readonly OrderQuestion[];
}

const noLongTexts = ({ id }: Task): UserError =>
  new UserError(
    'no-long-texts',
    {
      en: `${id} has no texts in test that are long enough to be halved and are not in train`,
      zh: `${id} 的测试集中没有足够长、且未在训练集中出现的文本可供截半`,
    },
    {
      hint: {
        en: 'At least 16 characters are needed; try a task with longer texts.',
        zh: '文本至少需 16 个字符；请换用文本较长的任务。',
      },
    },
  );

const turnsOf = ({ interview: { asking, task } }: Prepared): readonly number[] => [
  0,
  (asking.choice?.options(task).length ?? 0) >> 1,
];

function estimate(prepared: Prepared): Estimate {
  const { texts, orders, interview, parameters, endpoint } = prepared;
  const turns = turnsOf(prepared);
  const asked = [
    ...texts.map((text) => ({
      prompt: estimateTokens(completionMessages(text, parameters.promptLanguage)),
      answer: completionTokens(text),
    })),
    ...orders.flatMap(({ input }) =>
      turns.flatMap((turn) =>
        letterMessages(interview, { input, shots: [] }, turn).map((messages) => ({
          prompt: estimateTokens(messages),
          answer: LETTER_TOKENS,
        })),
      ),
    ),
  ];
  return estimateOf(endpoint, {
    destination: endpoint.url,
    calls: asked.length,
    promptTokens: asked.reduce((sum, { prompt }) => sum + prompt, 0),
    mostCompletionTokens: asked.reduce((sum, { answer }) => sum + answer, 0),
  });
}

async function askAll(
  prepared: Prepared,
  caller: Caller,
  onProgress: ((share: number) => void) | undefined,
): Promise<Memorised> {
  const { request, parameters, endpoint, texts, orders } = prepared;
  const { promptLanguage: language, concurrency } = parameters;
  const completed: (Completion | undefined)[] = [];
  const chosen: Chosen[] = [];
  const jobs = [
    ...texts.map((text, i) => async () => {
      completed[i] = await complete(text, language, caller);
    }),
    ...orders.map(({ input }, i) => async () => {
      chosen[i] = await choose(prepared, input, caller);
    }),
  ];
  let done = 0;
  await inLanes(jobs, concurrency, async (ask) => {
    await ask();
    onProgress?.(++done / jobs.length);
  });
  const completions = SOURCES.map((source) => {
    const judged = completed.filter((_, i) => texts[i].source === source);
    const known = judged.filter((one) => one !== undefined);
    return {
      source,
      verbatim: shareOf(known.filter(({ verbatim }) => verbatim).length, known.length),
      near: shareOf(known.filter(({ near }) => near).length, known.length),
      failed: judged.length - known.length,
    };
  });
  const [test, train, recombined] = completions.map(({ verbatim }) => verbatim);
  return {
    schema: 'chineseblue/memorised@1',
    task: request.task.id,
    model: endpoint.model,
    endpoint: endpoint.url,
    completions,
    differences: { train: shareDifference(test, train), recombined: shareDifference(test, recombined) },
    ...(orders.length > 0 && { order: orderRates(orders, chosen) }),
  };
}

/** Undefined if the call failed. */
async function complete(
  text: HalvedText,
  language: LlmParameters['promptLanguage'],
  caller: Caller,
): Promise<Completion | undefined> {
  const settings = { temperature: 0, max_tokens: completionTokens(text) };
  const { outcome, onDisk } = await call(caller, completionMessages(text, language), settings, 0);
  await onDisk;
  return 'failure' in outcome ? undefined : judgeCompletion(text, outcome.text);
}

type Chosen = 'same' | 'changed' | 'unreadable' | 'failed';

/** Asks for a letter in two orders. For a ranking, only its first document is used. */
async function choose(prepared: Prepared, input: Input, caller: Caller): Promise<Chosen> {
  const { interview } = prepared;
  const options = interview.asking.choice?.options(interview.task) ?? [];
  const settings = { temperature: 0, max_tokens: LETTER_TOKENS };
  const ids: (string | undefined)[] = [];
  for (const turn of turnsOf(prepared)) {
    const [messages] = letterMessages(interview, { input, shots: [] }, turn);
    const { outcome, onDisk } = await call(caller, messages, settings, 0);
    await onDisk;
    if ('failure' in outcome) return 'failed';
    ids.push(chosenOption(outcome.text, options, turn));
  }
  if (ids.includes(undefined)) return 'unreadable';
  return new Set(ids).size === 1 ? 'same' : 'changed';
}

const orderRates = (orders: readonly OrderQuestion[], chosen: readonly Chosen[]): OrderRates[] =>
  (['test', 'train'] as const).map((split) => {
    const own = chosen.filter((_, i) => orders[i].split === split);
    const count = (wanted: Chosen): number => own.filter((one) => one === wanted).length;
    return {
      split,
      changed: shareOf(count('changed'), count('changed') + count('same')),
      unreadable: count('unreadable'),
      failed: count('failed'),
    };
  });
