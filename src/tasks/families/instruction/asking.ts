import type { Asking } from '../asking.ts';
import type { InstructionTypes } from './types.ts';

/** The prompt of the corpus, word for word and nothing else, as PromptCBLUE demands. */
export const instructionAsking: Asking<InstructionTypes> = {
  id: 'verbatim',
  prompt: {
    id: 'prompt/instruction/verbatim@1',
    system: { zh: '', en: '' },
    user: { zh: '{{prompt}}', en: '{{prompt}}' },
  },
  placeholders: ['prompt'],
  // the answer is text
  schema: () => undefined,
  calls: ({ prompt }) => [{ prompt }],
  worked: ({ target }) => [target],
  read: ([text]) => (typeof text === 'string' ? { prediction: { reply: text } } : { unreadable: 'no-text' }),
};
