import { expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { findModel } from '../registry.ts';

const task = { ...findTask('event'), labels: [] };

const example = (text: string, tendency: string, id: number): Example<'event'> => ({
  id: String(id),
  input: { text },
  gold: { events: [{ core: '发热', tendency, characters: [], anatomy: [] }] },
});

it.each(['无明显', '𠮷𠮷𠮷'])(
  'distinguishes tendencies by the order of characters after %s',
  async (before) => {
    const texts = { no: `${before}甲乙发热`, yes: `${before}乙甲发热` };
    const train = Array.from({ length: 40 }, (_, i) =>
      i % 2 ? example(texts.no, '否定', i) : example(texts.yes, '肯定', i),
    );
    const fitted = await fitOn(findModel('events'), task, train, {
      parameters: { cutoff: 2, c: 1, purity: 0.5 },
    });
    const answers = await predict<'event'>(fitted, [{ text: texts.no }, { text: texts.yes }]);
    expect(answers.map(({ events }) => events.map(({ tendency }) => tendency))).toEqual([['否定'], ['肯定']]);
  },
);
