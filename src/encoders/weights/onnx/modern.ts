import type { Constant } from './constant.ts';
import { denseOf, type Product, productOf, vectorOf } from './dense.ts';
import { storedTable } from './embeddings.ts';
import { innerOf } from './encoder.ts';
import type { OnnxNode } from './file.ts';
import { notAnEncoder, type Walk } from './graph.ts';

/** One layer as ModernBERT has it: normalisations in front of attention and feed-forward block, sums without any after them. */
interface ModernLayer {
  /** Absent in the first layer, whose input is normalised already. */
  readonly attentionNorm: Scale | undefined;
  readonly all: Product;
  readonly output: Product;
  readonly norm: Scale;
  readonly gated: Product;
  readonly outer: Product;
}

/** Weight and bias of a layer normalisation. */
interface Scale {
  readonly weight: Constant;
  readonly bias: Constant | undefined;
}

/** An encoder of ModernBERT's form. */
export interface FoundModern {
  readonly words: Constant;
  readonly norm: Scale;
  readonly layers: readonly ModernLayer[];
  readonly finalNorm: Scale;
  readonly activation: string;
  readonly epsilon: number | undefined;
  /** The value with the last hidden states. */
  readonly hidden: string;
  readonly node: string;
}

const DEFAULT_EPSILON = 1e-5;

interface Normed {
  readonly scale: Scale;
  readonly output: string;
}

/** The encoder of a graph that normalises the embeddings of words alone; undefined if there is more to them. */
export function findModern(graph: Walk): FoundModern | undefined {
  const first = graph.nodes.find((node) => node.operator === 'LayerNormalization');
  const rows = first && graph.strip(first.inputs[0]);
  const gather = rows === undefined ? undefined : graph.producer(rows);
  const words = gather?.operator === 'Gather' ? storedTable(graph, rows!, gather.inputs[0]) : undefined;
  const norm = first && scaleOf(graph, first);
  if (!first || !gather || !norm || words?.shape.length !== 2) return undefined;
  if (!graph.isInput(graph.strip(gather.inputs[1]))) return undefined;
  const layers: ModernLayer[] = [];
  const activations = new Set<string>();
  let stream = graph.strip(first.outputs[0]);
  for (;;) {
    const isFirst = layers.length === 0;
    const normed = isFirst ? undefined : normAfter(graph, stream);
    const all = denseAfter(graph, isFirst ? stream : normed?.output);
    if (!all) break;
    const attended = sumAfter(graph, stream);
    const middle = attended && normAfter(graph, attended.output);
    const fed = attended && sumAfter(graph, attended.output);
    if (!attended || !middle || !fed)
      throw notAnEncoder(graph.file, first.name, {
        en: `layer ${layers.length} has no attention and feed-forward block that are added`,
        zh: `第 ${layers.length} 层没有相加的注意力与前馈块`,
      });
    const { intermediate: gated, activation } = innerOf(graph, fed.dense.x, middle.output);
    activations.add(activation);
    layers.push({
      ...{ attentionNorm: normed?.scale, all, output: attended.dense },
      ...{ norm: middle.scale, gated, outer: fed.dense },
    });
    stream = fed.output;
  }
  const last = normAfter(graph, stream);
  const [activation, ...more] = activations;
  if (!last || activation === undefined || more.length > 0) return undefined;
  return {
    ...{ words, norm, layers, activation, node: first.name },
    finalNorm: last.scale,
    epsilon: first.attributes.get('epsilon')?.float ?? DEFAULT_EPSILON,
    hidden: last.output,
  };
}

function scaleOf(graph: Walk, { inputs }: OnnxNode): Scale | undefined {
  const weight = vectorOf(graph, inputs[1]);
  return weight && { weight, bias: vectorOf(graph, inputs[2]) };
}

/** The nodes that compute with a value. */
const usersOf = (graph: Walk, value: string): readonly OnnxNode[] =>
  graph.nodes.filter(({ inputs }) => inputs.some((input) => input !== '' && graph.strip(input) === value));

function normAfter(graph: Walk, value: string): Normed | undefined {
  for (const node of usersOf(graph, value)) {
    const scale = node.operator === 'LayerNormalization' ? scaleOf(graph, node) : undefined;
    if (scale) return { scale, output: graph.strip(node.outputs[0]) };
  }
  return undefined;
}

/** The dense layer of a value. */
function denseAfter(graph: Walk, value: string | undefined): Product | undefined {
  if (value === undefined) return undefined;
  for (const { outputs } of graph.nodes) {
    const product = productOf(graph, outputs[0]);
    if (!product || graph.strip(product.x) !== value) continue;
    const sums = usersOf(graph, graph.strip(outputs[0])).map((node) => denseOf(graph, node.outputs[0]));
    return sums.find((dense) => dense?.bias && dense.x === product.x) ?? product;
  }
  return undefined;
}

/** The sum of a value and a dense layer of something else. */
function sumAfter(
  graph: Walk,
  value: string,
): { readonly output: string; readonly dense: Product } | undefined {
  for (const { operator, inputs, outputs } of usersOf(graph, value)) {
    const other = operator === 'Add' ? inputs.find((input) => graph.strip(input) !== value) : undefined;
    const dense = other === undefined ? undefined : denseOf(graph, other);
    if (dense) return { output: graph.strip(outputs[0]), dense };
  }
  return undefined;
}

/** Its parameters by the names of `transformers`; a bias of zeros is one that the exporter added. */
export async function modernTensors(found: FoundModern): Promise<Map<string, Constant>> {
  const { words, norm, layers, finalNorm } = found;
  const tensors = new Map([['embeddings.tok_embeddings.weight', words]]);
  const add = async (name: string, { weight, bias }: Pick<Product, 'weight' | 'bias'>): Promise<void> => {
    tensors.set(`${name}.weight`, weight);
    if (bias && (await bias.read()).some((value) => value !== 0)) tensors.set(`${name}.bias`, bias);
  };
  await add('embeddings.norm', norm);
  for (const [i, { attentionNorm, all, output, norm, gated, outer }] of layers.entries()) {
    const at = `layers.${i}`;
    if (attentionNorm) await add(`${at}.attn_norm`, attentionNorm);
    await add(`${at}.attn.Wqkv`, all);
    await add(`${at}.attn.Wo`, output);
    await add(`${at}.mlp_norm`, norm);
    await add(`${at}.mlp.Wi`, gated);
    await add(`${at}.mlp.Wo`, outer);
  }
  await add('final_norm', finalNorm);
  return tensors;
}
