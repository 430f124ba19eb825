import protobuf from 'protobufjs';

/**
 * The part of the ONNX file format (onnx.proto, IR version 10) that this project writes and reads back.
 * Field numbers are those of the standard; anything else in a file is skipped by protobuf's own rules.
 */
const schema = protobuf.parse(
  `syntax = "proto2";
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message SequenceType { optional Type elem_type = 1; }
  message Type { optional TensorType tensor_type = 1; optional SequenceType sequence_type = 4; }
  message ValueInfo { optional string name = 1; optional Type type = 2; }
  message Entry { optional string key = 1; optional string value = 2; }
  message Tensor {
    repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
    repeated Entry external_data = 13; optional int32 data_location = 14;
  }
  message Attribute {
    optional string name = 1; optional float f = 2; optional int64 i = 3; optional bytes s = 4; optional Tensor t = 5;
    optional Graph g = 6; repeated float floats = 7; repeated int64 ints = 8; optional int32 type = 20;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
    repeated Attribute attribute = 5; optional string domain = 7;
  }
  message Graph {
    repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12; repeated ValueInfo value_info = 13;
  }
  message Model {
    optional int64 ir_version = 1; optional string producer_name = 2; optional Graph graph = 7;
    repeated OperatorSet opset_import = 8;
  }`,
  { keepCase: true },
).root;
const Model = schema.lookupType('Model');

/** Numbers of `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
/** The type of the elements of a tensor. */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** A dimension known as a number, or only by a name (`batch`). */
export type Dimension = number | string;

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian elements, row-major. */
  readonly bytes: Uint8Array;
}

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly operator: string;
  /** Domain of the operator set; empty for the standard one. */
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Graphs that it runs, by attribute: the branches of an `If`. */
  readonly graphs?: Readonly<Record<string, OnnxGraph>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
  /** A list of such tensors. */
  readonly isSequence?: boolean;
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** ai.onnx 20 has the standard Gelu; IR 10 goes with ONNX 1.16, which every runtime of the last years reads. */
const OPSET = 20;
const IR_VERSION = 10;

const ATTRIBUTE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

function encodeAttribute(name: string, value: OnnxAttribute): object {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE.int };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: ATTRIBUTE.string };
  if ('float' in value) return { name, f: value.float, type: ATTRIBUTE.float };
  return { name, ints: value, type: ATTRIBUTE.ints };
}

function encodeValue({ name, type, shape, isSequence = false }: OnnxValue): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  const tensor = { tensor_type: { elem_type: ELEMENT_TYPES[type], shape: { dim } } };
  return { name, type: isSequence ? { sequence_type: { elem_type: tensor } } : tensor };
}

function encodeGraph({ name, inputs, outputs, initializers, nodes }: OnnxGraph): object {
  return {
    name,
    input: inputs.map(encodeValue),
    output: outputs.map(encodeValue),
    initializer: initializers.map(({ name, type, shape, bytes }) => ({
      name,
      dims: shape,
      data_type: ELEMENT_TYPES[type],
      raw_data: bytes,
    })),
    node: nodes.map(encodeNode),
  };
}

function encodeNode({ operator, domain, name, inputs, outputs, ...node }: OnnxNode): object {
  const { attributes = {}, graphs = {} } = node;
  return {
    op_type: operator,
    ...(domain ? { domain } : {}),
    ...(name ? { name } : {}),
    input: inputs,
    output: outputs,
    attribute: [
      ...Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value)),
      ...Object.entries(graphs).map(([key, graph]) => ({
        name: key,
        g: encodeGraph(graph),
        type: ATTRIBUTE.graph,
      })),
    ],
  };
}

/** Bytes of a `.onnx` file. Protobuf allows 2 GiB at most. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = {
    ir_version: IR_VERSION,
    producer_name: 'chineseblue',
    opset_import: [{ domain: '', version: OPSET }],
    graph: encodeGraph(graph),
  };
  return Model.encode(model).finish();
}

/** The parsed protobuf of a `.onnx` file, for tests and tools that look into one. */
export function decodeOnnx(bytes: Uint8Array): ReturnType<typeof Model.toObject> {
  return Model.toObject(Model.decode(bytes), { longs: Number });
}
