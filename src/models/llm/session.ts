import { UserError } from '../../ground/errors.ts';
import type { Usage } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import type { Label } from '../../tasks/task.ts';
import type { Reply } from '../contract.ts';
import { costOf, tokensOf } from '../shared/services/budget.ts';
import type { Message } from '../shared/services/chat.ts';
import type { ServiceFailure } from '../shared/services/failure.ts';
import type { ChatService } from '../shared/services/service.ts';
import { type Calls, callKey, type KeptReply, keptReply } from './calls.ts';
import { type Interview, rotationsOf, turnsOf } from './conversation.ts';
import type { RawAnswer, RawCall } from './interpret.ts';
import { type Rung, responseFormat } from './ladder.ts';
import { averagePlaces, averageScores, MAX_OPTIONS, rotated, scoreAnswers, scoreLetters } from './letters.ts';
import type { InterviewParameters } from './parameters.ts';
import type { ChooseShots } from './shots.ts';

/** Whether replies are streamed. */
interface Streaming {
  readonly stream?: boolean;
}

/** Everything needed to ask about an input. */
export interface Session {
  readonly interview: Interview;
  readonly parameters: InterviewParameters & Streaming;
  readonly choose: ChooseShots;
  readonly service: ChatService;
  readonly calls: Calls;
  readonly signal?: AbortSignal;
}

/** Everything needed to make a call. */
export type Caller = Pick<Session, 'service' | 'calls' | 'signal'> & {
  readonly parameters: Streaming;
};

/** The reply to an input, and when all its calls are on disk. */
export interface AskedInput {
  readonly reply: Reply;
  readonly onDisk: Promise<unknown>;
}

interface MadeCall {
  readonly key: string;
  readonly outcome: KeptReply | ServiceFailure;
  readonly attempts: number;
  readonly onDisk: Promise<void>;
}

type Settings = Readonly<Record<string, unknown>>;

/** A call for an input. */
export interface PlannedCall {
  readonly key: string;
  readonly messages: readonly Message[];
  readonly settings: Settings;
}

/** Calls in flight to a journal: identical questions of two inputs are asked, and paid for, once. */
const underWay = new WeakMap<Calls, Map<string, Promise<MadeCall>>>();

/** Makes one call, or finds it among those that are kept or under way. */
export function call(
  caller: Caller,
  messages: readonly Message[],
  settings: Settings,
  repeat: number,
): Promise<MadeCall> {
  const { calls, service } = caller;
  const key = callKey(service.endpoint, messages, settings, repeat);
  const open = underWay.get(calls) ?? new Map<string, Promise<MadeCall>>();
  underWay.set(calls, open);
  const known = open.get(key);
  if (known) return known;
  const made = makeCall(caller, key, { messages, settings, repeat });
  open.set(key, made);
  const forget = (): void => void open.delete(key);
  made.then(({ onDisk }) => onDisk).then(forget, forget);
  return made;
}

async function makeCall(
  { calls, service, parameters: { stream }, signal }: Caller,
  key: string,
  { messages, settings, repeat }: Omit<PlannedCall, 'key'> & { readonly repeat: number },
): Promise<MadeCall> {
  const kept = await calls.find(key);
  if (kept) return { key, outcome: kept, attempts: kept.attempts, onDisk: Promise.resolve() };
  const streamed = stream && settings.logprobs === undefined;
  const sent = streamed ? { ...settings, stream: true, stream_options: { include_usage: true } } : settings;
  const { outcome, attempts, ms } = await service.ask(messages, sent, signal, repeat);
  if ('failure' in outcome) return { key, outcome, attempts, onDisk: Promise.resolve() };
  const reply = keptReply(messages, outcome, { attempts, ms: Math.round(ms) });
  return { key, outcome: reply, attempts, onDisk: calls.keep(key, messages, settings, reply) };
}

const LETTERS = { temperature: 0, max_tokens: 1, logprobs: true, top_logprobs: MAX_OPTIONS } as const;

/** Nothing is written: whole answers are scored. */
const ANSWERS = { temperature: 0, max_tokens: 1 } as const;

const optionsOf = ({ asking, task }: Interview): readonly Label[] => asking.choice?.options(task) ?? [];

/** The answers that choose each of the options, as they would be written. */
const answersOf = (interview: Interview): string[] =>
  optionsOf(interview).map(({ id }) => JSON.stringify(interview.asking.choice?.answer(id)));

/** The fields of a request that determine its answer. */
export function settingsOf({ parameters, interview }: Session, rung: Rung): Settings {
  if (parameters.mode === 'logprob')
    return parameters.optionsBy === 'answer' ? { ...ANSWERS, continuations: answersOf(interview) } : LETTERS;
  return {
    temperature: parameters.temperature,
    max_tokens: parameters.maxTokens,
    ...responseFormat(rung, interview.asking.schema(interview.task)),
  };
}

/** Rotations differ by their messages, repeats of one question by their number. */
const repeatOf = ({ parameters }: Session, turn: number): number =>
  parameters.mode === 'logprob' ? 0 : turn;

/** Every call that `askInput` would make about an input, whether it is kept or not. */
export function plannedCalls(session: Session, input: Input, rung: Rung): readonly PlannedCall[] {
  const { interview, choose, parameters, service } = session;
  const settings = settingsOf(session, rung);
  return turnsOf(interview, parameters, { input, shots: choose(input) }).flatMap((calls, turn) =>
    calls.map((messages) => ({
      key: callKey(service.endpoint, messages, settings, repeatOf(session, turn)),
      messages,
      settings,
    })),
  );
}

/** Asks everything about one input. */
export async function askInput(session: Session, input: Input, rung: Rung): Promise<AskedInput> {
  const { interview, choose, parameters, service } = session;
  const shots = choose(input);
  const settings = settingsOf(session, rung);
  const made = await Promise.all(
    turnsOf(interview, parameters, { input, shots }).map((calls, turn) =>
      Promise.all(calls.map((messages) => call(session, messages, settings, repeatOf(session, turn)))),
    ),
  );
  const all = made.flat();
  const scored = parameters.mode === 'logprob';
  const raw: RawAnswer = {
    asking: interview.asking.id,
    repeats: scored
      ? [scoredCalls(session, made)]
      : made.map((calls) => calls.map(({ outcome }) => rawOf(outcome))),
    ...(!scored && parameters.vote && { vote: true }),
    ...(shots.length > 0 && { shots: shots.map(({ id }) => id) }),
    ...(!scored && { rung }),
    ...modelOf(all),
  };
  return {
    reply: { ...keyOf(all), raw, usage: { ...usageOf(all, service), ...(!scored && { structured: rung }) } },
    onDisk: Promise.all(all.map(({ onDisk }) => onDisk)),
  };
}

function rawOf(outcome: KeptReply | ServiceFailure): RawCall {
  if ('failure' in outcome) {
    const { failure, detail } = outcome;
    return { failure, ...(detail !== undefined && { detail }) };
  }
  const { text, finish, refusal, reasoning } = outcome;
  return {
    text,
    ...(finish !== undefined && { finish }),
    ...(refusal !== undefined && { refusal }),
    ...(reasoning !== undefined && { reasoning }),
  };
}

/** The first call represents the example. */
const keyOf = ([first]: readonly MadeCall[]): { key?: string } => (first ? { key: first.key } : {});

const modelOf = (made: readonly MadeCall[]): { model?: string } => {
  const model = made.map(({ outcome }) => ('model' in outcome ? outcome.model : undefined)).find(Boolean);
  return model === undefined ? {} : { model };
};

function usageOf(made: readonly MadeCall[], { endpoint: { price } }: ChatService): Usage {
  const replies = made.flatMap(({ outcome }) => ('failure' in outcome ? [] : [outcome]));
  const sum = (of: (reply: KeptReply) => number | undefined): number =>
    replies.reduce((total, reply) => total + (of(reply) ?? 0), 0);
  const reported = replies.some(({ promptTokens }) => promptTokens !== undefined);
  const tokens = reported && {
    promptTokens: sum((reply) => reply.promptTokens),
    completionTokens: sum((reply) => reply.completionTokens),
  };
  const estimatedPromptTokens = sum(({ estimated }) => estimated?.promptTokens);
  const estimatedCompletionTokens = sum(({ estimated }) => estimated?.completionTokens);
  const cost = price && replies.reduce((total, reply) => total + costOf(price, tokensOf(reply)), 0);
  const served = replies.find(({ model }) => model !== undefined)?.model;
  return {
    ...tokens,
    ...{ estimatedPromptTokens, estimatedCompletionTokens },
    ...(price && { cost, currency: price.currency }),
    ...(served !== undefined && { served }),
    calls: replies.length,
    retries: made.reduce((total, { attempts }) => total + attempts - 1, 0),
    milliseconds: sum(({ ms }) => ms),
  };
}

/** The options of every call with their log-probabilities. */
function scoredCalls(session: Session, made: readonly (readonly MadeCall[])[]): RawCall[] {
  const { interview, parameters } = session;
  return made[0].map((_, at): RawCall => {
    const outcomes = made.map((turn) => turn[at].outcome);
    const replies = outcomes.flatMap((outcome) => ('failure' in outcome ? [] : [outcome]));
    const failure = outcomes.find((outcome) => 'failure' in outcome);
    if (failure) return rawOf(failure);
    if (parameters.optionsBy !== 'answer') return scoredLetters(session, replies);
    return { scores: scoreAnswers(replies[0].continued ?? [], optionsOf(interview)) };
  });
}

/** Scores the options by their letters, averaged over rotations. */
function scoredLetters({ interview, service }: Session, replies: readonly KeptReply[]): RawCall {
  const options = optionsOf(interview);
  const rotations = rotationsOf(interview);
  const scores = replies.map(({ first, text }, turn) => {
    // A model that ended at once, or whose likeliest token is a part of a character: this question has no answer.
    if (!first?.length && /^\uFFFD*$/.test(text)) return undefined;
    if (!first?.length) throw noLogprobs(service.endpoint.url);
    return scoreLetters(first, rotated(options, rotations[turn]));
  });
  const known = scores.filter((one) => one !== undefined);
  if (known.length < scores.length) return { text: replies.map(({ text }) => text).join(' ') };
  return { scores: averageScores(known), places: averagePlaces(known, options, rotations) };
}

const noLogprobs = (url: string): UserError =>
  new UserError(
    'no-logprobs',
    {
      en: `${url} does not return the probabilities of tokens`,
      zh: `${url} 不返回 token 概率`,
    },
    {
      field: 'mode',
      hint: {
        en: 'Use mode=generate, or a server with logprobs (llama.cpp, vLLM, SGLang).',
        zh: '请使用 mode=generate，或换用支持 logprobs 的服务（llama.cpp、vLLM、SGLang）。',
      },
    },
  );
