import { type Constant, constantOf, dequantised } from './constant.ts';
import type { OnnxNode } from './file.ts';
import { notAnEncoder, search, type Walk } from './graph.ts';
import { FUSED_EPSILON, type Norm } from './norm.ts';

/** The tables that are looked up and added, and their normalisation. */
export interface Embeddings {
  readonly words: Constant;
  /** Absent if positions are not added, but rotate: RoFormer's. */
  readonly positions: Constant | undefined;
  readonly types: Constant | undefined;
  /** Of pretraining tasks: ERNIE's. */
  readonly tasks: Constant | undefined;
  readonly weight: Constant;
  readonly bias: Constant | undefined;
  readonly epsilon: number | undefined;
  readonly output: string;
  readonly node: string;
}

/** A look-up: a table and the value with its indices, absent if the table is added directly. */
interface Rows {
  readonly table: Constant;
  readonly ids: string | undefined;
}

/** The first normalisation whose terms are rows of tables. */
export function embeddingsOf(graph: Walk, norms: ReadonlyMap<string, Norm>): Embeddings {
  const fused = graph.nodes.find(({ operator }) => FUSED.has(operator));
  if (fused) return fusedEmbeddings(graph, fused);
  for (const { terms, added, weight, bias, epsilon, output, node } of norms.values()) {
    const found = terms.map((term) => rowsOf(graph, term));
    const rows = found.flatMap((one) => one ?? []);
    const words = rows.find(({ ids }) => ids !== undefined && isIds(graph, ids));
    if (!words || rows.length !== terms.length) continue;
    if (added.length > 0) throw folded(graph, node);
    const others = rows.filter((one) => one !== words);
    const { types, tasks } = kindsOf(graph, others);
    const [positions, ...more] = others.filter((one) => one !== types && one !== tasks);
    if (!positions && !types) throw wordsAlone(graph, node);
    if (more.length > 0)
      throw notAnEncoder(graph.file, node, {
        en: `${rows.length} embedding tables are added`,
        zh: `相加的嵌入表有 ${rows.length} 个`,
      });
    return {
      words: words.table,
      positions: positions?.table,
      types: types?.table,
      tasks: tasks?.table,
      ...{ weight, bias, epsilon, output, node },
    };
  }
  throw notAnEncoder(graph.file, 'embeddings', {
    en: 'no normalised sum of embeddings of the input ids',
    zh: '没有对 input_ids 的嵌入求和并归一化的节点',
  });
}

/** The embeddings of ONNX Runtime in one operator, in floats or in 8 bits. */
const FUSED = new Set(['EmbedLayerNormalization', 'QEmbedLayerNormalization']);
/** Among the inputs: the tables for words, positions and types, weight and bias, and where their scales and zeros are. */
const STORED = [2, 3, 4, 5, 6] as const;
const SCALES = 6;
const ZEROS = 11;

function fusedEmbeddings(graph: Walk, node: OnnxNode): Embeddings {
  const input = (index: number): Constant | undefined => constantOf(graph, node.inputs[index]);
  const [words, positions, types, weight, bias] = STORED.map((index) => {
    const values = input(index);
    if (!values || node.operator === 'EmbedLayerNormalization') return values;
    const scale = input(index + SCALES);
    return scale && dequantised({ values, scale, zero: input(index + ZEROS), axis: 0 }, graph.file);
  });
  if (words?.shape.length !== 2 || positions?.shape.length !== 2 || weight?.shape.length !== 1)
    throw folded(graph, node.name);
  const epsilon = node.attributes.get('epsilon')?.float ?? FUSED_EPSILON;
  return {
    ...{ words, positions, types, weight, bias, epsilon },
    tasks: undefined,
    output: graph.strip(node.outputs[0]),
    node: node.name,
  };
}

/** Rows of a table: of floats, or of integers that are scaled back afterwards. */
function rowsOf(graph: Walk, name: string): Rows | undefined {
  const node = graph.producer(name);
  if (node?.operator === 'Mul') return scaledRows(graph, node);
  if (node?.operator === 'Gather') {
    const table = storedTable(graph, name, node.inputs[0]);
    return table && { table, ids: node.inputs[1] };
  }
  // a position table that is added up to the length of the input
  const whole = search(graph, name, (at, found) =>
    found && !['Slice', 'Unsqueeze', 'Expand', 'Reshape'].includes(found.operator)
      ? null
      : constantOf(graph, at),
  );
  const [rows, width] = whole?.shape.slice(-2) ?? [];
  if (!whole || !width || whole.shape.slice(0, -2).some((side) => side !== 1)) return undefined;
  return { table: { ...whole, shape: [rows, width] }, ids: undefined };
}

/** The table of a look-up. Quantised rows are scaled after it: the scale is that of a DequantizeLinear on the rows. */
export function storedTable(graph: Walk, rows: string, tableName: string): Constant | undefined {
  const table = constantOf(graph, tableName);
  if (table?.shape.length !== 2) return undefined;
  const scaling = graph.nodes.find(
    ({ operator, inputs }) => operator === 'DequantizeLinear' && graph.strip(inputs[0]) === rows,
  );
  if (!scaling) return table;
  const source = graph.producer(scaling.inputs[0]);
  if (source?.operator === 'QuantizeLinear') return table;
  const [, scale, zero] = scaling.inputs.map((input) => constantOf(graph, input));
  return scale && dequantised({ values: table, scale, zero, axis: 1 }, graph.file);
}

/** Integer rows × the scale of each row, which is looked up, too. */
function scaledRows(graph: Walk, { inputs }: OnnxNode): Rows | undefined {
  const [values, scales] = inputs.map((input) => graph.producer(graph.strip(input)));
  if (values?.operator !== 'Gather' || scales?.operator !== 'Gather') return undefined;
  const [table, scale] = [values, scales].map((node) => constantOf(graph, node.inputs[0]));
  if (!table || !scale || values.inputs[1] !== scales.inputs[1]) return undefined;
  return { table: dequantised({ values: table, scale, axis: 0 }, graph.file), ids: values.inputs[1] };
}

/** Whether indices are the input itself, not computed from it. */
const isIds = (graph: Walk, ids: string): boolean => {
  const source = graph.strip(ids);
  return graph.isInput(source) && !/type|segment|position/i.test(source);
};

/** The tables of token types and of tasks. Of two that are looked up for types, that of tasks is named so, or has no input. */
function kindsOf(graph: Walk, others: readonly Rows[]): { types?: Rows; tasks?: Rows } {
  const typed = others.filter((one) => isTypes(graph, one));
  const isTask = ({ table, ids = '' }: Rows): boolean =>
    /task/i.test(graph.strip(ids)) || /task_type/i.test(table.name);
  const named = typed.find(isTask);
  const types = typed.find((one) => one !== named && graph.isInput(graph.strip(one.ids ?? '')));
  const rest = typed.filter((one) => one !== types && one !== named);
  if (types) return { types, tasks: named ?? rest[0] };
  return { types: rest[0], tasks: named };
}

/** Token types: an input of that name, or zeros of the input's shape. */
function isTypes(graph: Walk, { table, ids }: Rows): boolean {
  if (ids === undefined) return false;
  const source = graph.strip(ids);
  if (graph.isInput(source)) return /type|segment/i.test(source);
  if (/token_type/.test(table.name)) return true;
  const zeros = search(graph, ids, (name, node) => {
    if (node?.operator === 'ConstantOfShape') {
      const value = node.attributes.get('value')?.tensor;
      return value?.raw?.every((byte) => byte === 0) ?? value === undefined;
    }
    return graph.integers(name)?.every((integer) => integer === 0);
  });
  return zeros === true && !/position/.test(table.name);
}

const wordsAlone = (graph: Walk, node: string) =>
  notAnEncoder(graph.file, node, {
    en: 'no embeddings of positions or token types are added to those of words',
    zh: '词嵌入没有与位置嵌入或类型嵌入相加',
  });

const folded = (graph: Walk, node: string) =>
  notAnEncoder(graph.file, node, {
    en: 'an embedding was folded into a constant: export with input_ids, attention_mask and token_type_ids as inputs',
    zh: '有嵌入被折叠为常量：导出时请以 input_ids、attention_mask、token_type_ids 为输入',
  });
