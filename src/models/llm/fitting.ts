import { inLanes } from '../../ground/lanes.ts';
import type { Text } from '../../ground/language.ts';
import type { FamilyId, Input } from '../../tasks/examples.ts';
import type { AnswerOptions, Estimate, FitRequest, FittedModel } from '../contract.ts';
import type { Endpoint } from '../shared/services/endpoint.ts';
import { estimateOf, estimateTokens } from '../shared/services/estimate.ts';
import type { ChatService } from '../shared/services/service.ts';
import { openCalls } from './calls.ts';
import { type Interview, openInterview, turnsOf } from './conversation.ts';
import { watchCuts } from './cuts.ts';
import type { Rung } from './ladder.ts';
import type { InterviewParameters } from './parameters.ts';
import { findRung } from './probe.ts';
import { askInput, type Session } from './session.ts';
import { type ChooseShots, createShots } from './shots.ts';

/** How a kind reaches its model. */
export interface Access {
  readonly endpoint: Endpoint;
  /** Readable destination of the texts. */
  readonly destination: string;
  /** Inputs that are processed at a time. */
  readonly lanes: number;
  open(signal?: AbortSignal): Promise<ChatService>;
}

/** Everything needed to ask questions; nothing is trained. */
export interface Prepared {
  readonly interview: Interview;
  readonly choose: ChooseShots;
  readonly parameters: Session['parameters'];
  readonly access: Access;
  readonly directory: string | undefined;
  readonly onNote?: (note: Text) => void;
}

/** Prepares questions and worked examples. */
export async function prepareInterview<P extends InterviewParameters>(
  { task, train, seed, parameters, directory, signal, onNote }: FitRequest<FamilyId, P>,
  access: Access,
): Promise<Prepared> {
  const interview = await openInterview({ task, train, seed, parameters });
  const choose = await createShots({ task, train, seed, parameters, signal });
  return { interview, choose, parameters, access, directory, onNote };
}

export const interviewed = (prepared: Prepared): FittedModel => ({
  answer: (inputs, options) => answerAll(prepared, inputs, options),
  estimate: async (inputs) => estimate(prepared, inputs),
});

async function answerAll(
  prepared: Prepared,
  inputs: readonly Input[],
  { signal, onAnswer, answered }: AnswerOptions,
): Promise<void> {
  const open = Array.from(inputs.keys()).filter((index) => !answered?.has(index));
  if (open.length === 0) return;
  const asked = { inputs: open.map((index) => inputs[index]), signal };
  const cuts = watchCuts();
  await withSession(prepared, asked, async (session, rung) => {
    await inLanes(open, prepared.access.lanes, async (index) => {
      signal?.throwIfAborted();
      const { reply, onDisk } = await askInput(session, inputs[index], rung);
      cuts.add(reply.usage);
      return { settled: onDisk.then(() => onAnswer(index, reply)) };
    });
  });
  const note = cuts.note(prepared.access.destination);
  if (note) prepared.onNote?.(note);
}

/** Opens journal and service, determines how the service enforces the shape of answers, and closes both afterwards. */
export async function withSession(
  { interview, choose, parameters, access, directory }: Prepared,
  { inputs, signal }: { readonly inputs: readonly Input[]; readonly signal?: AbortSignal },
  use: (session: Session, rung: Rung) => Promise<void>,
): Promise<void> {
  const calls = await openCalls(directory, access.endpoint);
  try {
    const service = await access.open(signal);
    try {
      const session: Session = { interview, choose, parameters, service, calls, signal };
      const rung = parameters.mode === 'logprob' ? 'text' : await findRung(session, inputs);
      await use(session, rung);
    } finally {
      await service.close();
    }
  } finally {
    await calls.close();
  }
}

/** Estimated usage for all inputs, from rough token counts. Nothing is sent. */
function estimate({ interview, choose, parameters, access }: Prepared, inputs: readonly Input[]): Estimate {
  let calls = 0;
  let promptTokens = 0;
  for (const input of inputs)
    for (const messages of turnsOf(interview, parameters, { input, shots: choose(input) }).flat()) {
      calls++;
      promptTokens += estimateTokens(messages);
    }
  const mostCompletionTokens = calls * (parameters.mode === 'logprob' ? 1 : parameters.maxTokens);
  const { destination, endpoint } = access;
  return estimateOf(endpoint, { destination, calls, promptTokens, mostCompletionTokens });
}
