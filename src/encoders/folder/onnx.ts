import type { EncoderConfig } from '../architectures/architecture.ts';
import type { Head } from '../heads/head.ts';
import { DTYPES, type Dtype, exportOnnx } from '../inference/export.ts';
import type { Tensor } from '../weights/read.ts';
import type { ExtraFiles } from './save.ts';

/** Paths at which `@huggingface/transformers` looks for a model by its `dtype` (`q8` for `int8`). */
export const ONNX_FILES: Readonly<Record<Dtype, string>> = {
  fp32: 'onnx/model.onnx',
  int8: 'onnx/model_quantized.onnx',
};

export interface OnnxSource {
  readonly config: EncoderConfig;
  /** Absent: the encoder alone. */
  readonly head?: Head<unknown>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * The ONNX files of a folder. The scores of a head that no class of `transformers` has are an output in addition to the last hidden
 * states, those of the encoder's class.
 */
export function onnxFiles(
  { config, head, tensors }: OnnxSource,
  dtypes: readonly Dtype[] = DTYPES,
): ExtraFiles {
  const hidden = head !== undefined && head.transformersClass === undefined;
  return new Map(
    dtypes.map((precision) => [
      ONNX_FILES[precision],
      exportOnnx({ config, head, hidden, weights: tensors, precision }),
    ]),
  );
}
