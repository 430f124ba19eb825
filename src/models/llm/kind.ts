import { createHash } from 'node:crypto';
import { askedFamilyIds } from '../../tasks/families/registry.ts';
import { defineModel } from '../define.ts';
import { findEndpoint } from '../shared/services/endpoint.ts';
import { interpret, repeatsOf } from './interpret.ts';
import { ONLY_FOR, parameters } from './parameters.ts';
import { askingOf, choosePrompt, promptName } from './prompt.ts';

/** A language model behind an endpoint that speaks the OpenAI protocol; see docs/models/llm.md. */
export const llm = defineModel({
  contract: 1,
  id: 'llm',
  version: 1,
  summary: {
    en: 'Large language model behind an OpenAI-compatible endpoint',
    zh: '兼容 OpenAI 协议的大语言模型',
  },
  families: askedFamilyIds,
  parameters,
  onlyFor: ONLY_FOR,
  mainParameter: 'name',
  // Scores by probability are distinguished from those of written answers.
  variant: ({ mode }) => (mode === 'logprob' ? 'logprob' : ''),
  seeded: true,
  capabilities: { save: false, load: false, explain: false, embed: false },
  remote: true,
  untrained: true,
  destination: async (given) => (await findEndpoint(given)).url,
  // What a profile says about the answers themselves; the endpoint is a parameter.
  async startingPoint(given) {
    const { model, profile } = await findEndpoint(given);
    const own = [model, profile.extraBody];
    const plain = profile.model === undefined && Object.keys(profile.extraBody).length === 0;
    return plain ? '' : createHash('sha256').update(JSON.stringify(own)).digest('hex');
  },
  async resolve(given, { task }) {
    const { url } = await findEndpoint(given);
    const prompt = await choosePrompt(askingOf(task, given), given.promptFile);
    return { ...given, endpoint: url, prompt: promptName(prompt) };
  },
  interpret,
  repeats: repeatsOf,
  conversations: async (directory, replies) =>
    (await import('./transcript.ts')).readConversations(directory, replies),
  implementation: () => import('./implementation.ts'),
});
