import { add } from './elementwise.ts';
import { GraphError } from './errors.ts';
import { reshape, zeros } from './movement.ts';
import { sum } from './reduction.ts';
import { RULES } from './rules.ts';
import { constant, sameShape, shapeError, type Value } from './value.ts';

/** Every value that these depend on, each once, in topological order. */
export function sorted(results: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const stack = results.map((value) => ({ value, next: 0 })).reverse();
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (top.next === 0 && seen.has(top.value)) {
      stack.pop();
    } else if (top.next < top.value.inputs.length) {
      seen.add(top.value);
      const input = top.value.inputs[top.next++];
      if (!seen.has(input)) stack.push({ value: input, next: 0 });
    } else {
      seen.add(top.value);
      order.push(top.value);
      stack.pop();
    }
  }
  return order;
}

/**
 * Gradients of a scalar with respect to values that it is computed from: inputs or intermediate results.
 * Each has the shape of its value, and is zero where the loss does not depend on it.
 * Reverse mode: every value passes its cotangent on to its inputs, by the rule of its operation.
 *
 * @example
 * ```ts
 * import { compute, grad, input, mul, sum } from 'chineseblue/autograd';
 *
 * const x = input('x', [2]);
 * const [gradient] = grad(sum(mul(x, x)), [x]);
 * await compute(gradient, { x: Float32Array.of(3, 4) }); // [6, 8]
 * ```
 */
export function grad(loss: Value, parameters: readonly Value[]): Value[] {
  if (loss.shape.length > 0) throw shapeError('grad', [loss], 'is no scalar: reduce it first');
  const order = sorted([loss]);
  const wanted = new Set(parameters);
  const leads = new Set<Value>();
  for (const value of order)
    if (wanted.has(value) || value.inputs.some((input) => leads.has(input))) leads.add(value);

  const cotangents = new Map<Value, Value>([[loss, constant(1)]]);
  for (const value of order.reverse()) {
    const cotangent = cotangents.get(value);
    if (!cotangent || !leads.has(value) || value.inputs.length === 0) continue;
    const parts = ruleOf(value)(cotangent, value, ...value.inputs);
    value.inputs.forEach((input, i) => {
      const part = leads.has(input) ? parts[i] : null;
      if (!part) return;
      const fitted = unbroadcast(part, input);
      const before = cotangents.get(input);
      cotangents.set(input, before ? add(before, fitted) : fitted);
    });
  }
  return parameters.map((parameter) => cotangents.get(parameter) ?? zeros(parameter.shape));
}

function ruleOf(value: Value): (typeof RULES)[string] {
  const rule = RULES[value.operation];
  if (!rule) throw new GraphError(`${value.operation}: there is no gradient rule`);
  return rule;
}

/** Sums a cotangent over the axes along which its value was broadcast. */
function unbroadcast(cotangent: Value, value: Value): Value {
  if (sameShape(cotangent.shape, value.shape)) return cotangent;
  const added = cotangent.shape.length - value.shape.length;
  const axes = cotangent.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || value.shape[axis - added] === 1);
  const repeated = axes.filter((axis) => cotangent.shape[axis] !== 1);
  return reshape(sum(cotangent, repeated, true), value.shape);
}
