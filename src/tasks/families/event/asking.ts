import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { isObject } from '../shared/faults.ts';
import { labelNamed } from '../shared/label-names.ts';
import { eventKey, isStrings } from './answers.ts';
import type { ClinicalEvent, EventTypes } from './types.ts';

function readEvent(value: unknown, at: string, task: Task): ClinicalEvent | string {
  if (!isObject(value)) return `wrong-type ${at}`;
  const { core, characters = [], anatomy = [] } = value;
  if (typeof core !== 'string' || core === '')
    return `${core === undefined ? 'missing-field' : 'wrong-type'} ${at}.core`;
  const tendency = labelNamed(value.tendency, task);
  if (tendency === undefined)
    return `${value.tendency === undefined ? 'missing-field' : 'unknown-label'} ${at}.tendency`;
  if (!isStrings(characters)) return `wrong-type ${at}.characters`;
  if (!isStrings(anatomy)) return `wrong-type ${at}.anatomy`;
  return { core, tendency, characters, anatomy };
}

function read(answer: unknown, task: Task): Reading<EventTypes['prediction']> {
  if (!isObject(answer)) return { unreadable: 'not-an-object' };
  if (!Array.isArray(answer.events))
    return { unreadable: `${answer.events === undefined ? 'missing-field' : 'wrong-type'} events` };
  const events = new Map<string, ClinicalEvent>();
  for (const [i, value] of answer.events.entries()) {
    const event = readEvent(value, `events[${i}]`, task);
    if (typeof event === 'string') return { unreadable: event };
    events.set(eventKey(event), event);
  }
  return { prediction: { events: [...events.values()] } };
}

export const eventAsking: Asking<EventTypes> = {
  id: 'events',
  prompt: {
    id: 'prompt/event/events@1',
    system: {
      zh: `任务：{{task}}。找出文本中的全部临床发现事件，给出主体词、发生状态、描述词与解剖部位。

发生状态：
{{labels}}

只输出 JSON：{"events": [{"core": "主体词", "tendency": "发生状态", "characters": ["描述词"], "anatomy": ["解剖部位"]}]}。词语须逐字摘自文本，发生状态须为上面列出的标识之一，没有描述词或部位时为空数组。没有事件时输出 {"events": []}。`,
      en: `Task: {{task}}. Find every clinical finding in the text with its core word, tendency, descriptive words and body parts.

Tendencies:
{{labels}}

Reply with JSON only: {"events": [{"core": "core word", "tendency": "tendency", "characters": ["descriptive word"], "anatomy": ["body part"]}]}. Words are verbatim; the tendency is one of the identifiers listed above; lists may be empty. Reply {"events": []} where there are none.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: (task) => ({
    type: 'object',
    properties: {
      events: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            core: { type: 'string' },
            tendency: { type: 'string', enum: task.labels.map(({ id }) => id) },
            characters: { type: 'array', items: { type: 'string' } },
            anatomy: { type: 'array', items: { type: 'string' } },
          },
          required: ['core', 'tendency', 'characters', 'anatomy'],
          additionalProperties: false,
        },
      },
    },
    required: ['events'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ events }) => [{ events }],
  read: ([answer], _input, task) => read(answer, task),
};
