import { POOLINGS } from '../../encoders/inference/parameters.ts';
import {
  AUTO,
  choice,
  flag,
  integer,
  type Parameter,
  type Parsed,
  type Resolved,
  text,
  withoutDefault,
} from '../../ground/parameters.ts';
import { DEVICES, tuneThreshold } from '../shared/parameters.ts';
import { called, endpoint, limits } from '../shared/services/parameters.ts';

/** Parameters of the head. */
export const HEADS = ['auto', 'cosine', 'logistic', 'knn'] as const;

/** `folder` leaves it to the folder. */
export const POOLING_CHOICES = ['folder', ...POOLINGS] as const;

/** A parameter of calls, without a default: records of encoders in this process do not have it. */
const ofCalls = <T>(spec: Parameter<T>): Parameter<T | undefined> => ({
  ...withoutDefault(spec),
  answering: true,
});

/** Parameters of a service that computes the vectors. */
const SERVICE = {
  endpoint: {
    ...endpoint,
    answering: true,
    summary: {
      en: 'Base URL of a server with /v1/embeddings, which serves init as a model; if omitted, init is a folder.',
      zh: '提供 /v1/embeddings 的服务地址，init 为其模型名；省略时 init 为目录。',
    },
  },
  dimensions: integer({
    min: 1,
    summary: {
      en: 'Service only: vector dimension requested from the service.',
      zh: '仅用于服务：要求服务返回的向量维数。',
    },
  }),
  textsPerCall: integer({
    min: 1,
    max: 2048,
    speedOnly: true,
    answering: true,
    summary: {
      en: 'Service only: number of texts per call; 32 if omitted.',
      zh: '仅用于服务：每次调用的文本数，省略时为 32。',
    },
  }),
  profiles: ofCalls(called.profiles),
  prices: ofCalls(called.prices),
  keyEnv: ofCalls(called.keyEnv),
  allowRemote: ofCalls(called.allowRemote),
  concurrency: ofCalls(called.concurrency),
  retries: ofCalls(called.retries),
  timeout: ofCalls(called.timeout),
  maxCalls: ofCalls(limits.maxCalls),
  maxTotalTokens: ofCalls(limits.maxTotalTokens),
  maxCost: ofCalls(called.maxCost),
};

export const PARAMETERS = {
  init: text({
    required: true,
    answering: true,
    placeholder: 'dir',
    summary: {
      en: 'Folder of the encoder, or the name of a model; NAME@PROFILE: a model of a service; for a kept model, only the current location of its encoder.',
      zh: '编码器目录或模型名称；NAME@PROFILE 为服务中的模型；对已保存的模型仅用于指明其当前位置。',
    },
  }),
  head: choice(HEADS, {
    default: AUTO,
    summary: {
      en: 'cosine (similarity, ranking), logistic or knn (all but ranking); auto: cosine for similarity and ranking, logistic for the rest.',
      zh: 'cosine（相似度、排序）、logistic 或 knn（排序以外）；auto：相似度与排序用 cosine，其余用 logistic。',
    },
  }),
  pooling: choice(POOLING_CHOICES, {
    default: 'folder',
    summary: {
      en: 'Pooling of the token vectors; folder: as configured in the folder, else text_mean.',
      zh: '由词元向量得到文本向量的方式；folder：按目录设置，没有时为 text_mean。',
    },
  }),
  normalize: flag({
    summary: {
      en: 'Scales vectors to length 1; if omitted, as configured in the folder.',
      zh: '将向量归一化为单位长度；省略时按目录设置。',
    },
  }),
  prompt: text({
    default: AUTO,
    summary: {
      en: 'Text put before every text; auto: the default prompt of the folder, if any.',
      zh: '加在每条文本之前的提示；auto：目录的默认提示（如有）。',
    },
  }),
  queryPrompt: text({
    default: AUTO,
    summary: {
      en: 'Ranking only: text put before queries; auto: the prompt `query` of the folder, else prompt.',
      zh: '仅用于排序：加在查询之前；auto：目录中名为 query 的提示，否则同 prompt。',
    },
  }),
  documentPrompt: text({
    default: AUTO,
    summary: {
      en: 'Ranking only: text put before documents; auto: the prompt `document`, `passage` or `corpus` of the folder, else prompt.',
      zh: '仅用于排序：加在文档之前；auto：目录中名为 document、passage 或 corpus 的提示，否则同 prompt。',
    },
  }),
  maxLength: integer({
    min: 3,
    summary: {
      en: 'Number of tokens after which a text is truncated; if omitted, as configured in the folder.',
      zh: '文本的最大词元数，超出部分截断；省略时按目录设置。',
    },
  }),
  k: integer({
    default: 5,
    min: 1,
    summary: {
      en: 'knn only: number of neighbours, whose votes are weighted by cosine.',
      zh: '仅用于 knn：参与投票的近邻数，以余弦为权重。',
    },
  }),
  tuneThreshold,
  device: choice(DEVICES, {
    default: 'cpu',
    answering: true,
    summary: { en: 'Execution device.', zh: '运行设备。' },
  }),
  threads: integer({
    default: AUTO,
    min: 1,
    speedOnly: true,
    answering: true,
    summary: { en: 'Number of threads; auto: one per core.', zh: '线程数；auto：每核一个。' },
  }),
  cache: flag({
    default: true,
    speedOnly: true,
    answering: true,
    summary: { en: 'Keeps vectors on disk in the cache directory.', zh: '将向量保存在缓存目录中。' },
  }),
  ...SERVICE,
};

export type ServiceParameter = keyof typeof SERVICE;
export type GivenEmbeddingParameters = Parsed<typeof PARAMETERS>;
export type EmbeddingParameters = Resolved<typeof PARAMETERS>;
