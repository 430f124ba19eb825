import { availableParallelism } from 'node:os';
import { UserError } from '../ground/errors.ts';
import { type ModelOptions, type Tensors, type TypedArray, toOnnx } from './compile.ts';
import type { Dimension, ElementType } from './onnx.ts';
import { sizeOf, type Value } from './value.ts';

export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof DEVICES)[number];

export interface SessionOptions {
  readonly device?: Device;
  /** Threads of one operator; by default one a core. ONNX Runtime's own guess is wrong in containers. */
  readonly threads?: number;
  /**
   * Whether a session keeps the memory of a run for the next (default). It is up to a tenth faster with small batches;
   * without, many sessions cost no more than one.
   */
  readonly arena?: boolean;
}

export interface RunOptions {
  /** Names of the outputs to bring back, by default all: every one costs a copy. */
  readonly fetch?: readonly string[];
  /** Arrays that outputs are written to, by name. None may also be fed: it could be read after it was overwritten. */
  readonly into?: Tensors;
  /** Sizes that the model leaves open, by name (`batch`). */
  readonly sizes?: Readonly<Record<string, number>>;
}

/** A compiled graph, ready to run any number of times. Keep it: creating and releasing sessions leaks memory. */
export interface Program {
  /** One run. `feeds` has an array for every input, of exactly the size of its shape. */
  run(feeds: Tensors, options?: RunOptions): Promise<Record<string, TypedArray>>;
  /** Frees what the runtime will give back. */
  release(): Promise<void>;
}

type Runtime = typeof import('onnxruntime-node');
let runtime: Promise<Runtime> | undefined;

/** ONNX Runtime, loaded when it is first needed. Throws a UserError that says how to install it. */
export function loadRuntime(): Promise<Runtime> {
  runtime ??= import('onnxruntime-node').then(
    (module) => {
      const loaded = (module as unknown as { default?: Runtime }).default ?? module;
      loaded.env.logLevel = 'fatal'; // what it would print, it also throws
      return loaded;
    },
    (error: Error) => {
      throw new UserError(
        'runtime-missing',
        `ONNX Runtime cannot be loaded: ${error.message.split('\n')[0]}`,
        {
          hint: 'Install with ONNXRUNTIME_NODE_INSTALL=skip set in the environment: `ONNXRUNTIME_NODE_INSTALL=skip npm install`.',
        },
      );
    },
  );
  return runtime;
}

/** Compiles a graph with fixed shapes for one device; `outputs` names its results. */
export async function compile(
  outputs: Readonly<Record<string, Value>>,
  options: SessionOptions & ModelOptions = {},
): Promise<Program> {
  return openModel(toOnnx(outputs, options), options);
}

/** A session of a finished ONNX model, given as bytes or as the path of a file. */
export async function openModel(model: Uint8Array | string, options: SessionOptions = {}): Promise<Program> {
  const { device = 'cpu', threads = availableParallelism(), arena = true } = options;
  const { InferenceSession, Tensor } = await loadRuntime();
  const settings = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // with its pattern, memory grows to twice of what is used: once for the first run, once for the pattern
    enableMemPattern: false,
    enableCpuMemArena: arena,
    // its fused form is ten times slower on a CPU than an Add and a LayerNormalization (ONNX Runtime 1.30)
    extra: {
      optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' },
      // between runs the cores are for others: the optimizer's threads, another session
      session: { force_spinning_stop: '1' },
    },
  } as const;
  const session = await InferenceSession.create(model as string, settings).catch((error: Error) => {
    if (device === 'cpu') throw error;
    throw new UserError(
      'device-missing',
      `There is no usable ${device} device here: ${error.message.split('\n')[0]}`,
      {
        hint: 'Use --device cpu.',
      },
    );
  });
  const declared = (
    list: typeof session.inputMetadata,
  ): { name: string; type: ElementType; shape: readonly Dimension[] }[] =>
    list.map((meta) => {
      if (!meta.isTensor) throw new UserError('bad-model', `${meta.name} is no tensor`);
      return { name: meta.name, type: meta.type as ElementType, shape: meta.shape };
    });
  const inputs = declared(session.inputMetadata);
  const outputs = new Map(declared(session.outputMetadata).map((output) => [output.name, output]));
  const wrap = (
    { name, type, shape }: (typeof inputs)[number],
    data: TypedArray,
    sizes: Record<string, number>,
  ) => {
    const size = shape.map((dimension) =>
      typeof dimension === 'number' ? dimension : (sizes[dimension] ?? -1),
    );
    if (data.length !== sizeOf(size)) {
      throw new UserError(
        'shape-mismatch',
        `${name}: ${data.length} values do not fill [${shape.join(', ')}]`,
      );
    }
    return new Tensor(type as 'float32', data as Float32Array, size);
  };

  return {
    async run(feeds, { fetch = session.outputNames, into = {}, sizes = {} } = {}) {
      const fed = inputs.map((meta) => {
        if (!feeds[meta.name]) throw new UserError('input-missing', `The graph needs the input ${meta.name}`);
        return [meta.name, wrap(meta, feeds[meta.name], sizes)];
      });
      const wanted = fetch.map((name) => [
        name,
        into[name] ? wrap(outputs.get(name)!, into[name], sizes) : null,
      ]);
      const fetched = await session.run(Object.fromEntries(fed), Object.fromEntries(wanted));
      return Object.fromEntries(
        fetch.map((name) => [name, into[name] ?? (fetched[name].data as TypedArray)]),
      );
    },
    release: () => session.release(),
  };
}
