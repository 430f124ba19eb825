import { choice, flag, integer, type Resolved, real, text } from '../../ground/parameters.ts';
import type { OnlyFor } from '../only-for.ts';
import { called, endpoint, limits } from '../shared/services/parameters.ts';

/** Parameters of the endpoint. */
const served = {
  name: text({
    required: true,
    placeholder: 'model',
    summary: {
      en: 'Name of the model at the service; MODEL@PROFILE takes the other settings from a profile.',
      zh: '服务所用的模型名；MODEL@PROFILE 从配置文件读取其余设置。',
    },
  }),
  endpoint,
};

/** Parameters of the questions, for any model. */
export const asked = {
  mode: choice(['generate', 'logprob'], {
    default: 'generate',
    summary: {
      en: 'Whether to generate answers, or to score labels by the probabilities of single letters.',
      zh: '生成答案，或按单字母选项的概率给标签打分。',
    },
  }),
  prompt: text({
    default: 'auto',
    summary: {
      en: 'Prompt; the family’s own by default. Records keep its id and hash.',
      zh: '提示词；默认为任务族自带的提示词。记录中保存其标识与哈希。',
    },
  }),
  ranking: choice(['pointwise', 'pairwise', 'listwise'], {
    default: 'pointwise',
    summary: {
      en: 'Ranking only: grade documents one by one, compare them in pairs, or order them all at once.',
      zh: '仅用于排序：逐篇打分、两两比较或整体排序。',
    },
  }),
  promptLanguage: choice(['zh', 'en'], {
    default: 'zh',
    summary: { en: 'Language of the prompt.', zh: '提示词的语言。' },
  }),
  structured: choice(['probe', 'schema', 'json', 'text'], {
    default: 'probe',
    summary: {
      en: 'How the format of answers is enforced: JSON schema, JSON mode or instructions only; by default the first that works.',
      zh: '约束答案格式的方式：JSON schema、JSON 模式或仅靠文字；默认取第一个可用者。',
    },
  }),
  shots: integer({
    default: 0,
    min: 0,
    max: 100,
    summary: { en: 'Number of worked examples from train.', zh: '取自训练集的示例数。' },
  }),
  choice: choice(['fixed', 'nearest', 'per-class'], {
    default: 'fixed',
    summary: {
      en: 'Which worked examples: the same for all inputs, the nearest by BM25, or a set in which every label occurs.',
      zh: '示例的选取：全部相同、按 BM25 取最相近，或使各标签都出现。',
    },
  }),
  temperature: real({
    default: 0,
    min: 0,
    max: 2,
    summary: { en: 'Sampling temperature.', zh: '采样温度。' },
  }),
  maxTokens: integer({
    default: 2048,
    min: 1,
    summary: { en: 'Maximum tokens per answer, including thinking.', zh: '答案的最大 token 数（含思考）。' },
  }),
  repeats: integer({
    default: 1,
    min: 1,
    max: 100,
    summary: { en: 'Number of times every question is asked.', zh: '每个问题的提问次数。' },
  }),
  vote: flag({
    default: false,
    summary: {
      en: 'Take the most frequent of the repeated answers instead of the first.',
      zh: '重复提问时取出现最多的答案，而非第一个。',
    },
  }),
  promptFile: text({
    speedOnly: true,
    placeholder: 'file',
    summary: { en: 'JSON file with a custom prompt.', zh: '自定义提示词的 JSON 文件。' },
  }),
};

const { profiles, prices, keyEnv, allowRemote, concurrency, retries, timeout, maxCost } = called;

export const parameters = {
  ...served,
  ...asked,
  ...{ profiles, prices, keyEnv, allowRemote },
  stream: flag({
    default: true,
    speedOnly: true,
    summary: { en: 'Stream answers as they are generated.', zh: '流式接收答案。' },
  }),
  ...{ concurrency, retries, timeout },
  firstTokenTimeout: real({
    default: 120,
    min: 0.001,
    speedOnly: true,
    summary: { en: 'Timeout for the first token of an answer, in seconds.', zh: '首个 token 的时限（秒）。' },
  }),
  ...limits,
  maxCost,
};

/** Parameters of the questions that some families alone have. */
export const ONLY_FOR = { ranking: ['ranking'] } as const satisfies OnlyFor<keyof typeof asked>;

/** Parameters of an interview, for any model. */
export type InterviewParameters = Resolved<typeof asked> & {
  /** How options are scored. Default: by their letters. */
  readonly optionsBy?: 'letter' | 'answer';
};

export type LlmParameters = Resolved<typeof parameters>;
