import { UserError } from '../../ground/errors.ts';
import type { Usage } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import type { Reply } from '../contract.ts';
import { costOf, tokensOf } from '../shared/services/budget.ts';
import type { ChatReply, Message } from '../shared/services/chat.ts';
import { estimateCall } from '../shared/services/estimate.ts';
import type { ServiceFailure } from '../shared/services/failure.ts';
import type { ChatService } from '../shared/services/service.ts';
import { type Calls, callKey, type KeptReply } from './calls.ts';
import { type Interview, letterMessages, messagesOf } from './conversation.ts';
import type { RawAnswer, RawCall } from './interpret.ts';
import { keepsShape, RUNGS, type Rung, responseFormat } from './ladder.ts';
import { averagePlaces, averageScores, MAX_OPTIONS, rotated, scoreLetters } from './letters.ts';
import type { InterviewParameters } from './parameters.ts';
import type { ChooseShots } from './shots.ts';

/** Rotations of the options of a call: all of them, or this many evenly spaced ones. */
const MAX_ROTATIONS = 5;

/** Whether answers are received as they are written. */
interface Streaming {
  readonly stream?: boolean;
}

/** Everything that asking an input takes. */
export interface Session {
  readonly interview: Interview;
  readonly parameters: InterviewParameters & Streaming;
  readonly choose: ChooseShots;
  readonly service: ChatService;
  readonly calls: Calls;
  readonly signal?: AbortSignal;
}

/** What making a call takes. */
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
  readonly onDisk: Promise<void>;
}

type Settings = Readonly<Record<string, unknown>>;

/** A call that an input takes. */
export interface PlannedCall {
  readonly key: string;
  readonly messages: readonly Message[];
  readonly settings: Settings;
}

/** Makes one call, or finds it among the kept ones. */
export async function call(
  { calls, service, parameters: { stream }, signal }: Caller,
  messages: readonly Message[],
  settings: Settings,
  repeat: number,
): Promise<MadeCall> {
  const key = callKey(service.endpoint, messages, settings, repeat);
  const kept = await calls.find(key);
  if (kept) return { key, outcome: kept, onDisk: Promise.resolve() };
  const streamed = stream && settings.logprobs === undefined;
  const sent = streamed ? { ...settings, stream: true, stream_options: { include_usage: true } } : settings;
  const { outcome, attempts, ms } = await service.ask(messages, sent, signal, repeat);
  if ('failure' in outcome) return { key, outcome, onDisk: Promise.resolve() };
  const estimated = estimateCall(messages, outcome);
  const reply = {
    ...outcome,
    first: outcome.first && [...outcome.first],
    ...{ estimated, attempts, ms: Math.round(ms) },
  };
  return { key, outcome: reply, onDisk: calls.keep(key, messages, settings, reply) };
}

const generateSettings = ({ parameters, interview }: Session, rung: Rung): Settings => ({
  temperature: parameters.temperature,
  max_tokens: parameters.maxTokens,
  ...responseFormat(rung, interview.asking.schema(interview.task)),
});

/** Questions that are asked at most before nothing is known of a rung. */
const MOST_PROBED = 3;

const shapes = new Map<string, Promise<Rung | undefined>>();

/**
 * How this service holds answers to a shape: found out once per endpoint and model, with the first question whose answer
 * tells, which is kept as any other; and recorded beside the calls, so that a run that resumes does not ask again.
 */
export async function findRung(session: Session, inputs: readonly Input[]): Promise<Rung> {
  const { structured } = session.parameters;
  if (structured !== 'probe') return structured;
  if (session.calls.rung) return session.calls.rung;
  const { url, model } = session.service.endpoint;
  const id = `${url} ${model}`;
  const known = shapes.get(id) ?? probe(session, inputs);
  shapes.set(id, known);
  const rung = await known.catch((error) => {
    shapes.delete(id);
    throw error;
  });
  if (rung === undefined) shapes.delete(id);
  else await session.calls.keepRung(rung);
  return rung ?? 'text';
}

/** Undefined where no answer tells. */
async function probe(session: Session, inputs: readonly Input[]): Promise<Rung | undefined> {
  const { interview, choose } = session;
  const schema = interview.asking.schema(interview.task);
  for (const rung of RUNGS) {
    if (rung === 'text') return rung;
    let keeps: boolean | undefined;
    for (const input of inputs.slice(0, MOST_PROBED)) {
      const [messages] = messagesOf(interview, { input, shots: choose(input) });
      if (messages === undefined) continue;
      const { outcome, onDisk } = await call(session, messages, generateSettings(session, rung), 0);
      await onDisk;
      keeps = keepsShape(outcome, schema);
      if (keeps !== undefined) break;
    }
    if (keeps === undefined) return undefined;
    if (keeps) return rung;
  }
  return 'text';
}

/** The turns at the options of a call: where each begins. */
function rotationsOf({ asking, task }: Interview): readonly number[] {
  const options = asking.choice?.options(task).length ?? 0;
  const turns = Math.min(options, MAX_ROTATIONS);
  return Array.from({ length: turns }, (_, i) => Math.floor((i * options) / turns));
}

/** Every call that `askInput` would make about an input, whether it is kept or not. */
export function plannedCalls(session: Session, input: Input, rung: Rung): readonly PlannedCall[] {
  const { interview, choose, parameters, service } = session;
  const planned = (messages: readonly Message[], settings: Settings, repeat: number): PlannedCall => ({
    key: callKey(service.endpoint, messages, settings, repeat),
    messages,
    settings,
  });
  const conversation = { input, shots: choose(input) };
  if (parameters.mode === 'logprob')
    return rotationsOf(interview).flatMap((rotation) =>
      letterMessages(interview, conversation, rotation).map((messages) => planned(messages, LETTERS, 0)),
    );
  const settings = generateSettings(session, rung);
  const conversations = messagesOf(interview, conversation);
  return Array.from({ length: parameters.repeats }, (_, repeat) => repeat).flatMap((repeat) =>
    conversations.map((messages) => planned(messages, settings, repeat)),
  );
}

/** Asks everything about one input. */
export function askInput(session: Session, input: Input, rung: Rung): Promise<AskedInput> {
  return session.parameters.mode === 'logprob' ? askLetters(session, input) : askWords(session, input, rung);
}

async function askWords(session: Session, input: Input, rung: Rung): Promise<AskedInput> {
  const { interview, choose, parameters, service } = session;
  const shots = choose(input);
  const conversations = messagesOf(interview, { input, shots });
  const settings = generateSettings(session, rung);
  const made = await Promise.all(
    Array.from({ length: parameters.repeats }, (_, repeat) =>
      Promise.all(conversations.map((messages) => call(session, messages, settings, repeat))),
    ),
  );
  const all = made.flat();
  const raw: RawAnswer = {
    asking: interview.asking.id,
    repeats: made.map((calls) => calls.map(({ outcome }) => rawOf(outcome))),
    ...(parameters.vote && { vote: true }),
    ...(shots.length > 0 && { shots: shots.map(({ id }) => id) }),
    rung,
    ...modelOf(all),
  };
  return {
    reply: { ...keyOf(all), raw, usage: usageOf(all, service) },
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

/** The first call stands for the example. */
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
    retries: sum(({ attempts }) => attempts - 1),
    milliseconds: sum(({ ms }) => ms),
  };
}

const LETTERS = { temperature: 0, max_tokens: 1, logprobs: true, top_logprobs: MAX_OPTIONS } as const;

/** Scores the options of every call by the probabilities of their letters, averaged over rotations of the options. */
async function askLetters(session: Session, input: Input): Promise<AskedInput> {
  const { interview, service, choose } = session;
  const shots = choose(input);
  const options = interview.asking.choice?.options(interview.task) ?? [];
  const rotations = rotationsOf(interview);
  const made = await Promise.all(
    rotations.map((rotation) =>
      Promise.all(
        letterMessages(interview, { input, shots }, rotation).map((messages) =>
          call(session, messages, LETTERS, 0),
        ),
      ),
    ),
  );
  const calls = made[0].map((_, at): RawCall => {
    const outcomes = made.map((turn) => turn[at].outcome);
    const failure = outcomes.find((outcome) => 'failure' in outcome);
    if (failure) return rawOf(failure);
    const scores = outcomes.map((outcome, turn) => {
      const { first, text } = outcome as ChatReply;
      // A model that ends at once, or begins with a part of a character, leaves servers no token to report: unreadable.
      if (!first?.length && /^\uFFFD*$/.test(text)) return undefined;
      if (!first?.length) throw noLogprobs(service.endpoint.url);
      return scoreLetters(first, rotated(options, rotations[turn]));
    });
    const known = scores.filter((one) => one !== undefined);
    if (known.length < scores.length)
      return { text: outcomes.map((one) => ('text' in one ? one.text : '')).join(' ') };
    return { scores: averageScores(known), places: averagePlaces(known, options, rotations) };
  });
  const all = made.flat();
  return {
    reply: {
      ...keyOf(all),
      raw: {
        asking: interview.asking.id,
        repeats: [calls],
        ...(shots.length > 0 && { shots: shots.map(({ id }) => id) }),
        ...modelOf(all),
      } satisfies RawAnswer,
      usage: usageOf(all, service),
    },
    onDisk: Promise.all(all.map(({ onDisk }) => onDisk)),
  };
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
