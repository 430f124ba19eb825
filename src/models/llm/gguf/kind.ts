import { hashFile } from '../../../ground/hash.ts';
import { askedFamilyIds } from '../../../tasks/families/registry.ts';
import { defineModel } from '../../define.ts';
import { interpret, repeatsOf } from '../interpret.ts';
import { ONLY_FOR } from '../parameters.ts';
import { askingOf, choosePrompt, promptName } from '../prompt.ts';
import { parameters } from './parameters.ts';

/** A language model of a local file, in this process; see docs/models/gguf.md. */
export const gguf = defineModel({
  contract: 1,
  id: 'gguf',
  version: 1,
  summary: {
    en: 'Large language model of a GGUF file, in this process (node-llama-cpp)',
    zh: '在本进程内运行的 GGUF 大语言模型（node-llama-cpp）',
  },
  families: askedFamilyIds,
  parameters,
  onlyFor: ONLY_FOR,
  mainParameter: 'file',
  // Scores by probability are distinguished from those of written answers.
  variant: ({ mode, optionsBy }) =>
    mode !== 'logprob' ? '' : optionsBy === 'answer' ? 'logprob of answers' : 'logprob',
  seeded: true,
  capabilities: { save: false, load: false, explain: false, embed: false },
  // One model in memory for all evaluations of a command.
  remote: true,
  untrained: true,
  startingPoint: ({ file }) => hashFile(file),
  async resolve(given, { task }) {
    const prompt = await choosePrompt(askingOf(task, given), given.promptFile);
    return { ...given, prompt: promptName(prompt) };
  },
  interpret,
  repeats: repeatsOf,
  conversations: async (directory, replies) =>
    (await import('../transcript.ts')).readConversations(directory, replies),
  implementation: () => import('./implementation.ts'),
});
