import { keyOf } from './compile.ts';
import { add, erf, mul } from './elementwise.ts';
import { sorted } from './grad.ts';
import { reshape, transpose } from './movement.ts';
import { sameShape, type Value } from './value.ts';

/** Named results of a graph. */
type Results = Readonly<Record<string, Value>>;

/** The replacement of a value whose inputs are already rewritten; `isOwn`: whether an input is used nowhere else. */
type Rewriting = (value: Value, isOwn: (input: Value) => boolean) => Value;

const REWRITINGS: readonly Rewriting[] = [
  // x Φ(x), with the error function that its gradient needs, too
  (value) => (value.operation === 'Gelu' ? geluByErf(value.inputs[0]) : value),
  // factors of a matrix are factors of the product, which multiplies for nothing
  (value) => (value.operation === 'Gemm' ? productOfUnscaled(value) : value),
  (value, isOwn) => scaledProduct(value, isOwn) ?? value,
  (value) => (value.operation === 'Gemm' ? transposedOnce(value) : value),
];

/**
 * The same results in fewer passes over memory, equal up to rounding: for graphs with gradients, where elementwise operations
 * cost most after the matrix products. Graphs without gradients do not need it: ONNX Runtime fuses those itself.
 *
 * @example
 * ```ts
 * import { compute, constant, fuse, gemm, mul } from 'chineseblue/autograd';
 *
 * const x = constant([1, 2, 3, 4], [2, 2]);
 * const { y } = fuse({ y: mul(gemm(x, x), 10) });
 * y.operation; // 'Gemm'
 * await compute(y); // [70, 100, 150, 220]
 * ```
 */
export const fuse = <Names extends string>(results: Readonly<Record<Names, Value>>): Record<Names, Value> =>
  REWRITINGS.reduce<Results>(rewrite, results) as Record<Names, Value>;

function rewrite(results: Results, rewriting: Rewriting): Results {
  const { order, same } = merged(Object.values(results));
  const uses = new Map<Value, number>();
  const count = (value: Value): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const value of order) value.inputs.forEach(count);
  for (const value of Object.values(results)) count(same.get(value)!);

  const becomes = new Map<Value, Value>();
  const own = new Set<Value>();
  for (const value of order) {
    const inputs = value.inputs.map((input) => becomes.get(input)!);
    const rewritten = rewriting({ ...value, inputs }, (input) => own.has(input));
    if (uses.get(value) === 1) own.add(rewritten);
    becomes.set(value, rewritten);
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, becomes.get(same.get(value)!)!]),
  );
}

/** All values of a graph, inputs first, equal ones as one, and which one each value is. */
function merged(results: readonly Value[]): { order: readonly Value[]; same: ReadonlyMap<Value, Value> } {
  const numbers = new Map<Value, number>();
  const known = new Map<string, Value>();
  const same = new Map<Value, Value>();
  for (const value of sorted(results)) {
    const inputs = value.inputs.map((input) => same.get(input)!);
    const { operation, attributes, output, shape, type } = value;
    const from = inputs.map((input) => numbers.get(input));
    const key = `${operation}(${from})${keyOf(attributes)}#${output}:${type}[${shape}]`;
    const found = known.get(key) ?? { ...value, inputs };
    if (!known.has(key)) numbers.set(found, known.size);
    known.set(key, found);
    same.set(value, found);
  }
  return { order: [...known.values()], same };
}

function geluByErf(x: Value): Value {
  const u = mul(x, Math.SQRT1_2);
  return mul(mul(u, add(erf(u), 1)), Math.SQRT1_2);
}

/** A product that has the scalar factors of its matrices as its own. */
function productOfUnscaled(gemm: Value): Value {
  const [a, b, ...bias] = gemm.inputs;
  const [[left, s], [right, t]] = [unscaled(a), unscaled(b)];
  return s * t === 1 ? gemm : withFactors({ ...gemm, inputs: [left, right, ...bias] }, s * t, 1);
}

/** A matrix without scalar factors, and their product. */
function unscaled(matrix: Value): [Value, number] {
  const scaled = scaling(matrix);
  if (scaled) {
    const [inner, factor] = unscaled(scaled[0]);
    return [inner, factor * scaled[1]];
  }
  if (matrix.operation !== 'Reshape') return [matrix, 1];
  const [inner, factor] = unscaled(matrix.inputs[0]);
  return [factor === 1 ? matrix : { ...matrix, inputs: [inner] }, factor];
}

/** A product times a scalar, in the product, unless it is needed without. */
function scaledProduct(value: Value, isOwn: (input: Value) => boolean): Value | undefined {
  const scaled = scaling(value);
  if (!scaled || !isOwn(scaled[0])) return undefined;
  const [inner, factor] = scaled;
  if (inner.operation === 'Gemm') return withFactors(inner, factor, factor);
  const [gemm] = inner.inputs;
  if (inner.operation !== 'Reshape' || gemm.operation !== 'Gemm' || !isOwn(gemm)) return undefined;
  return { ...inner, inputs: [withFactors(gemm, factor, factor)] };
}

/** Columns of a product for which ONNX Runtime transposes its left matrix once. */
const COLUMNS = 128;
/** Multiplications below which further operators cost more than they save. */
const WORTH_MOVING = 2 ** 24;

/**
 * A product aᵀ b with one of its matrices transposed beforehand, the smaller: a itself, or b for (bᵀ a)ᵀ, which adds up the
 * same numbers in the same order. ONNX Runtime would transpose a again for every 128 columns of b.
 */
function transposedOnce(gemm: Value): Value {
  const [left, right, ...bias] = gemm.inputs;
  const { transA, transB } = gemm.attributes;
  const [depth, rows] = left.shape;
  const columns = right.shape[1];
  if (!transA || transB || depth * rows * columns < WORTH_MOVING) return gemm;
  const again = depth * rows * Math.ceil(columns / COLUMNS);
  const product = { ...gemm, attributes: { ...gemm.attributes, transA: 0 } };
  if (rows <= columns || bias.length > 0)
    return depth * rows < again ? { ...product, inputs: [turned(left), right, ...bias] } : gemm;
  const moved = depth * columns + rows * columns;
  return moved < again ? turned({ ...product, inputs: [turned(right), left], shape: [columns, rows] }) : gemm;
}

/** A matrix transposed. As a batch of one: ONNX Runtime would fuse the transposition of a matrix into a product. */
function turned(matrix: Value): Value {
  const [rows, columns] = matrix.shape;
  return reshape(transpose(reshape(matrix, [1, rows, columns]), [0, 2, 1]), [columns, rows]);
}

/** x and s of a value x · s, where s is a constant scalar. */
function scaling({ operation, inputs, shape }: Value): [Value, number] | undefined {
  if (operation !== 'Mul') return undefined;
  for (const [x, factor] of [inputs, inputs.toReversed()]) {
    const numbers = factor.attributes.values;
    if (factor.operation === 'Constant' && Array.isArray(numbers) && numbers.length === 1)
      if (sameShape(x.shape, shape)) return [x, Number(numbers[0])];
  }
  return undefined;
}

/** A product whose matrices count `alpha` times as much, and whose bias `beta` times. */
function withFactors(gemm: Value, alpha: number, beta: number): Value {
  const before = (name: string): number =>
    (gemm.attributes[name] as { float: number } | undefined)?.float ?? 1;
  const attributes = {
    ...gemm.attributes,
    alpha: { float: alpha * before('alpha') },
    beta: { float: beta * before('beta') },
  };
  return { ...gemm, attributes };
}
