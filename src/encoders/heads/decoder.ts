import { UserError } from '../../ground/errors.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Tensor } from '../weights/stored.ts';

type Tensors = ReadonlyMap<string, Tensor>;

/**
 * The tensors that a decoder of masked tokens has for itself, by the name of the parameter that it would share: those
 * under names of its own that differ, as `transformers` 5 reads them even where `tie_word_embeddings` is true. Throws a
 * UserError (`head-missing`) where the configuration unties the decoder and the weights lack one of them.
 */
export function ownDecoder(config: EncoderConfig, tensors: Tensors, file?: string): Tensors {
  const own = new Map<string, Tensor>();
  for (const [name, shared] of Object.entries(architectureOf(config).parameters.copies)) {
    const [tensor, original] = [tensors.get(name), tensors.get(shared)];
    if (!tensor && config.untied) throw noDecoder(name, file);
    if (!tensor || (original && isSame(tensor, original))) continue;
    if (original && tensor.shape.join() !== original.shape.join())
      throw otherShape(name, tensor, original, file);
    own.set(shared, tensor);
  }
  return own;
}

/** Throws a UserError (`untied-decoder`) for a separate decoder, if only a tied one is supported. */
export function requireTied(config: EncoderConfig, tensors: Tensors, file?: string): void {
  const { copies } = architectureOf(config).parameters;
  const [first] = ownDecoder(config, tensors, file).keys();
  if (first === undefined && !config.untied) return;
  throw new UserError(
    'untied-decoder',
    {
      en: 'The decoder of masked tokens has separate weights, which are only supported in fill-mask and fine-tuning',
      zh: '掩码预测的解码器使用独立权重，目前仅 fill-mask 与微调支持',
    },
    {
      file,
      field: Object.keys(copies).find((name) => copies[name] === first) ?? 'tie_word_embeddings',
      hint: {
        en: 'Use a model whose decoder is tied to the word embeddings.',
        zh: '请使用解码器与词嵌入共享权重的模型。',
      },
    },
  );
}

const isSame = ({ data }: Tensor, other: Tensor): boolean =>
  data === other.data ||
  (data.length === other.data.length && data.every((value, i) => value === other.data[i]));

const noDecoder = (name: string, file?: string): UserError =>
  new UserError(
    'head-missing',
    {
      en: `The configuration unties the decoder, but the weights have no ${name}`,
      zh: `配置声明解码器不共享权重，但权重中没有 ${name}`,
    },
    {
      file,
      field: name,
      hint: {
        en: 'Set tie_word_embeddings to true in config.json if the decoder shares the word embeddings.',
        zh: '若解码器与词嵌入共享权重，请将 config.json 的 tie_word_embeddings 设为 true。',
      },
    },
  );

const otherShape = (name: string, { shape }: Tensor, original: Tensor, file?: string): UserError =>
  new UserError(
    'weights-shape',
    {
      en: `The shape is ${shape.join(' × ')}, not ${original.shape.join(' × ')}`,
      zh: `形状为 ${shape.join(' × ')}，应为 ${original.shape.join(' × ')}`,
    },
    {
      file,
      field: name,
      hint: {
        en: 'Check that config.json belongs to these weights.',
        zh: '请检查 config.json 与权重是否匹配。',
      },
    },
  );
