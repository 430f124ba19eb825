import * as z from 'zod';
import { createQuoteFinder } from '../../../text/quotes.ts';
import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { spelledAs, tallyQuotes } from '../shared/quote-counts.ts';
import { labelOf, perTask, readAnswer } from '../shared/read-answer.ts';
import type { Text1 } from '../shared/types.ts';
import { eventKey } from './answers.ts';
import type { ClinicalEvent, EventTypes } from './types.ts';

const answerJson = perTask((task) =>
  z.object({
    events: z.array(
      z.object({
        core: z.string().min(1),
        tendency: labelOf(task),
        characters: z.array(z.string()).default([]),
        anatomy: z.array(z.string()).default([]),
      }),
    ),
  }),
);

function read(answer: unknown, { text }: Text1, task: Task): Reading<EventTypes['prediction']> {
  const reading = readAnswer(answerJson(task), answer);
  if ('unreadable' in reading) return reading;
  const tally = tallyQuotes();
  const spelled = spelledAs(text, createQuoteFinder(text), tally);
  const events = new Map<string, ClinicalEvent>();
  for (const { core, tendency, characters, anatomy } of reading.value.events) {
    const event = {
      core: spelled(core),
      tendency,
      characters: characters.map(spelled),
      anatomy: anatomy.map(spelled),
    };
    const key = eventKey(event);
    if (events.has(key)) tally.add('duplicate');
    events.set(key, event);
  }
  return { prediction: { events: [...events.values()] }, quotes: tally.counts };
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
  read: ([answer], input, task) => read(answer, input, task),
};
