import { UserError } from '../../ground/errors.ts';
import { createRandom } from '../../ground/random.ts';
import type { AnyTypes, Example, Input } from '../../tasks/examples.ts';
import type { Asking, Placeholders, Prompt } from '../../tasks/families/asking.ts';
import type { Task } from '../../tasks/task.ts';
import type { Message } from '../shared/services/chat.ts';
import { lettered, letterOf, MAX_OPTIONS, rotated } from './letters.ts';
import type { InterviewParameters } from './parameters.ts';
import { askingOf, choosePrompt, listLabels, render } from './prompt.ts';

/** Settings shared by all examples of a run. */
export interface Interview {
  readonly task: Task;
  readonly asking: Asking<AnyTypes>;
  readonly prompt: Prompt;
  readonly language: InterviewParameters['promptLanguage'];
  /** Values derived from train. */
  readonly learnt: Placeholders;
  readonly seed: number;
}

/** Everything needed to prompt for a task. Throws a UserError `bad-prompt`, or `no-options` if there are none to score. */
export async function openInterview({
  task,
  train,
  seed,
  parameters,
}: {
  readonly task: Task;
  readonly train: readonly Example[];
  readonly seed: number;
  readonly parameters: Pick<
    InterviewParameters,
    'mode' | 'optionsBy' | 'ranking' | 'promptFile' | 'promptLanguage'
  >;
}): Promise<Interview> {
  const asking = askingOf(task, parameters);
  if (parameters.mode === 'logprob') requireOptions({ task, asking }, parameters);
  const prompt = await choosePrompt(asking, parameters.promptFile);
  return {
    task,
    asking,
    prompt,
    language: parameters.promptLanguage,
    learnt: asking.learn?.(train) ?? {},
    seed,
  };
}

/** There must be some labels to score, and for letters not too many. */
function requireOptions(
  { task, asking }: Pick<Interview, 'task' | 'asking'>,
  { optionsBy }: Pick<InterviewParameters, 'optionsBy'>,
): void {
  const options = asking.choice?.options(task).length ?? 0;
  if (options > 1 && (options <= MAX_OPTIONS || optionsBy === 'answer')) return;
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

/** A question to the model: one of the calls of an input, with the worked examples before it. */
export interface Conversation {
  readonly input: Input;
  readonly shots: readonly Example[];
}

const common = ({ task, language, learnt }: Interview): Placeholders => ({
  task: task.title[language],
  labels: listLabels(task, language),
  ...learnt,
});

/** The messages of every call of an input, in the order of `asking.calls`: system, worked examples, question. */
export function messagesOf(interview: Interview, { input, shots }: Conversation): readonly Message[][] {
  const { task, asking, prompt, language } = interview;
  const values = common(interview);
  const system = render(prompt.system[language], values);
  const begin: Message[] = [
    ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...shots.flatMap((shot) => workedExample(interview, shot, values)),
  ];
  return asking
    .calls(input, language, task)
    .map((call) => [
      ...begin,
      { role: 'user', content: render(prompt.user[language], { ...values, ...call }) },
    ]);
}

/** One call of a train example with the answer of gold; a seeded choice if there are several. */
function workedCall(
  { task, asking, language, seed }: Interview,
  { id, input, gold }: Example,
): { readonly call: Placeholders; readonly answer: object | string } | undefined {
  const calls = asking.calls(input, language, task);
  if (calls.length === 0) return undefined;
  const at = createRandom(seed, `shot ${id}`).below(calls.length);
  return { call: calls[at], answer: asking.worked(gold, input, task)[at] };
}

function workedExample(interview: Interview, shot: Example, values: Placeholders): Message[] {
  const { prompt, language } = interview;
  const chosen = workedCall(interview, shot);
  if (!chosen) return [];
  return [
    { role: 'user', content: render(prompt.user[language], { ...values, ...chosen.call }) },
    {
      role: 'assistant',
      content: typeof chosen.answer === 'string' ? chosen.answer : JSON.stringify(chosen.answer),
    },
  ];
}

const CHOOSE = {
  zh: (question: string, options: string) => `${question}\n\n选项：\n${options}\n\n只回答一个选项字母。`,
  en: (question: string, options: string) =>
    `${question}\n\nOptions:\n${options}\n\nReply with the letter of one option only.`,
};
const JOB = {
  zh: (task: string) => `任务：${task}。阅读内容并选出正确的选项。`,
  en: (task: string) => `Task: ${task}. Read and choose the right option.`,
};

/** The messages of one rotation of the lettered options, for every call of an input. */
export function letterMessages(
  interview: Interview,
  { input, shots }: Conversation,
  rotation: number,
): readonly Message[][] {
  const { task, asking, prompt, language } = interview;
  const values = common(interview);
  const turned = rotated(asking.choice?.options(task) ?? [], rotation);
  const options = lettered(turned, language);
  const question = (call: Placeholders): Message => ({
    role: 'user',
    content: CHOOSE[language](render(prompt.user[language], { ...values, ...call }), options),
  });
  const worked = shots.flatMap((shot): Message[] => {
    const chosen = workedCall(interview, shot);
    const [id] = chosen ? Object.values(chosen.answer).map(String) : [];
    const at = turned.findIndex((option) => option.id === id);
    return chosen && at >= 0 ? [question(chosen.call), { role: 'assistant', content: letterOf(at) }] : [];
  });
  const begin: Message[] = [{ role: 'system', content: JOB[language](task.title[language]) }, ...worked];
  return asking.calls(input, language, task).map((call) => [...begin, question(call)]);
}

/** Rotations of the options: all of them, or this many evenly spaced ones. */
const MAX_ROTATIONS = 5;

/** The first option of every rotation. */
export function rotationsOf({ asking, task }: Interview): readonly number[] {
  const options = asking.choice?.options(task).length ?? 0;
  const turns = Math.min(options, MAX_ROTATIONS);
  return Array.from({ length: turns }, (_, i) => Math.floor((i * options) / turns));
}

/**
 * The messages of every call about an input, turn by turn: the same ones in every repeat where answers are written, those of
 * every rotation of the options where these are scored by their letters.
 */
export function turnsOf(
  interview: Interview,
  { mode, optionsBy, repeats }: Pick<InterviewParameters, 'mode' | 'optionsBy' | 'repeats'>,
  conversation: Conversation,
): readonly (readonly Message[][])[] {
  if (mode === 'logprob' && optionsBy !== 'answer')
    return rotationsOf(interview).map((rotation) => letterMessages(interview, conversation, rotation));
  const messages = messagesOf(interview, conversation);
  return Array.from({ length: mode === 'logprob' ? 1 : repeats }, () => messages);
}
