import type { Device } from '../autograd/index.ts';
import { SCHEDULES } from '../encoders/training/schedule.ts';
import { choice, flag, integer, list, real, text } from '../ground/parameters.ts';

/** What callers choose on the way from raw text to a pretrained model, by step. Light to import: help is made of it. */

const LARGEST_SEED = 2 ** 32 - 1;

const seed = integer({
  min: 0,
  max: LARGEST_SEED,
  default: 0,
  summary: { en: 'random seed', zh: '随机种子' },
});

/** `buildCorpus`. */
export const CORPUS = {
  fields: list({
    summary: {
      en: 'JSON keys or CSV columns that hold text; all if omitted',
      zh: '含文本的 JSON 键或 CSV 列，省略时为全部',
    },
  }),
  dedupThreshold: real({
    min: 0.05,
    max: 1,
    default: 0.8,
    summary: {
      en: 'Jaccard similarity at which documents are near duplicates',
      zh: '判为近似重复文档的 Jaccard 相似度',
    },
  }),
};

/** `buildLexicon`. */
export const LEXICON = {
  minFrequency: integer({
    min: 0,
    default: 2,
    summary: { en: 'minimum occurrences in the corpus', zh: '在语料中的最少出现次数' },
  }),
};

/** `minePhrases`. */
export const MINING = {
  minCount: integer({
    min: 2,
    default: 5,
    summary: { en: 'minimum occurrences', zh: '最少出现次数' },
  }),
  maxLength: integer({
    min: 2,
    max: 64,
    default: 8,
    summary: { en: 'maximum characters per phrase', zh: '短语最大字数' },
  }),
  minQuality: real({
    min: 0,
    max: 1,
    default: 0.5,
    summary: { en: 'minimum phrase quality', zh: '最低短语质量' },
  }),
  minDomain: real({
    min: 0,
    max: 1,
    default: 0.5,
    summary: { en: 'minimum probability of belonging to the domain', zh: '最低领域概率' },
  }),
  seed,
};

/** How much text `mineToFiles` analyses: about 25 bytes of memory per UTF-16 code unit. */
export const SAMPLING = {
  maxCharacters: integer({
    min: 1000,
    max: 500_000_000,
    default: 30_000_000,
    summary: {
      en: 'maximum characters to analyse; larger corpora are sampled',
      zh: '最多分析的字数，超出则抽样',
    },
  }),
};

/** Which units are masked whole. */
export const MASKING = {
  lexicon: list({ summary: { en: 'entity lexicon files', zh: '实体词典文件' } }),
  phrases: text({
    placeholder: 'file',
    summary: { en: 'spans, as written by `phrases mine`', zh: '由 `phrases mine` 生成的短语' },
  }),
  entityMasking: flag({
    default: true,
    summary: { en: 'do not mask entities as a whole', zh: '不做整实体掩码' },
  }),
  spanMasking: flag({
    default: true,
    summary: { en: 'do not mask spans as a whole', zh: '不做整短语掩码' },
  }),
  wholeWordMasking: flag({
    default: false,
    summary: {
      en: 'mask all other text by word instead of by WordPiece',
      zh: '其余文本按词（而非 WordPiece）掩码',
    },
  }),
};

/** Where the vocabulary of a new model comes from. */
export const VOCABULARY = {
  vocab: text({
    placeholder: 'path',
    summary: {
      en: 'vocab.txt, tokenizer.json or a model folder; built from the corpus if omitted',
      zh: 'vocab.txt、tokenizer.json 或模型目录，省略时由语料构建',
    },
  }),
  vocabSize: integer({
    min: 6,
    max: 1 << 20,
    default: 8000,
    summary: { en: 'size of a vocabulary built from the corpus', zh: '由语料构建词表时的大小' },
  }),
};

/** How text is cut into sequences and batches. */
export const BATCHES = {
  nextSentence: flag({
    default: true,
    summary: {
      en: 'pack sentences instead of predicting the next one',
      zh: '不做下一句预测，改为拼接句子',
    },
  }),
  maxLength: integer({
    min: 8,
    max: 4096,
    default: 128,
    summary: { en: 'maximum tokens per sequence', zh: '序列最大词元数' },
  }),
  batchSize: integer({
    min: 1,
    max: 65_536,
    default: 32,
    summary: { en: 'sequences per batch', zh: '每批序列数' },
  }),
  seed,
};

export const HELD_OUT = {
  heldOut: real({
    min: 0,
    max: 0.5,
    default: 0.02,
    summary: { en: 'share of the documents held out for evaluation', zh: '留作评测的文档比例' },
  }),
};

/** The shape of a new model. */
export const SHAPE = {
  layers: integer({ min: 1, max: 256, default: 4, summary: { en: 'layers', zh: '层数' } }),
  hidden: integer({ min: 1, max: 16_384, default: 256, summary: { en: 'hidden size', zh: '隐层维度' } }),
  heads: integer({
    min: 1,
    max: 1024,
    default: 'auto',
    summary: {
      en: 'attention heads; auto: one per 64 of the hidden size',
      zh: '注意力头数，auto 为每 64 维一个',
    },
  }),
  maxPositions: integer({
    min: 8,
    max: 131_072,
    default: 512,
    summary: { en: 'longest input in tokens', zh: '最大输入词元数' },
  }),
};

/** Learning rates for `auto`. */
export const LEARNING_RATES = { fresh: 5e-4, further: 5e-5, distilled: 3e-4 } as const;

/** What determines the weights, besides text and initial model. */
export const TRAINING = {
  steps: integer({ min: 1, default: 10_000, summary: { en: 'optimizer steps', zh: '参数更新步数' } }),
  learningRate: real({
    min: 0,
    default: 'auto',
    summary: {
      en: `peak learning rate; auto: ${LEARNING_RATES.further} with --init, else ${LEARNING_RATES.fresh}`,
      zh: `峰值学习率，auto 为 ${LEARNING_RATES.fresh}，有 --init 时为 ${LEARNING_RATES.further}`,
    },
  }),
  schedule: choice(SCHEDULES, {
    default: 'linear',
    summary: { en: 'learning rate schedule', zh: '学习率调度' },
  }),
  warmup: real({
    min: 0,
    max: 1,
    default: 0.05,
    summary: { en: 'share of the steps used for warmup', zh: '学习率预热步数占比' },
  }),
  weightDecay: real({
    min: 0,
    max: 1,
    default: 0.01,
    summary: { en: 'weight decay', zh: '权重衰减' },
  }),
  clip: real({
    min: 0,
    default: 1,
    summary: { en: 'maximum gradient norm; 0: no clipping', zh: '梯度裁剪范数，0 为不裁剪' },
  }),
  accumulate: integer({
    min: 1,
    max: 65_536,
    default: 1,
    summary: { en: 'batches accumulated per step', zh: '每步累积的批数' },
  }),
  evaluateEvery: integer({
    min: 1,
    default: 500,
    summary: { en: 'steps between evaluations on held-out text', zh: '每隔多少步在留出文本上评测' },
  }),
  evaluateSequences: integer({
    min: 1,
    default: 512,
    summary: { en: 'maximum held-out sequences per evaluation', zh: '每次评测的留出序列数上限' },
  }),
};

/** Where a model is trained; different devices and thread counts may round differently. */
export const HARDWARE = {
  device: choice(['cpu', 'webgpu', 'cuda'] satisfies readonly Device[], {
    default: 'cpu',
    summary: { en: 'device', zh: '计算设备' },
  }),
  threads: integer({
    min: 1,
    max: 1024,
    default: 'auto',
    summary: { en: 'threads; auto: one per core', zh: '线程数，auto 为每核一个' },
  }),
};

/** What pretraining starts from. */
export const START = {
  init: text({
    placeholder: 'model',
    summary: {
      en: 'continue from this model; random weights if omitted',
      zh: '从该模型继续，省略时随机初始化',
    },
  }),
  dropout: real({
    min: 0,
    max: 0.9,
    default: 'auto',
    summary: {
      en: 'dropout during pretraining; auto: that of --init, else 0',
      zh: '预训练时的 dropout，auto 为 --init 模型的值，否则为 0',
    },
  }),
};

/** How a run protects itself against interruption; no influence on the result. */
export const CHECKPOINTS = {
  checkpointMinutes: real({
    min: 0,
    default: 10,
    summary: { en: 'minutes between checkpoints', zh: '检查点间隔分钟数' },
  }),
};
