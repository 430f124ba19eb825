import type { BertConfig } from '../architectures/bert/config.ts';
import type { Head } from '../heads/head.ts';
import { DTYPES, type Dtype, exportOnnx } from '../inference/export.ts';
import type { Tensor } from '../weights/read.ts';
import type { ExtraFiles } from './save.ts';

/** Where `@huggingface/transformers` looks for a model by its `dtype` (`q8` for ours of 8 bits). */
export const ONNX_FILES: Readonly<Record<Dtype, string>> = {
  fp32: 'onnx/model.onnx',
  int8: 'onnx/model_quantized.onnx',
};

export interface OnnxSource {
  readonly config: BertConfig;
  /** Absent: the encoder alone. */
  readonly head?: Head<never, unknown>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * The ONNX files of a folder. Of a head that no class of `transformers` has, the scores stand beside the last hidden
 * states, which its class `BertModel` gives.
 */
export function onnxFiles(
  { config, head, tensors }: OnnxSource,
  dtypes: readonly Dtype[] = DTYPES,
): ExtraFiles {
  const hidden = head?.architecture === 'BertModel';
  return new Map(
    dtypes.map((precision) => [
      ONNX_FILES[precision],
      exportOnnx({ config, head, hidden, weights: tensors, precision }),
    ]),
  );
}
