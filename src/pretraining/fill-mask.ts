import { compile, input, type SessionOptions, softmax } from '../autograd/index.ts';
import { encoderFrame } from '../encoders/architectures/frame.ts';
import { architectureOf } from '../encoders/architectures/registry.ts';
import { loadFolder } from '../encoders/folder/load.ts';
import { ownDecoder } from '../encoders/heads/decoder.ts';
import { floats } from '../encoders/heads/head.ts';
import { encoderFeeds } from '../encoders/inference/sequences.ts';
import type { Encoding } from '../encoders/tokenizers/tokenizer.ts';
import type { Tensor } from '../encoders/weights/read.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { maskedLogits } from './objective/head.ts';
import { type Start, startFrom } from './start.ts';

/** A candidate token for a mask. */
export interface Filled {
  readonly token: string;
  readonly probability: number;
}

/**
 * The `top` most likely tokens for every `[MASK]` of a text, most likely first, each mask independently. Throws a UserError
 * where the text has no `[MASK]` (`no-mask`) or is too long (`text-too-long`), and for a model without a masked-token
 * head (`head-missing`).
 */
export async function fillMasks(
  folder: string,
  text: string,
  top: number,
  options: SessionOptions = {},
): Promise<Filled[][]> {
  const model = await loadFolder(folder, { specialTokensInText: 'as-token' });
  // `startFrom` would fill a missing head with random weights
  const [needed] = architectureOf(model.config).heads.masked.parameters(model.config).keys();
  if (!model.tensors.has(needed)) throw noHead(folder, needed);
  const { vocabulary } = model.tokenizer;
  const start = startFrom(model, 0);
  const own = ownDecoder(model.config, model.tensors, model.file);
  const sequence = model.tokenizer.encode(text);
  const { ids } = sequence;
  const masked = [...ids.keys()].filter((at) => ids[at] === vocabulary.ids.mask);
  if (masked.length === 0) throw noMask(vocabulary.special.mask);
  const { maxPositions, vocabSize } = start.config;
  if (ids.length > maxPositions) throw tooLong(ids.length, maxPositions);
  const probabilities = await maskedProbabilities({ start, own }, sequence, masked, options);
  return masked.map((_, row) => {
    const own = probabilities.subarray(row * vocabSize, (row + 1) * vocabSize);
    return [...vocabulary.tokens.keys()]
      .sort((a, b) => own[b] - own[a])
      .slice(0, top)
      .map((id) => ({ token: model.tokenizer.textOf(id), probability: own[id] }));
  });
}

/** Name of the decoder's weights in the graph, where they are not the word embeddings. */
const OWN_DECODER = 'decoder.weight';

/** Probabilities of all tokens at the `masked` positions of a sequence, `[masked, vocabulary]`. */
async function maskedProbabilities(
  { start: { config, tensors }, own }: { readonly start: Start; readonly own: ReadonlyMap<string, Tensor> },
  { ids, types }: Pick<Encoding, 'ids' | 'types'>,
  masked: readonly number[],
  options: SessionOptions,
): Promise<Float32Array> {
  const { graph, parameters, heads } = architectureOf(config);
  const head = heads.masked.parameters(config);
  const used = new Map([...tensors].filter(([name]) => parameters.isEncoder(name) || head.has(name)));
  const [weight, bias] = [own.get(graph.words), own.get(heads.masked.bias)];
  if (weight) used.set(OWN_DECODER, weight);
  if (bias) used.set(heads.masked.bias, bias);
  const shapes = new Map(Array.from(used, ([name, { shape }]) => [name, shape]));
  const context = encoderFrame({ config, shapes, batch: 1, length: ids.length }).encode();
  const positions = input('masked_positions', [masked.length], 'int64');
  const program = await compile(
    { probabilities: softmax(maskedLogits(config, context, positions, weight && OWN_DECODER)) },
    options,
  );
  const out = await program.run({
    ...Object.fromEntries(Array.from(used, ([name, { data }]) => [name, data])),
    ...encoderFeeds([{ ids, types }], { batch: 1, length: ids.length }, config.padTokenId),
    masked_positions: BigInt64Array.from(masked, BigInt),
  });
  return floats(out.probabilities);
}

const noHead = (folder: string, field: string): UserError =>
  new UserError(
    'head-missing',
    { en: 'The model has no masked-token head', zh: '模型没有掩码预测头' },
    {
      file: folder,
      field,
      hint: {
        en: 'Bare encoders and fine-tuned models have none: use a pretrained model, e.g. from `chineseblue pretrain`.',
        zh: '单独的编码器与微调后的模型没有该预测头，请使用预训练模型，例如 `chineseblue pretrain` 的输出。',
      },
    },
  );

const noMask = (token: string): UserError =>
  new UserError(
    'no-mask',
    { en: `The text has no ${token}`, zh: `文本中没有 ${token}` },
    {
      hint: {
        en: `Write one for each token to fill in: 患者出现${token}${token}。`,
        zh: `每个待预测的词元写一个，例如：患者出现${token}${token}。`,
      },
      exitCode: EXIT.usage,
    },
  );

const tooLong = (tokens: number, maximum: number): UserError =>
  new UserError(
    'text-too-long',
    {
      en: `The text has ${tokens} tokens, more than the model's maximum of ${maximum}`,
      zh: `文本有 ${tokens} 个词元，超过模型上限 ${maximum}`,
    },
    { hint: { en: 'Use a shorter text.', zh: '请缩短文本。' } },
  );
