import { damaged, elements, openFile, unsupported } from '../stored.ts';
import { createWireReader } from '../wire.ts';

/** A protocol buffer holds at most 2 GiB; larger models keep their data in files next to it. */
const MAX_BYTES = 2 ** 31;
const MAX_DIMENSIONS = 16;

/** A tensor as the file describes it: its numbers are in the file, in one of several fields, or in a file next to it. */
export interface OnnxTensor {
  readonly name: string;
  /** Number of `TensorProto.DataType`. */
  readonly type: number;
  readonly shape: readonly number[];
  readonly raw?: Buffer;
  /** Fields of typed numbers, as they came: packed or one by one. */
  readonly typed: readonly (readonly [field: number, value: number | Buffer])[];
  /** Where its numbers are, if they are in a file next to it. */
  readonly external?: ReadonlyMap<string, string>;
}

export interface OnnxAttribute {
  readonly float?: number;
  readonly integer?: number;
  readonly text?: string;
  readonly tensor?: OnnxTensor;
  readonly integers: readonly number[];
}

export interface OnnxNode {
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** The content of an ONNX file without its numbers. */
export interface OnnxFile {
  readonly file: string;
  readonly bytes: Buffer;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Names of the graph's inputs (older files list the initializers, too) and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

type Field = readonly [field: number, value: number | Buffer];

/** Reads the graph of an ONNX file, by the field numbers of onnx.proto. Throws a UserError that names the damaged part. */
export async function readOnnx(file: string): Promise<OnnxFile> {
  const access = await openFile(file);
  try {
    if (access.size > MAX_BYTES)
      throw damaged(file, 'model', {
        en: `${access.size} bytes, but a protocol buffer has 2 GiB at most`,
        zh: `文件有 ${access.size} 字节，而 protobuf 最大为 2 GiB`,
      });
    return parseOnnx(await access.fill(Buffer.alloc(access.size), 0, 'model'), file);
  } finally {
    await access.close();
  }
}

const fieldsOf = (data: Buffer, file: string, what: string): Field[] => [
  ...createWireReader(data, file, what).fields('signed'),
];
const textOf = (value: number | Buffer | undefined): string =>
  Buffer.isBuffer(value) ? value.toString('utf8') : '';
const all = (fields: readonly Field[], field: number): (number | Buffer)[] =>
  fields.flatMap(([own, value]) => (own === field ? [value] : []));
const last = (fields: readonly Field[], field: number): number | Buffer | undefined =>
  fields.findLast(([own]) => own === field)?.[1];
const messages = (fields: readonly Field[], field: number): Buffer[] =>
  all(fields, field).filter((value) => typeof value !== 'number');

function parseOnnx(bytes: Buffer, file: string): OnnxFile {
  const model = fieldsOf(bytes, file, 'model');
  const [graphBytes] = messages(model, 7);
  if (!graphBytes)
    throw damaged(file, 'graph', {
      en: 'it has no graph: this may not be an ONNX model',
      zh: '其中没有计算图，可能不是 ONNX 模型',
    });
  if (messages(model, 25).length > 0)
    throw unsupported(
      file,
      'functions',
      { en: 'The ONNX model defines custom functions', zh: 'ONNX 模型含自定义函数' },
      { en: 'Export it with the functions inlined.', zh: '请在导出时内联函数。' },
    );
  const graph = fieldsOf(graphBytes, file, 'graph');
  const nodes = messages(graph, 1).map((data, i) => parseNode(fieldsOf(data, file, `node ${i}`), i, file));
  const initializers = new Map<string, OnnxTensor>();
  for (const [i, data] of messages(graph, 5).entries()) {
    const tensor = parseTensor(fieldsOf(data, file, `initializer ${i}`), file);
    if (initializers.has(tensor.name))
      throw damaged(file, tensor.name, { en: 'two initializers have this name', zh: '两个初始值同名' });
    initializers.set(tensor.name, tensor);
  }
  const names = (field: number): string[] =>
    messages(graph, field).map((data) => textOf(last(fieldsOf(data, file, 'value'), 1)));
  return { file, bytes, nodes, initializers, inputs: names(11), outputs: names(12) };
}

function parseNode(fields: readonly Field[], index: number, file: string): OnnxNode {
  const name = textOf(last(fields, 3)) || `#${index}`;
  const attributes = messages(fields, 5).map((data) =>
    parseAttribute(fieldsOf(data, file, `attribute of ${name}`), file),
  );
  return {
    operator: textOf(last(fields, 4)),
    domain: textOf(last(fields, 7)).replace(/^ai\.onnx$/, ''),
    name,
    inputs: all(fields, 1).map(textOf),
    outputs: all(fields, 2).map(textOf),
    attributes: new Map(attributes),
  };
}

function parseAttribute(fields: readonly Field[], file: string): [name: string, attribute: OnnxAttribute] {
  const [float, integer, text, tensor] = [2, 3, 4, 5].map((field) => last(fields, field));
  const attribute: OnnxAttribute = {
    float: Buffer.isBuffer(float) && float.length === 4 ? float.readFloatLE(0) : undefined,
    integer: typeof integer === 'number' ? integer : undefined,
    text: text === undefined ? undefined : textOf(text),
    tensor: Buffer.isBuffer(tensor) ? parseTensor(fieldsOf(tensor, file, 'tensor'), file) : undefined,
    integers: all(fields, 8).flatMap((value) => integersOf(value, file)),
  };
  return [textOf(last(fields, 1)), attribute];
}

function parseTensor(fields: readonly Field[], file: string): OnnxTensor {
  const number = (field: number): number => {
    const value = last(fields, field);
    return typeof value === 'number' ? value : 0;
  };
  const name = textOf(last(fields, 8));
  const shape = all(fields, 1).flatMap((value) => integersOf(value, file));
  if (shape.length > MAX_DIMENSIONS || elements(shape) < 0) {
    const sides = shape.slice(0, MAX_DIMENSIONS).join(', ');
    throw damaged(file, name, {
      en: `the shape [${sides}] is impossible`,
      zh: `形状 [${sides}] 无效`,
    });
  }
  const entries = messages(fields, 13).map((data): [string, string] => {
    const entry = fieldsOf(data, file, name);
    return [textOf(last(entry, 1)), textOf(last(entry, 2))];
  });
  return {
    name,
    type: number(2),
    shape,
    raw: messages(fields, 9).at(-1),
    typed: fields.filter(([own]) => [4, 5, 7, 10].includes(own)),
    external: number(14) === 1 ? new Map(entries) : undefined,
  };
}

/** A repeated integer field: packed, or one of several. */
export function integersOf(value: number | Buffer, file: string): number[] {
  if (typeof value === 'number') return [value];
  const reader = createWireReader(value, file, 'integers');
  const integers: number[] = [];
  while (!reader.done()) integers.push(reader.signed());
  return integers;
}
