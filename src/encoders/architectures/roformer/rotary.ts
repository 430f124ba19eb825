import { add, constant, matmul, mul, reshape, transpose, type Value } from '../../../autograd/index.ts';
import type { Turn } from '../bert/graph.ts';
import type { EncodeOptions } from '../graph.ts';
import type { RoFormerConfig } from './config.ts';

const BASE = 10_000;

/** The angle of a pair of coordinates of a head at a position (Su et al. 2021). */
const angle = (position: number, pair: number, size: number): number =>
  position / BASE ** ((2 * pair) / size);

/**
 * What `transformers` keeps as the weights of `embed_positions`, `[positions, size of a head]`: sines of all pairs, then
 * their cosines.
 */
export function sinusoids({ maxPositions, hiddenSize, heads }: RoFormerConfig): Float32Array {
  const size = hiddenSize / heads;
  const table = new Float32Array(maxPositions * size);
  for (let position = 0; position < maxPositions; position++) {
    for (let pair = 0; pair < size / 2; pair++) {
      table[position * size + pair] = Math.sin(angle(position, pair, size));
      table[position * size + size / 2 + pair] = Math.cos(angle(position, pair, size));
    }
  }
  return table;
}

/** x to (-x₁, x₀, -x₃, x₂…) as a matrix. */
function quarterTurn(size: number): Value {
  const matrix = new Array<number>(size * size).fill(0);
  for (let even = 0; even < size; even += 2) {
    matrix[(even + 1) * size + even] = -1;
    matrix[even * size + even + 1] = 1;
  }
  return constant(matrix, [size, size]);
}

/** Rotates each pair of coordinates of queries, keys and, if so configured, values by the angle of its position. */
export function rotaryTurn(config: RoFormerConfig, mask: Value, { layout }: EncodeOptions): Turn {
  const { maxPositions, hiddenSize, heads, rotaryValue } = config;
  const size = hiddenSize / heads;
  const [batch, length] = mask.shape;
  const table = (of: (angle: number) => number): Value => {
    const values = Array.from({ length: maxPositions * size }, (_, i) =>
      Math.fround(of(angle(Math.floor(i / size), Math.floor((i % size) / 2), size))),
    );
    const rows = layout.positions(constant(values, [maxPositions, size]), mask);
    if (rows.shape.length === 2) return rows;
    return transpose(reshape(rows, [batch, length, 1, size]), [0, 2, 1, 3]);
  };
  const [sines, cosines, quarter] = [table(Math.sin), table(Math.cos), quarterTurn(size)];
  return (x, part) => {
    // the first position alone has the angle 0
    if (x.shape[2] !== length || (part === 'value' && !rotaryValue)) return x;
    return add(mul(x, cosines), mul(matmul(x, quarter), sines));
  };
}
