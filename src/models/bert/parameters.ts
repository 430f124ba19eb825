import type { BiObjective, BiPooling } from '../../encoders/heads/embedding.ts';
import type { RankingLoss } from '../../encoders/heads/ranking.ts';
import type { Dtype } from '../../encoders/inference/export.ts';
import type { Schedule } from '../../encoders/training/schedule.ts';
import {
  AUTO,
  choice,
  flag,
  integer,
  type Parsed,
  type Resolved,
  real,
  text,
} from '../../ground/parameters.ts';
import type { OnlyFor } from '../only-for.ts';
import { DEVICES } from '../shared/parameters.ts';

export { DEVICES };
// listed again here because this module is read at every start of the program, and those that own the lists are large
export const DTYPES = ['fp32', 'int8'] as const satisfies readonly Dtype[];
const SCHEDULES = ['linear', 'cosine', 'constant'] as const satisfies readonly Schedule[];
const RANKING_LOSSES = ['listwise', 'pairwise'] as const satisfies readonly RankingLoss[];
const OBJECTIVES = ['contrastive', 'cosent'] as const satisfies readonly BiObjective[];
const POOLINGS = ['mean', 'cls'] as const satisfies readonly BiPooling[];
export const HEADS = ['crf', 'softmax', 'span'] as const;

/** Families of texts that may be compared by their vectors. */
const COMPARED = ['similarity', 'ranking'] as const;
/** Families with one label of several per text, pair, turn or mention. */
const LABELLED = ['similarity', 'inference', 'classification', 'dialogue-acts', 'mention-status'] as const;

/** A window needs a token between `[CLS]` and `[SEP]`. */
const SHORTEST = 3;
/** Dropout beyond this leaves nothing to train on. */
const MOST_DROPOUT = 0.9;

/** Every parameter of the kind; `resolveParameters` replaces `auto`. */
export const PARAMETERS = {
  init: text({
    summary: {
      en: 'Folder or name of the pretrained weights to start from; random weights if omitted.',
      zh: '预训练权重的目录或模型名；省略时随机初始化。',
    },
  }),
  layers: integer({
    default: AUTO,
    min: 1,
    max: 256,
    summary: {
      en: 'Number of layers; auto: that of the pretrained weights, or 4 for random weights.',
      zh: '层数；auto：随机初始化时为 4，指定 init 时取自权重。',
    },
  }),
  hidden: integer({
    default: AUTO,
    min: 1,
    max: 16_384,
    summary: {
      en: 'Hidden size; auto: that of the pretrained weights, or 256 for random weights.',
      zh: '隐藏层维度；auto：随机初始化时为 256，指定 init 时取自权重。',
    },
  }),
  heads: integer({
    default: AUTO,
    min: 1,
    max: 1024,
    summary: {
      en: 'Number of attention heads; auto: that of the pretrained weights, or one per 64 of the hidden size for random weights.',
      zh: '注意力头数；auto：隐藏层维度每 64 维一个，指定 init 时取自权重。',
    },
  }),
  vocab: text({
    summary: {
      en: 'Vocabulary for random weights: a vocab.txt, a folder or a model name; the characters of the training texts if omitted.',
      zh: '随机初始化时的词表：vocab.txt、目录或模型名；省略时用训练文本中的字符。',
    },
  }),
  epochs: integer({
    default: AUTO,
    min: 1,
    summary: {
      en: 'Number of passes over the training examples and their copies; auto: the default of the task family, with twice as many passes in total for random weights.',
      zh: '训练轮数（含副本）；auto：按任务族取默认值，随机初始化时总遍数加倍。',
    },
  }),
  tokenBudget: integer({
    min: 1,
    summary: {
      en: 'Maximum number of training tokens over all epochs, enforced by sampling the examples; unlimited if omitted.',
      zh: '所有轮次合计训练的最大 token 数，超出时对样本抽样；省略时不限。',
    },
  }),
  copies: integer({
    default: AUTO,
    min: 0,
    summary: {
      en: 'Entities only: copies of the training texts with replaced mentions; auto: 2, or 15 for random weights.',
      zh: '仅用于实体识别：替换实体提及后的训练文本副本数；auto：2，随机初始化时为 15。',
    },
  }),
  lexiconFeatures: flag({
    default: AUTO,
    answering: true,
    summary: {
      en: 'Entities only: encode word boundaries and known mentions as token types; auto: true if the model has token types.',
      zh: '仅用于实体识别：以 token type 编码词边界与已知实体；auto：模型有 token type 时为 true。',
    },
  }),
  batchSize: integer({
    default: AUTO,
    min: 1,
    summary: {
      en: 'Maximum number of sequences per batch; auto: the default of the task family, 8 for random weights.',
      zh: '每批最大序列数；auto：按任务族取默认值，随机初始化时为 8。',
    },
  }),
  batchTokens: integer({
    default: 4096,
    min: 1,
    summary: {
      en: 'Maximum number of tokens per batch, including padding.',
      zh: '每批最大 token 数（含填充）。',
    },
  }),
  maxLength: integer({
    default: AUTO,
    min: SHORTEST,
    summary: {
      en: 'Maximum number of tokens per sequence; auto: the default of the task family. Limited by what the encoder accepts.',
      zh: '序列最大 token 数；auto：按任务族取默认值。不超过编码器的上限。',
    },
  }),
  overlap: integer({
    default: 32,
    min: 0,
    summary: {
      en: 'Number of tokens that neighbouring windows of a long text share.',
      zh: '长文本相邻窗口重叠的 token 数。',
    },
  }),
  learningRate: real({
    default: AUTO,
    min: 0,
    summary: {
      en: 'Peak learning rate; auto: 3e-5 at hidden size 768, higher for smaller models, 7e-4 for random weights.',
      zh: '峰值学习率；auto：隐藏层 768 维时为 3e-5，模型越小越高，随机初始化时为 7e-4。',
    },
  }),
  headLearningRate: real({
    default: AUTO,
    min: 0,
    summary: {
      en: 'Peak learning rate of the head; auto: ten times the learning rate for a CRF or span head on pretrained weights, otherwise the same.',
      zh: '任务头的峰值学习率；auto：预训练权重上的 CRF 或 span 头为学习率的 10 倍，否则相同。',
    },
  }),
  layerDecay: real({
    default: 1,
    min: 0,
    max: 1,
    summary: {
      en: 'Factor applied to the learning rate from each layer to the one below.',
      zh: '学习率逐层向下的衰减系数。',
    },
  }),
  schedule: choice(SCHEDULES, {
    default: 'linear',
    summary: { en: 'Learning rate schedule after warmup.', zh: '预热后的学习率调度。' },
  }),
  warmup: real({
    default: 0.1,
    min: 0,
    max: 1,
    summary: { en: 'Share of all steps used for learning rate warmup.', zh: '学习率预热占总步数的比例。' },
  }),
  weightDecay: real({
    default: AUTO,
    min: 0,
    summary: {
      en: 'Decoupled weight decay; auto: 0.2 for entities from random weights, otherwise 0.01.',
      zh: '解耦权重衰减；auto：随机初始化的实体识别为 0.2，否则为 0.01。',
    },
  }),
  clip: real({
    default: 1,
    min: 0,
    summary: { en: 'Maximum norm of the gradient; 0 disables clipping.', zh: '梯度范数上限；0 表示不裁剪。' },
  }),
  accumulate: integer({
    default: 1,
    min: 1,
    summary: { en: 'Number of batches whose gradients are accumulated per step.', zh: '梯度累积的批数。' },
  }),
  smoothing: real({
    default: 0,
    min: 0,
    max: 1,
    summary: { en: 'Label smoothing.', zh: '标签平滑系数。' },
  }),
  classWeights: flag({
    default: false,
    summary: {
      en: 'Weight classes by the inverse square root of their frequency.',
      zh: '按类别频率平方根的倒数加权。',
    },
  }),
  logitAdjustment: flag({
    default: false,
    summary: {
      en: 'One label per text, pair, turn or mention: lower the logits of frequent classes by a multiple of the log of their share in train, chosen on dev (logit adjustment); 1 without dev.',
      zh: '仅用于每个文本、句对、句子或提及取一个标签的任务族：按类别在训练集占比的对数降低高频类的 logit，倍数在 dev 上选择（logit adjustment），无 dev 时为 1。',
    },
  }),
  fgm: real({
    default: 0,
    min: 0,
    summary: {
      en: 'Size of the adversarial perturbation of the word embeddings (FGM).',
      zh: '词嵌入对抗扰动的大小（FGM）。',
    },
  }),
  rdrop: real({
    default: 0,
    min: 0,
    summary: { en: 'Weight of the R-Drop loss.', zh: 'R-Drop 损失的权重。' },
  }),
  dropoutSamples: integer({
    default: 1,
    min: 1,
    summary: {
      en: 'Number of dropout masks in front of the head (multi-sample dropout).',
      zh: '任务头前的 dropout 采样数（multi-sample dropout）。',
    },
  }),
  ema: real({
    default: 0,
    min: 0,
    max: 1,
    summary: {
      en: 'Decay of the exponential moving average of the weights; the averaged weights are evaluated and saved.',
      zh: '权重滑动平均的衰减率；评测与保存均用平均后的权重。',
    },
  }),
  freeze: integer({
    default: 0,
    min: 0,
    summary: {
      en: 'Number of frozen blocks, from the bottom: 1 freezes the embeddings, each further one a layer.',
      zh: '自底向上冻结的模块数：1 为嵌入层，其后每加 1 多冻结一层。',
    },
  }),
  patience: integer({
    min: 1,
    summary: {
      en: 'Number of epochs without improvement on dev after which training stops; trains all epochs if omitted.',
      zh: '开发集得分连续多少轮未提升时停止训练；省略时训练全部轮次。',
    },
  }),
  dropout: real({
    min: 0,
    max: MOST_DROPOUT,
    summary: {
      en: 'Dropout; if omitted, as configured in the pretrained weights, or 0 for random weights.',
      zh: 'dropout 概率；省略时取权重自带的配置，随机初始化时为 0。',
    },
  }),
  head: choice(HEADS, {
    default: 'crf',
    summary: {
      en: 'Entities only: head; span also handles overlapping entities. Dialogues: crf or softmax.',
      zh: '仅用于实体识别：任务头；span 支持重叠实体。对话任务可用 crf 或 softmax。',
    },
  }),
  rankingLoss: choice(RANKING_LOSSES, {
    default: 'listwise',
    summary: { en: 'Ranking only: loss.', zh: '仅用于排序：损失函数。' },
  }),
  documents: integer({
    default: 8,
    min: 2,
    summary: {
      en: 'Ranking: maximum number of documents per query that are trained on together. Normalisation: maximum number of terms per text.',
      zh: '排序：每个查询一起训练的最大文档数；术语标准化：每条文本训练的最大术语数。',
    },
  }),
  terminology: text({
    placeholder: 'file',
    summary: {
      en: 'Normalisation only: list of standard terms, one per line, or the last of tab-separated columns; if omitted, the terms of the training data.',
      zh: '仅用于术语标准化：标准术语表，每行一个，或取制表符分隔的末列；省略时只用训练集中的术语。',
    },
  }),
  candidates: integer({
    min: 1,
    max: 1000,
    summary: {
      en: 'Normalisation only: number of candidate terms that BM25 retrieves per text for the model to classify; 30 if omitted.',
      zh: '仅用于术语标准化：BM25 为每条文本检索、交由模型判断的候选术语数；省略时为 30。',
    },
  }),
  objective: choice(OBJECTIVES, {
    summary: {
      en: 'Ranking and similarity only: trains a bi-encoder, which compares text vectors; contrastive: moves a query closer to its documents than to all others of the batch and to hard negatives; cosent: gives better pairs higher cosines. If omitted, both texts are encoded together (cross-encoder).',
      zh: '仅用于排序与相似度：训练双编码器，比较文本向量；contrastive：查询与其文档的距离应近于批内其他文档及难负例；cosent：更优的文本对余弦应更高。省略时两段文本一起编码（交叉编码器）。',
    },
  }),
  pooling: choice(POOLINGS, {
    summary: {
      en: 'Bi-encoder only: the vector of a text is the mean over its tokens (mean, the default) or that of the first token (cls).',
      zh: '仅用于双编码器：文本向量取各 token 的平均（mean，省略时）或首个 token（cls）。',
    },
  }),
  temperature: real({
    min: 1e-3,
    summary: {
      en: 'Bi-encoder only: divisor of the cosines in the loss; 0.05 if omitted.',
      zh: '仅用于双编码器：损失中余弦除以该值；省略时为 0.05。',
    },
  }),
  negatives: integer({
    min: 0,
    max: 64,
    summary: {
      en: 'Contrastive only: maximum number per query of its own lower-graded documents, and of hard negatives mined with BM25; 1 if omitted.',
      zh: '仅用于 contrastive：每个查询自身较差文档数及 BM25 难负例数的上限；省略时为 1。',
    },
  }),
  device: choice(DEVICES, {
    default: 'cpu',
    answering: true,
    summary: { en: 'Execution device.', zh: '运行设备。' },
  }),
  dtype: choice(DTYPES, {
    default: 'fp32',
    answering: true,
    summary: { en: 'Precision of inference.', zh: '推理精度。' },
  }),
  threads: integer({
    default: AUTO,
    min: 1,
    speedOnly: true,
    answering: true,
    summary: { en: 'Number of threads; auto: one per core.', zh: '线程数；auto：每核一个。' },
  }),
  checkpointMinutes: real({
    default: 10,
    min: 0,
    speedOnly: true,
    summary: {
      en: 'Minutes between checkpoints; one is also written after every epoch.',
      zh: '检查点间隔（分钟）；每轮结束时也会写入。',
    },
  }),
};

/** Parameters that the heads of some families alone have. */
export const ONLY_FOR = {
  head: ['ner', 'dialogue'],
  rankingLoss: ['ranking'],
  documents: ['ranking', 'normalisation'],
  classWeights: [...LABELLED, 'multilabel'],
  smoothing: [...LABELLED, 'ner', 'dialogue', 'normalisation'],
  overlap: ['ner', 'dialogue', 'relation', 'event', 'causal'],
  terminology: ['normalisation'],
  candidates: ['normalisation'],
  ...{ objective: COMPARED, pooling: COMPARED, temperature: COMPARED, negatives: COMPARED },
} as const satisfies OnlyFor<keyof typeof PARAMETERS>;

/** As given, `auto` included. */
export type GivenBertParameters = Parsed<typeof PARAMETERS>;
/** With every `auto` resolved. */
export type BertParameters = Resolved<typeof PARAMETERS>;
