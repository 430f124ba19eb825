import { graphOf, withList } from './compile.ts';
import { GraphError } from './errors.ts';
import { encodeOnnx, type OnnxGraph, type OnnxTensor, type OnnxValue } from './onnx.ts';
import { compile, listOf, openModel, type Program, type SessionOptions } from './session.ts';
import type { Value } from './value.ts';

/** The input that chooses a variant, and the start of the names of everything that does. */
const VARIANT = 'variant:';

/**
 * Graphs that differ in the sizes of their inputs and outputs, compiled as one, a program for each. On a CPU they share a
 * session, and with it the memory of their runs and the threads: each is a branch of an `If`. Releasing one releases all.
 * Throws a GraphError if an input is not one of all graphs, or one or an output differs in its type or number of axes.
 */
export async function compileVariants<Names extends string>(
  variants: readonly Readonly<Record<Names, Value>>[],
  options: SessionOptions = {},
): Promise<Program[]> {
  const { device = 'cpu' } = options;
  if (variants.length === 1 || device !== 'cpu') {
    const arena = options.arena ?? variants.length === 1;
    const programs: Program[] = [];
    for (const results of variants) programs.push(await compile(results, { ...options, arena }));
    return programs;
  }
  const graphs = variants.map((results) => graphOf({ ...variants[0], ...results }));
  const joined = join(graphs);
  const list = listOf(options);
  const program = await openModel(encodeOnnx(list === undefined ? joined : withList(joined, list)), options);
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    released ??= program.release();
    return released;
  };
  return graphs.map((graph, variant) => {
    const sizes = sizesOf(joined, graph);
    const choice = { [VARIANT]: BigInt64Array.of(BigInt(variant)) };
    return { run: (feeds, run) => program.run({ ...feeds, ...choice }, { ...run, sizes }), release };
  });
}

/** One graph of which a run computes one of these. */
function join(graphs: readonly OnnxGraph[]): OnnxGraph {
  const inputs = common(graphs.map((graph) => graph.inputs));
  const isNamed = ({ shape }: OnnxValue): boolean => shape.some((size) => typeof size === 'string');
  const varying = new Set(inputs.filter(isNamed).map(({ name }) => name));
  const choice = { name: VARIANT, type: 'int64', shape: [] } as const;
  return { ...branch(graphs, { from: 0, to: graphs.length }, varying), inputs: [choice, ...inputs] };
}

/** Those of the graphs from `from` to before `to`, halved until one is left. */
function branch(
  graphs: readonly OnnxGraph[],
  { from, to }: { readonly from: number; readonly to: number },
  varying: ReadonlySet<string>,
): OnnxGraph {
  const own = (name: string): string => `${VARIANT}${from}-${to}:${name}`;
  if (to - from === 1) return leaf(graphs[from], varying, own);
  const middle = Math.floor((from + to) / 2);
  const outputs = common(graphs.slice(from, to).map((graph) => graph.outputs));
  const isWhole = to - from === graphs.length;
  const named = outputs.map((output) => ({ ...output, name: isWhole ? output.name : own(output.name) }));
  return {
    name: 'graph',
    inputs: [],
    outputs: named,
    initializers: [integers(own('middle'), [], [middle])],
    nodes: [
      { operator: 'Less', inputs: [VARIANT, own('middle')], outputs: [own('isBelow')] },
      {
        operator: 'If',
        inputs: [own('isBelow')],
        outputs: named.map(({ name }) => name),
        graphs: {
          then_branch: branch(graphs, { from, to: middle }, varying),
          else_branch: branch(graphs, { from: middle, to }, varying),
        },
      },
    ],
  };
}

/** A graph as a branch: it reads the inputs of the model, those that vary in the shape that they have in it. */
function leaf(graph: OnnxGraph, varying: ReadonlySet<string>, own: (name: string) => string): OnnxGraph {
  const shaped = graph.inputs.filter(({ name }) => varying.has(name));
  const renamed = new Map([...shaped, ...graph.outputs].map(({ name }) => [name, own(name)]));
  const rename = (name: string): string => renamed.get(name) ?? name;
  const shapes = shaped.map(({ name, shape }) =>
    integers(own(`shape of ${name}`), [shape.length], shape.map(Number)),
  );
  const reshapes = shaped.map(({ name }) => ({
    operator: 'Reshape',
    inputs: [name, own(`shape of ${name}`)],
    outputs: [own(name)],
  }));
  return {
    name: 'graph',
    inputs: [],
    outputs: graph.outputs.map((output) => ({ ...output, name: rename(output.name) })),
    initializers: [...graph.initializers, ...shapes],
    nodes: [
      ...reshapes,
      ...graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
    ],
  };
}

const integers = (name: string, shape: readonly number[], list: readonly number[]): OnnxTensor => ({
  ...{ name, type: 'int64', shape },
  bytes: new Uint8Array(BigInt64Array.from(list, BigInt).buffer),
});

/** Declarations for all variants: sizes that differ have a name. */
function common(lists: readonly (readonly OnnxValue[])[]): OnnxValue[] {
  const names = new Set(lists.flatMap((list) => list.map(({ name }) => name)));
  return [...names].map((name) => {
    const values = lists.map((list) => list.find((value) => value.name === name));
    const [first] = values;
    if (
      !first ||
      !values.every((value) => value?.type === first.type && value.shape.length === first.shape.length)
    )
      throw new GraphError(`${name} is not the same in all variants of a graph`);
    const shape = first.shape.map((size, axis) =>
      values.every((value) => value?.shape[axis] === size) ? size : `${name}:${axis}`,
    );
    return { ...first, shape };
  });
}

/** The sizes of a variant that have names in the joined graph. */
function sizesOf(joined: OnnxGraph, { inputs, outputs }: OnnxGraph): Record<string, number> {
  const own = new Map([...inputs, ...outputs].map(({ name, shape }) => [name, shape]));
  const named = [...joined.inputs, ...joined.outputs].flatMap(({ name, shape }) =>
    shape.flatMap((size, axis) =>
      typeof size === 'string' ? [[size, Number(own.get(name)?.[axis])] as const] : [],
    ),
  );
  return Object.fromEntries(named);
}
