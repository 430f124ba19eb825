import { unsupported } from '../stored.ts';
import type { OnnxFile, OnnxNode, OnnxTensor } from './file.ts';
import { smallIntegers } from './numbers.ts';

/** The graph of an ONNX file, to be walked from results to what they were computed from. */
export interface Walk {
  readonly file: string;
  readonly nodes: readonly OnnxNode[];
  readonly outputs: readonly string[];
  readonly isInput: (name: string) => boolean;
  /** A tensor that is written in the file: an initializer, or the value of a Constant. */
  readonly tensor: (name: string) => OnnxTensor | undefined;
  /** The node that computes a value; undefined for inputs and stored tensors. */
  readonly producer: (name: string) => OnnxNode | undefined;
  /** Back through nodes that change nothing in inference: Identity, Cast, Dropout, quantise and dequantise. */
  readonly strip: (name: string) => string;
  /** The values of stored integers. */
  readonly integers: (name: string | undefined) => number[] | undefined;
}

/** Nodes whose first output is their first input as far as weights are concerned. */
const TRANSPARENT = new Set([
  'Identity',
  'Cast',
  'Dropout',
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
]);
/** Nodes that only read the shape of their input. */
const SHAPES = new Set(['Shape', 'Size', 'ConstantOfShape', 'Range', 'NonZero']);
/** Nodes of which only the first input is data; the others are shapes, axes and limits. */
const FIRST = new Set([
  ...TRANSPARENT,
  ...['Reshape', 'Transpose', 'Unsqueeze', 'Squeeze', 'Flatten', 'Expand', 'Slice', 'Split', 'Gather'],
  ...['Softmax', 'Clip', 'ReduceMean'],
]);
/** Nodes with subgraphs: no encoder has any. */
const CONTROL = new Set(['Loop', 'Scan', 'If']);
/** Domains of operators that are known here: the standard ones, and those that ONNX Runtime fuses. */
const DOMAINS = new Set(['', 'com.microsoft', 'com.ms.internal.nhwc', 'ai.onnx.ml']);
const PACKED = new Set(['MatMulNBits', 'MatMulBnb4', 'GatherBlockQuantized', 'MatMulFpQ4']);

/** Throws a UserError for operators that no BERT-like encoder with readable weights has; it names the node. */
export function walk(onnx: OnnxFile): Walk {
  const { file, nodes, initializers } = onnx;
  const producers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    const { operator, domain, name } = node;
    if (CONTROL.has(operator) || PACKED.has(operator) || !DOMAINS.has(domain)) throw refused(node, file);
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output) || initializers.has(output))
        throw unsupported(
          file,
          name,
          { en: `The value ${output} is computed twice`, zh: `值 ${output} 被重复计算` },
          REEXPORT,
        );
      producers.set(output, node);
    }
  }
  const tensor = (name: string): OnnxTensor | undefined => {
    const stored = initializers.get(name);
    if (stored) return stored;
    const node = producers.get(name);
    return node?.operator === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
  };
  const strip = (name: string): string => {
    let at = name;
    for (let steps = 0; steps <= nodes.length; steps++) {
      const node = producers.get(at);
      if (!node || !TRANSPARENT.has(node.operator) || node.outputs[0] !== at || !node.inputs[0]) return at;
      at = node.inputs[0];
    }
    return at;
  };
  const inputs = new Set(onnx.inputs.filter((name) => !initializers.has(name)));
  return {
    ...{ file, nodes, tensor, strip },
    outputs: onnx.outputs,
    isInput: (name) => inputs.has(name),
    producer: (name) => producers.get(name),
    integers(name) {
      const node = producers.get(name ?? '');
      const [integer, list] = ['value_int', 'value_ints'].map((key) => node?.attributes.get(key));
      if (node?.operator === 'Constant' && integer?.integer !== undefined) return [integer.integer];
      if (node?.operator === 'Constant' && list) return [...list.integers];
      const stored = name === undefined ? undefined : tensor(strip(name));
      return stored && smallIntegers(stored, file);
    },
  };
}

/** The inputs of a node that its values come from. */
export function dataInputs({ operator, inputs }: OnnxNode): readonly string[] {
  if (SHAPES.has(operator)) return [];
  if (operator === 'Where') return inputs.slice(1);
  return FIRST.has(operator) ? inputs.slice(0, 1) : inputs.filter((name) => name !== '');
}

/**
 * Breadth-first from a value to what it is computed from, until `visit` returns something. `visit` sees every value once
 * and may return `null` to stop at it.
 */
export function search<Found>(
  graph: Walk,
  from: string,
  visit: (name: string, node: OnnxNode | undefined) => Found | null | undefined,
): Found | undefined {
  const seen = new Set([from]);
  for (const name of seen) {
    const node = graph.producer(name);
    const found = visit(name, node);
    if (found === null) continue;
    if (found !== undefined) return found;
    for (const input of node ? dataInputs(node) : []) seen.add(input);
  }
  return undefined;
}

export const REEXPORT = {
  en: 'Export the model again with torch.onnx or optimum, without further changes to its graph.',
  zh: '请用 torch.onnx 或 optimum 重新导出，不要再改动计算图。',
};

/** A graph that is not an encoder of a known form; `node` names the place. */
export const notAnEncoder = (file: string, node: string, why: { en: string; zh: string }) =>
  unsupported(
    file,
    node,
    {
      en: `The graph is not that of a BERT-like encoder: ${why.en}`,
      zh: `计算图不是 BERT 类编码器：${why.zh}`,
    },
    REEXPORT,
  );

function refused({ operator, domain, name }: OnnxNode, file: string) {
  const whole = domain ? `${domain}.${operator}` : operator;
  if (!PACKED.has(operator))
    return unsupported(
      file,
      name,
      { en: `The operator ${whole} is not supported`, zh: `不支持算子 ${whole}` },
      REEXPORT,
    );
  return unsupported(
    file,
    name,
    {
      en: `The weights are packed in blocks (${whole})`,
      zh: `权重按块压缩（${whole}）`,
    },
    {
      en: 'Use the fp32, fp16 or int8 file of the same model: model.onnx, model_fp16.onnx or model_quantized.onnx.',
      zh: '请使用同一模型的 fp32、fp16 或 int8 文件：model.onnx、model_fp16.onnx 或 model_quantized.onnx。',
    },
  );
}
