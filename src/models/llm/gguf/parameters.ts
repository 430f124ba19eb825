import { choice, integer, type Resolved, text } from '../../../ground/parameters.ts';
import { limits } from '../../shared/services/parameters.ts';
import { RUNGS } from '../ladder.ts';
import { asked } from '../parameters.ts';

export const parameters = {
  file: text({
    required: true,
    placeholder: 'file',
    summary: { en: 'Model file (GGUF).', zh: '模型文件（GGUF）。' },
  }),
  ...asked,
  structured: choice(RUNGS, {
    default: 'schema',
    summary: {
      en: 'How the format of answers is enforced: by a grammar of the JSON schema, by a grammar of any JSON, or by instructions only.',
      zh: '约束答案格式的方式：按 JSON schema 的语法、任意 JSON 的语法或仅靠文字。',
    },
  }),
  optionsBy: choice(['letter', 'answer'], {
    default: 'letter',
    summary: {
      en: 'mode=logprob only: labels are scored by the probability of a letter, or of the whole answer.',
      zh: '仅用于 mode=logprob：按选项字母的概率，或按完整答案的概率给标签打分。',
    },
  }),
  contextSize: integer({
    default: 4096,
    min: 16,
    summary: {
      en: 'Maximum number of tokens of question and answer together.',
      zh: '问题与答案合计的最大 token 数。',
    },
  }),
  gpu: choice(['off', 'best', 'cuda', 'vulkan', 'metal'], {
    default: 'off',
    summary: { en: 'Compute on a GPU.', zh: '使用 GPU 计算。' },
  }),
  threads: integer({
    min: 1,
    speedOnly: true,
    summary: { en: 'Threads; every core if omitted.', zh: '线程数，省略时为全部核心。' },
  }),
  ...limits,
};

export type GgufParameters = Resolved<typeof parameters>;
