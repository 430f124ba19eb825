import type { Family } from '../family.ts';
import { NOT_IN_TEXT } from '../shared/not-in-text.ts';
import {
  briefEvents,
  comparedEvents,
  describeEvent,
  eventKey,
  missingEvents,
  parseEvents,
  wordsNotInText,
} from './answers.ts';
import { eventAsking } from './asking.ts';
import { eventConventions } from './conventions.ts';
import { record } from './record.ts';
import type { EventTypes } from './types.ts';

/** Clinical findings in a text, each with whether, how and where. */
export const event: Family<'event', EventTypes> = {
  id: 'event',
  title: { en: 'Clinical findings as events', zh: '临床发现事件抽取' },
  record,
  inputShape: 'text',
  hubTaskType: 'token-classification',
  parse: parseEvents,
  missing: missingEvents,
  texts: ({ text }) => [text],
  labels: ({ gold }) => gold.events.map(({ tendency }) => tendency),
  brief: briefEvents,
  conventions: eventConventions,
  asking: [eventAsking],
  madeUp: { caption: NOT_IN_TEXT, finder: () => ({ find: wordsNotInText }) },
  view: {
    blocks: ({ text }) => [{ text }],
    side: ({ events }) => ({
      elements: events.map((one) => ({
        label: one.tendency,
        surface: describeEvent(one),
        key: eventKey(one),
      })),
    }),
    near(gold, answer) {
      if (gold.surface === answer.surface) return 2;
      const [a, b] = [gold, answer].map(({ surface }) => surface.split(' ').at(-1));
      return a === b ? 1 : 0;
    },
  },
  comparedParts: comparedEvents,
};
