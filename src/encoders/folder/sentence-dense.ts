import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { openSafetensors } from '../weights/safetensors.ts';
import { requireFinite, type Tensor } from '../weights/stored.ts';
import { openTorch } from '../weights/torch.ts';
import { readJson, unsupported } from './sentence-json.ts';

/** A dense layer on a pooled vector. */
export interface Dense {
  /** `[out, in]`. */
  readonly weight: Tensor;
  /** `[out]`. */
  readonly bias?: Tensor;
  readonly activation: DenseActivation;
}

/** Activations by the names of their classes in PyTorch. */
const ACTIVATIONS = {
  'torch.nn.modules.linear.Identity': (x: number) => x,
  'torch.nn.modules.activation.Tanh': Math.tanh,
  'torch.nn.modules.activation.ReLU': (x: number) => Math.max(0, x),
  'torch.nn.modules.activation.Sigmoid': (x: number) => 1 / (1 + Math.exp(-x)),
} as const;
type DenseActivation = keyof typeof ACTIVATIONS;

const ACTIVATION_NAMES: readonly string[] = Object.keys(ACTIVATIONS);
const isActivation = (name: string): name is DenseActivation => ACTIVATION_NAMES.includes(name);
/** Also by the name that PyTorch exports them by. */
const fullName = (name: string): string =>
  ACTIVATION_NAMES.find((full) => name === `torch.nn.${full.split('.').at(-1)}`) ?? name;

const denseJson = z.object({
  in_features: z.int().min(1),
  out_features: z.int().min(1),
  bias: z.boolean().default(true),
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
  module_input_name: z.literal('sentence_embedding').nullish(),
  module_output_name: z.literal('sentence_embedding').nullish(),
  use_residual: z.literal(false).nullish(),
});

/** The dense layer in a module's folder, for vectors of `size` numbers. Throws a UserError `sentence-unsupported`. */
export async function readDense(folder: string, size: number): Promise<Dense> {
  const file = join(folder, 'config.json');
  const config = await readJson(file, denseJson);
  const { in_features: from, out_features: to } = config;
  if (from !== size)
    throw unsupported(file, 'in_features', { en: `${from}, not ${size}`, zh: `${from}，而非 ${size}` });
  const activation = fullName(config.activation_function);
  if (!isActivation(activation))
    throw unsupported(file, 'activation_function', { en: activation, zh: activation });
  const safetensors = join(folder, 'model.safetensors');
  const opened = existsSync(safetensors)
    ? await openSafetensors(safetensors)
    : await openTorch(join(folder, 'pytorch_model.bin'));
  try {
    const read = async (name: string, shape: readonly number[]): Promise<Tensor> => {
      const stored = opened.tensors.find((tensor) => tensor.name === name);
      if (stored?.shape.join() !== shape.join())
        throw unsupported(opened.file, name, {
          en: `no ${name} of shape ${shape.join(' × ')}`,
          zh: `缺少形状为 ${shape.join(' × ')} 的 ${name}`,
        });
      const data = await stored.read();
      requireFinite(data, stored, opened.file);
      return { shape, data };
    };
    const weight = await read('linear.weight', [to, from]);
    return { weight, ...(config.bias && { bias: await read('linear.bias', [to]) }), activation };
  } finally {
    await opened.close();
  }
}

/** `activation(W x + b)`. */
export function applyDense({ weight, bias, activation }: Dense, x: Float32Array): Float32Array {
  const [to, from] = weight.shape;
  const act = ACTIVATIONS[activation];
  const y = new Float32Array(to);
  for (let row = 0; row < to; row++) {
    let sum = bias?.data[row] ?? 0;
    for (let i = 0; i < from; i++) sum += weight.data[row * from + i] * x[i];
    y[row] = act(sum);
  }
  return y;
}
