import { createHash } from 'node:crypto';
import * as z from 'zod';
import { addUsage, beginCall, type Limits } from '../../shared/services/budget.ts';
import { type ChatReply, type Message, splitThought, type TokenOption } from '../../shared/services/chat.ts';
import type { Endpoint } from '../../shared/services/endpoint.ts';
import type { ServiceFailure } from '../../shared/services/failure.ts';
import type { ChatService } from '../../shared/services/service.ts';
import { acquireModel, type LoadedModel, type ModelSettings } from './loaded.ts';
import { type LlamaSequence, loadRuntime, type Runtime, type Token } from './runtime.ts';

export interface LocalModel {
  readonly endpoint: Endpoint;
  readonly model: ModelSettings;
  /** Seed of sampling if the temperature is above zero. */
  readonly seed: number;
  readonly limits: Limits;
  readonly signal?: AbortSignal;
}

/** The fields of a request that apply to a model in this process. */
const bodyJson = z.object({
  temperature: z.number(),
  max_tokens: z.number(),
  top_logprobs: z.number().optional(),
  /** Answers whose probability is requested. */
  continuations: z.array(z.string()).optional(),
  response_format: z
    .union([
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ schema: z.record(z.string(), z.json()) }),
      }),
      z.object({ type: z.literal('json_object') }),
    ])
    .optional(),
});
type Wanted = z.infer<typeof bodyJson>;

/**
 * A model in this process as a service: the same requests, the same replies. Throws the UserErrors of loading. A prompt that
 * exceeds the context is the failure `context-exceeded`; nothing is truncated.
 */
export async function openLocalService(
  { endpoint, model, seed, limits, signal: opening }: LocalModel,
  load: () => Promise<Runtime> = loadRuntime,
): Promise<ChatService> {
  const runtime = await load();
  const { loaded, release } = await acquireModel(runtime, model, opening);
  return {
    endpoint,
    ask: (messages, body, signal, repeat = 0) =>
      loaded.turns.run(async () => {
        signal?.throwIfAborted();
        beginCall(limits);
        const since = performance.now();
        const drawn = seedOf(seed, messages, repeat);
        const outcome = await answer({ runtime, loaded, signal }, messages, bodyJson.parse(body), drawn);
        if (!('failure' in outcome)) addUsage(outcome, undefined);
        return { outcome, attempts: 1, ms: performance.now() - since };
      }, signal),
    close: release,
  };
}

/** Every question and repeat draws its own numbers, the same ones in every run. */
const seedOf = (seed: number, messages: readonly Message[], repeat: number): number =>
  createHash('sha256')
    .update(JSON.stringify([seed, messages, repeat]))
    .digest()
    .readUInt32LE();

interface Answering {
  readonly runtime: Runtime;
  readonly loaded: LoadedModel;
  readonly signal?: AbortSignal;
}

async function answer(
  answering: Answering,
  messages: readonly Message[],
  wanted: Wanted,
  seed: number,
): Promise<ChatReply | ServiceFailure> {
  const { loaded } = answering;
  if (wanted.continuations !== undefined) return continued(loaded, messages, wanted.continuations);
  const { tokens, opensThought } = writePrompt(loaded, messages);
  const room = loaded.contextSize - tokens.length;
  if (room < 1) return tooLong(tokens.length, loaded);
  // Evaluated in full each time: a prefix cached from another question changes probabilities in the second digit.
  await loaded.sequence.clearHistory();
  const common = { promptTokens: tokens.length, ...nameOf(loaded) };
  if (wanted.top_logprobs !== undefined) {
    const first = await likeliest(loaded, tokens, wanted.top_logprobs);
    return { ...common, text: first[0]?.token ?? '', finish: 'length', completionTokens: 1, first };
  }
  const { written, finish } = await write(answering, tokens, { wanted, room, seed });
  const whole = loaded.model.detokenize(written);
  const { answer: text, thought } = splitThought(opensThought ? `<think>${whole}` : whole);
  const thinking = thought === undefined ? {} : { reasoning: thought };
  return { ...common, text, ...thinking, finish, completionTokens: written.length };
}

const tooLong = (length: number, { contextSize }: LoadedModel): ServiceFailure => ({
  ...{ failure: 'context-exceeded', retry: false, overloaded: false },
  detail: `${length} > ${contextSize}`,
});

function nameOf({ model }: LoadedModel): { readonly model?: string } {
  const { name } = model.fileInfo.metadata.general ?? {};
  return name === undefined ? {} : { model: name };
}

/**
 * The log-probabilities of whole answers. What the conversations have in common is computed once, and every answer continues
 * from there, so that none depends on those before it.
 */
async function continued(
  loaded: LoadedModel,
  messages: readonly Message[],
  answers: readonly string[],
): Promise<ChatReply | ServiceFailure> {
  const { sequence } = loaded;
  const written = answers.map((text) => writePrompt(loaded, messages, text).tokens);
  const longest = Math.max(...written.map(({ length }) => length));
  if (longest > loaded.contextSize) return tooLong(longest, loaded);
  const shared = sharedLength(written);
  await sequence.clearHistory();
  const [next] = await probabilities(sequence, written[0].slice(0, shared), shared - 1);
  const logprobs: number[] = [];
  for (const tokens of written) {
    const tail = tokens.slice(shared);
    const before = tail.slice(0, -1);
    const after = before.length > 0 ? await probabilities(sequence, before, 0) : [];
    await sequence.eraseContextTokenRanges([{ start: shared, end: shared + before.length }]);
    logprobs.push(tail.reduce((sum, token, i) => sum + logOf([next, ...after][i], token), 0));
  }
  return { text: '', promptTokens: longest, completionTokens: 0, ...nameOf(loaded), continued: logprobs };
}

/** How many first tokens all have in common; at least one of each is left. */
function sharedLength(lists: readonly (readonly Token[])[]): number {
  const most = Math.min(...lists.map(({ length }) => length)) - 1;
  const [first] = lists;
  for (let i = 0; i < most; i++) if (lists.some((tokens) => tokens[i] !== first[i])) return i;
  return most;
}

type Probabilities = ReadonlyMap<Token, number> | undefined;

/** Evaluates tokens; what follows each of them from `from` on. */
async function probabilities(
  sequence: LlamaSequence,
  tokens: readonly Token[],
  from: number,
): Promise<Probabilities[]> {
  const outputs = await sequence.controlledEvaluate(
    tokens.map((token, i) => (i < from ? token : [token, { generateNext: { probabilities: true } }])),
  );
  return outputs.slice(from).map((output) => output?.next.probabilities);
}

const logOf = (options: Probabilities, token: Token): number =>
  Math.log(options?.get(token) ?? Number.MIN_VALUE);

/**
 * A conversation as the model's template writes it, up to where its answer begins, or to the end of an answer. Text is never
 * read as a special token.
 */
function writePrompt(
  { wrapper, model }: LoadedModel,
  messages: readonly Message[],
  answer?: string,
): { readonly tokens: Token[]; readonly opensThought: boolean } {
  const said = messages.map(({ role, content }) =>
    role === 'assistant' ? { type: 'model' as const, response: [content] } : { type: role, text: content },
  );
  const chatHistory = [...said, { type: 'model' as const, response: answer === undefined ? [] : [answer] }];
  const { contextText } = wrapper.generateContextState({ chatHistory });
  return {
    tokens: contextText.tokenize(model.tokenizer),
    opensThought: /<think>\s*$/.test(contextText.toString()),
  };
}

/** The likeliest tokens after a prompt, with their log-probabilities over the whole vocabulary. */
async function likeliest(
  { sequence, model }: LoadedModel,
  prompt: readonly Token[],
  count: number,
): Promise<TokenOption[]> {
  const [next] = await probabilities(sequence, prompt, prompt.length - 1);
  const options: TokenOption[] = [];
  for (const [token, probability] of next ?? []) {
    if (options.length === count) break;
    options.push({ token: model.detokenize([token]), logprob: Math.log(probability) });
  }
  return options;
}

/** Writes until the model ends, the JSON that the grammar asks for is whole, or there is no more room. */
async function write(
  { runtime, loaded, signal }: Answering,
  prompt: readonly Token[],
  { wanted, room, seed }: { readonly wanted: Wanted; readonly room: number; readonly seed: number },
): Promise<{ readonly written: readonly Token[]; readonly finish: 'stop' | 'length' }> {
  const { model, sequence } = loaded;
  const format = wanted.response_format;
  const grammar =
    format && (await loaded.grammar(format.type === 'json_schema' ? format.json_schema.schema : 'json'));
  const options = {
    temperature: wanted.temperature,
    seed,
    ...(grammar && {
      grammarEvaluationState: new runtime.LlamaGrammarEvaluationState({ model, grammar }),
    }),
  };
  const most = Math.min(wanted.max_tokens, room);
  const written: Token[] = [];
  for await (const token of sequence.evaluate(prompt, options)) {
    signal?.throwIfAborted();
    written.push(token);
    // After its JSON a grammar allows white space without end.
    if (grammar && model.detokenize([token]).includes('}') && isJson(model.detokenize(written)))
      return { written, finish: 'stop' };
    if (written.length >= most) return { written, finish: 'length' };
  }
  return { written, finish: 'stop' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
