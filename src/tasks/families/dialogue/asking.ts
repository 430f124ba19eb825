import * as z from 'zod';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { labelNamed } from '../shared/label-names.ts';
import { named, perTask, readAnswer } from '../shared/read-answer.ts';
import { combine } from './symptom-status.ts';
import { type DialogueTypes, STATUSES, type SymptomStatus } from './types.ts';

/** Standard names that the prompt lists: the most frequent ones of train. */
const MAX_NAMES = 300;

/** Statuses by id, or by the meaning that the task gives them. */
function statusNamed(value: unknown, task: Task): SymptomStatus | undefined {
  const text = typeof value === 'boolean' ? String(value) : value;
  const id = labelNamed(text, task) ?? text;
  return STATUSES.find((status) => status === id);
}

const answerJson = perTask((task) =>
  z.object({
    symptoms: z.array(
      z.object({ name: z.string().trim().min(1), status: named((value) => statusNamed(value, task)) }),
    ),
  }),
);

function read(answer: unknown, task: Task): Reading<DialogueTypes['prediction']> {
  const reading = readAnswer(answerJson(task), answer);
  if ('unreadable' in reading) return reading;
  const symptoms = new Map<string, SymptomStatus>();
  for (const { name, status } of reading.value.symptoms)
    symptoms.set(name, combine(symptoms.get(name), status));
  return { prediction: { symptoms: [...symptoms].map(([name, status]) => ({ name, status })) } };
}

/** Names of symptoms in gold, the most frequent first. */
function namesOf(train: readonly { readonly gold: DialogueTypes['gold'] }[]): string[] {
  const counts = new Map<string, number>();
  for (const { gold } of train)
    for (const { name } of gold.symptoms) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MAX_NAMES)
    .map(([name]) => name);
}

export const dialogueAsking: Asking<DialogueTypes> = {
  id: 'symptoms',
  prompt: {
    id: 'prompt/dialogue/symptoms@1',
    system: {
      zh: `任务：{{task}}。阅读医患对话，列出其中谈到的全部症状及患者是否有该症状。

状态：
{{labels}}

标准症状名：{{names}}

只输出 JSON：{"symptoms": [{"name": "标准症状名", "status": "状态"}]}，每个症状一项，状态须为上面列出的标识之一。没有症状时输出 {"symptoms": []}。`,
      en: `Task: {{task}}. Read the dialogue between doctor and patient and list every symptom that it mentions, and whether the patient has it.

Statuses:
{{labels}}

Standard names of symptoms: {{names}}

Reply with JSON only: {"symptoms": [{"name": "standard name", "status": "status"}]}, one item per symptom, where the status is one of the identifiers listed above. Reply {"symptoms": []} where there are none.`,
    },
    user: { zh: '对话：\n{{dialogue}}', en: 'Dialogue:\n{{dialogue}}' },
  },
  placeholders: ['dialogue', 'names'],
  schema: () => ({
    type: 'object',
    properties: {
      symptoms: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, status: { type: 'string', enum: STATUSES } },
          required: ['name', 'status'],
          additionalProperties: false,
        },
      },
    },
    required: ['symptoms'],
    additionalProperties: false,
  }),
  calls: ({ turns }, language) => [
    {
      dialogue: turns
        .map(({ speaker, text }) => (language === 'zh' ? `${speaker}：${text}` : `${speaker}: ${text}`))
        .join('\n'),
    },
  ],
  worked: ({ symptoms }) => [{ symptoms: symptoms.map(({ name, status }) => ({ name, status })) }],
  read: ([answer], _input, task) => read(answer, task),
  learn: (train) => ({ names: namesOf(train).join('、') }),
};
