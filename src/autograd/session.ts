import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { UserError } from '../ground/errors.ts';
import { type ModelOptions, type Tensors, type TypedArray, toOnnx, typed } from './compile.ts';
import { GraphError, ShapeError } from './errors.ts';
import type { Dimension, ElementType } from './onnx.ts';
import { sizeOf, type Value } from './value.ts';

/**
 * What a graph can run on; `webgpu` and `cuda` need a GPU and an ONNX Runtime that supports it.
 *
 * @example
 * ```ts
 * import { compile, DEVICES, input, neg } from 'chineseblue/autograd';
 *
 * DEVICES; // ['cpu', 'webgpu', 'cuda']
 * const program = await compile({ y: neg(input('x', [1])) }, { device: 'cpu' });
 * await program.release();
 * ```
 */
export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;
/** What a graph runs on. */
export type Device = (typeof DEVICES)[number];

/** How a model is opened. */
export interface SessionOptions {
  readonly device?: Device;
  /** Threads per operator; default: one per core. ONNX Runtime's own default is wrong in containers. */
  readonly threads?: number;
  /**
   * Whether a session keeps the memory of a run for the next one (default): up to 10 % faster, while without it many
   * sessions need no more memory than one. Graphs that run alternately share both by `compileVariants`.
   */
  readonly arena?: boolean;
  /** Start of the name of a file that ONNX Runtime's profile of every operator is written to on release. */
  readonly profile?: string;
  /** Whether large outputs are written to the arrays of `into` only; otherwise each is copied once more. On the CPU. */
  readonly uncopied?: boolean;
}

/**
 * The output that keeps ONNX Runtime's binding (1.30) from copying all others: after a run it copies every output into a new
 * array, those that were written where we asked, too, in their order in the model. It refuses lists; where the first output
 * is one, it throws before it copies. A binding that can pass on lists copies as before.
 */
const UNCOPIED = 'uncopied';

/** The name of the output that keeps others from being copied, where that is wanted and possible. */
export const listOf = ({ uncopied = false, device = 'cpu' }: SessionOptions): string | undefined =>
  uncopied && device === 'cpu' ? UNCOPIED : undefined;

/** Waits for a run whose first output is a list. */
const withoutCopies = (run: Promise<InferenceSession.OnnxValueMapType>) =>
  run.catch((error: Error): InferenceSession.OnnxValueMapType => {
    if (error.message.startsWith('Non tensor type')) return {};
    throw error;
  });

/** A shape whose named sizes are known; -1 for one that is not. */
const sizedShape = ({ shape }: DeclaredTensor, sizes: Readonly<Record<string, number>>): number[] =>
  shape.map((dimension) => (typeof dimension === 'number' ? dimension : (sizes[dimension] ?? -1)));

/** An empty array for an output. */
const emptyArray = (output: DeclaredTensor, sizes: Readonly<Record<string, number>>): TypedArray =>
  typed(output.type, Array<number>(sizeOf(sizedShape(output, sizes))).fill(0));

/** What one run returns, and where to. */
export interface RunOptions {
  /** Names of the outputs to return, by default all: each costs a copy. */
  readonly fetch?: readonly string[];
  /** Arrays that outputs are written to, by name. None may also be fed: it could be overwritten before it is read. */
  readonly into?: Tensors;
  /** Values of the model's named sizes (`batch`). */
  readonly sizes?: Readonly<Record<string, number>>;
}

/** A compiled graph that can run any number of times. Keep it: creating and releasing sessions leaks memory. */
export interface Program {
  /** One run. `feeds` has an array for every input, of exactly the size of its shape. */
  run(feeds: Tensors, options?: RunOptions): Promise<Record<string, TypedArray>>;
  /** Frees the memory that the runtime can release. */
  release(): Promise<void>;
}

type Runtime = typeof import('onnxruntime-node');
let runtime: Promise<Runtime> | undefined;

/**
 * ONNX Runtime, loaded on first use, without its telemetry unless `ORT_DISABLE_TELEMETRY` is set to something else. Throws
 * a UserError with installation instructions (`runtime-missing`).
 */
export function loadRuntime(): Promise<Runtime> {
  // Otherwise its native library reports to its makers and leaves files in the home and temporary directories.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  runtime ??= import('onnxruntime-node').then(
    (module) => {
      const loaded = 'default' in module ? (module.default as Runtime) : module;
      loaded.env.logLevel = 'fatal'; // what it would print, it also throws
      return loaded;
    },
    (error: Error) => {
      const [why] = error.message.split('\n');
      throw new UserError(
        'runtime-missing',
        { en: `ONNX Runtime cannot be loaded: ${why}`, zh: `无法加载 ONNX Runtime：${why}` },
        {
          hint: {
            en: 'Install it with `ONNXRUNTIME_NODE_INSTALL=skip npm install`.',
            zh: '请用 `ONNXRUNTIME_NODE_INSTALL=skip npm install` 安装。',
          },
        },
      );
    },
  );
  return runtime;
}

/**
 * Compiles a graph with fixed shapes for one device; `outputs` names its results.
 *
 * @example
 * ```ts
 * import { add, compile, input } from 'chineseblue/autograd';
 *
 * const program = await compile({ y: add(input('x', [2]), 1) });
 * const { y } = await program.run({ x: Float32Array.of(1, 2) });
 * Array.from(y, Number); // [2, 3]
 * await program.release();
 * ```
 */
export async function compile(
  outputs: Readonly<Record<string, Value>>,
  options: SessionOptions & ModelOptions = {},
): Promise<Program> {
  return openModel(toOnnx(outputs, { ...options, list: listOf(options) }), options);
}

/**
 * The numbers of one value, row-major: compiles its graph, runs it once and releases it. For looking at small graphs; use
 * `compile` for what runs more than once.
 *
 * @example
 * ```ts
 * import { compute, constant, mul } from 'chineseblue/autograd';
 *
 * await compute(mul(constant([1, 2]), constant([3, 4]))); // [3, 8]
 * ```
 */
export async function compute(value: Value, feeds: Tensors = {}): Promise<number[]> {
  const program = await compile({ computed: value }, { threads: 1 });
  const { computed } = await program.run(feeds);
  await program.release();
  return Array.from(computed, Number);
}

/**
 * Opens an ONNX model, given as bytes or as a file path. Throws a UserError `device-missing` if there is no such device.
 *
 * @example
 * ```ts
 * import { input, neg, openModel, toOnnx } from 'chineseblue/autograd';
 *
 * const program = await openModel(toOnnx({ y: neg(input('x', [1])) }), { threads: 1 });
 * const { y } = await program.run({ x: Float32Array.of(5) });
 * Array.from(y, Number); // [-5]
 * await program.release();
 * ```
 */
export async function openModel(model: Uint8Array | string, options: SessionOptions = {}): Promise<Program> {
  const { device = 'cpu', threads = availableParallelism(), arena = true, profile } = options;
  const { InferenceSession, Tensor } = await loadRuntime();
  const settings = {
    ...sessionSettings({ device, threads, arena }),
    ...(profile && { enableProfiling: true, profileFilePrefix: profile }),
  };
  const session = await InferenceSession.create(model as string, settings).catch((error: Error) => {
    throw device === 'cpu' ? error : deviceMissing(device, error);
  });
  const inputs = declaredTensors(session.inputMetadata);
  const isUncopied = session.outputNames[0] === UNCOPIED && !session.outputMetadata[0].isTensor;
  const tensors = declaredTensors(session.outputMetadata.slice(Number(isUncopied)));
  const outputs = new Map(tensors.map((output) => [output.name, output]));
  const wrap = (tensor: DeclaredTensor, data: TypedArray, sizes: Readonly<Record<string, number>>) => {
    const size = sizedShape(tensor, sizes);
    if (data.length !== sizeOf(size)) {
      const { name, shape } = tensor;
      throw new ShapeError(`${name}: ${data.length} values do not fill [${shape.join(', ')}]`);
    }
    return new Tensor(tensor.type as 'float32', data as Float32Array, size);
  };

  return {
    async run(feeds, { fetch = [...outputs.keys()], into = {}, sizes = {} } = {}) {
      const fed = inputs.map((meta) => {
        if (!feeds[meta.name]) throw new GraphError(`The graph needs the input ${meta.name}`);
        return [meta.name, wrap(meta, feeds[meta.name], sizes)];
      });
      const missing = isUncopied ? fetch.filter((name) => !into[name]) : [];
      const empty = missing.map((name) => [name, emptyArray(outputs.get(name)!, sizes)] as const);
      const arrays: Tensors = { ...into, ...Object.fromEntries(empty) };
      const wanted: Record<string, InferenceSession.OnnxValueMapType[string] | null> = {};
      for (const name of fetch) {
        wanted[name] = arrays[name] ? wrap(outputs.get(name)!, arrays[name], sizes) : null;
      }
      const fetched = isUncopied
        ? await withoutCopies(session.run(Object.fromEntries(fed), { ...wanted, [UNCOPIED]: null }))
        : await session.run(Object.fromEntries(fed), wanted);
      return Object.fromEntries(
        fetch.map((name) => [name, arrays[name] ?? (fetched[name].data as TypedArray)]),
      );
    },
    async release() {
      if (profile) session.endProfiling();
      await session.release();
    },
  };
}

const sessionSettings = ({
  device,
  threads,
  arena,
}: Required<Pick<SessionOptions, 'device' | 'threads' | 'arena'>>) =>
  ({
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // the pattern doubles memory: once for the first run, once for the pattern
    enableMemPattern: false,
    enableCpuMemArena: arena,
    // its fused form is ten times slower on a CPU than an Add and a LayerNormalization (ONNX Runtime 1.30)
    extra: {
      optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' },
      // between runs the cores are needed by the optimizer's threads and other sessions
      session: { force_spinning_stop: '1' },
    },
  }) as const;

/** An input or output of a model; sizes may have names. */
interface DeclaredTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

const declaredTensors = (list: readonly InferenceSession.ValueMetadata[]): DeclaredTensor[] =>
  list.map((meta) => {
    if (!meta.isTensor) throw new GraphError(`${meta.name} is not a tensor`);
    return { name: meta.name, type: meta.type as ElementType, shape: meta.shape };
  });

function deviceMissing(device: Device, error: Error): UserError {
  const [why] = error.message.split('\n');
  return new UserError(
    'device-missing',
    { en: `No usable ${device} device: ${why}`, zh: `没有可用的 ${device} 设备：${why}` },
    { hint: { en: 'Use --device cpu.', zh: '请使用 --device cpu。' } },
  );
}
