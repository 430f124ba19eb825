import type { GivenParameters } from '../../ground/parameters.ts';
import { parseParameters } from '../../ground/parameters.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import type { AnswerSchema, Prompt } from '../../tasks/families/asking.ts';
import type { Task } from '../../tasks/task.ts';
import { refuseUnused } from '../only-for.ts';
import type { Message } from '../shared/services/chat.ts';
import { estimateTokens } from '../shared/services/estimate.ts';
import { openInterview, turnsOf } from './conversation.ts';
import { ONLY_FOR, parameters as specs } from './parameters.ts';
import { askingOf, choosePrompt, promptName } from './prompt.ts';
import { createShots } from './shots.ts';

/** The questions about one input. */
export interface Preview {
  readonly prompt: string;
  /** The messages of every call: several for a ranking. */
  readonly calls: readonly (readonly Message[])[];
  /** Also sent, if the service enforces a schema; absent if options are scored. */
  readonly schema?: AnswerSchema;
  /** Ids of the worked examples. */
  readonly shots: readonly string[];
  /** Rough tokens of each call. */
  readonly tokens: readonly number[];
}

const OWNER = { name: { en: 'The model llm', zh: '模型 llm ' } };

function parse({ family }: Task, given: GivenParameters) {
  const parameters = parseParameters(specs, { name: '-', ...given }, OWNER);
  refuseUnused(specs, ONLY_FOR, parameters, family);
  return parameters;
}

/** The prompt of a task as data: what `prompt-file` takes. Throws a UserError `bad-prompt`. */
export async function promptOf(task: Task, given: GivenParameters): Promise<Prompt> {
  const parameters = parse(task, given);
  return choosePrompt(askingOf(task, parameters), parameters.promptFile);
}

/** Exactly what would be sent for an input. Throws a UserError for parameters and prompt files as the kind does. */
export async function previewPrompt(
  task: Task,
  input: Input,
  { train, seed, given }: { train: readonly Example[]; seed: number; given: GivenParameters },
): Promise<Preview> {
  const parameters = parse(task, given);
  const interview = await openInterview({ task, train, seed, parameters });
  const choose = await createShots({ task, train, seed, parameters });
  const shots = choose(input);
  const [calls] = turnsOf(interview, parameters, { input, shots });
  const { asking, prompt } = interview;
  return {
    prompt: promptName(prompt),
    calls,
    ...(parameters.mode === 'generate' && { schema: asking.schema(task) }),
    shots: shots.map(({ id }) => id),
    tokens: calls.map(estimateTokens),
  };
}
