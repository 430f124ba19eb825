import { createRandom } from '../../ground/random.ts';
import type { AnyTypes, Example, Input } from '../../tasks/examples.ts';
import type { Asking, Placeholders, Prompt } from '../../tasks/families/asking.ts';
import type { Task } from '../../tasks/task.ts';
import type { Message } from '../shared/services/chat.ts';
import { lettered, letterOf, rotated } from './letters.ts';
import type { InterviewParameters } from './parameters.ts';
import { listLabels, render } from './prompt.ts';

/** What stays the same for all examples of a run. */
export interface Interview {
  readonly task: Task;
  readonly asking: Asking<AnyTypes>;
  readonly prompt: Prompt;
  readonly language: InterviewParameters['promptLanguage'];
  /** Values that were learnt from train. */
  readonly learnt: Placeholders;
  readonly seed: number;
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
  const begin: Message[] = [
    { role: 'system', content: render(prompt.system[language], values) },
    ...shots.flatMap((shot) => workedExample(interview, shot, values)),
  ];
  return asking
    .calls(input, language, task)
    .map((call) => [
      ...begin,
      { role: 'user', content: render(prompt.user[language], { ...values, ...call }) },
    ]);
}

/** One call of a train example with the answer of gold; a seeded one where there are several. */
function workedCall(
  { task, asking, language, seed }: Interview,
  { id, input, gold }: Example,
): { readonly call: Placeholders; readonly answer: object } | undefined {
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
    { role: 'assistant', content: JSON.stringify(chosen.answer) },
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
