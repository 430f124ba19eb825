import { DEEPEST, decay } from './exponential.ts';
import { type AddProducts, allocateDoubles, wide } from './products.ts';

const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/**
 * Sums over all legal tag sequences of a text (Lafferty, McCallum & Pereira 2001), in scaled form.
 *
 * Tags are O, then B of every type, then I of every type. Only O and B can follow anything; I of a type
 * follows B or I of that type alone, so the products below are `tags × (types + 1)` plus two a type
 * rather than `tags²`.
 */
export interface Lattice {
  readonly types: number;
  readonly tags: number;
  /** Columns of the transition tables: `types + 1`, rounded up to a multiple of 4; the rest stays 0. */
  readonly columns: number;
  /** Tags, rounded up to a multiple of 4. */
  readonly width: number;
  /** exp(weight) from any tag (row) to O or B (column), `tags × columns`, and the other way round, `columns × width`. */
  open: Float64Array;
  openByTarget: Float64Array;
  /** exp(weight) of B → I and I → I, one per type. */
  readonly begun: Float64Array;
  readonly inside: Float64Array;
  /** State scores, `length × tags`; `forward` turns them into exponentials. */
  scores: Float64Array;
  alpha: Float64Array;
  beta: Float64Array;
  /** Exponential × beta × scale: `length × columns` for O and B, `length × types` for I. */
  ahead: Float64Array;
  aheadInside: Float64Array;
  scales: Float64Array;
  /** Expected transitions to O and B, still to be multiplied by their exponentials, `tags × columns`. */
  expected: Float64Array;
  /** The products of one position, `width`. */
  products: Float64Array;
  /** Over the tables of the lattice. */
  addProducts: AddProducts;
}

/** Bound on transition weights, as `DEEPEST` is on state scores below the best of their position: no sum can vanish. */
const STEEPEST = 300;

export function createLattice(types: number): Lattice {
  const tags = 2 * types + 1;
  const [columns, width] = [wide(types + 1), wide(tags)];
  const [begun, inside] = [new Float64Array(types), new Float64Array(types)];
  return { types, tags, columns, width, begun, inside, ...tablesFor({ tags, columns, width, types }, 0) };
}

type Sizes = Pick<Lattice, 'types' | 'tags' | 'columns' | 'width'>;

/** The tables of a lattice for texts of at most `room` positions; products are computed in one memory. */
function tablesFor({ types, tags, columns, width }: Sizes, room: number) {
  const lengths = [tags * columns, columns * width, tags * columns, width, room * tags, room * columns];
  const { arrays, addProducts } = allocateDoubles(lengths);
  const [open, openByTarget, expected, products, alpha, ahead] = arrays;
  const [scores, beta] = [0, 1].map(() => new Float64Array(room * tags));
  const [aheadInside, scales] = [new Float64Array(room * types), new Float64Array(room)];
  return {
    open,
    openByTarget,
    expected,
    products,
    alpha,
    ahead,
    scores,
    beta,
    aheadInside,
    scales,
    addProducts,
  };
}

/** Makes room for a text of `length` positions. */
export function reserve(lattice: Lattice, length: number): void {
  if (lattice.scales.length >= length) return;
  const tables = tablesFor(lattice, Math.max(512, length + (length >> 1)));
  for (const kept of ['open', 'openByTarget', 'expected'] as const) tables[kept].set(lattice[kept]);
  Object.assign(lattice, tables);
}

/** Takes transition weights, `tags × tags` with row = from; those of illegal transitions are never read. */
export function setTransitions(lattice: Lattice, weights: Float64Array): void {
  const { types, tags, columns, width } = lattice;
  const at = (from: number, to: number): number =>
    Math.exp(Math.max(-STEEPEST, Math.min(STEEPEST, weights[from * tags + to])));
  for (let from = 0; from < tags; from++) {
    for (let to = 0; to <= types; to++) {
      lattice.open[from * columns + to] = at(from, to);
      lattice.openByTarget[to * width + from] = at(from, to);
    }
  }
  for (let k = 0; k < types; k++) {
    lattice.begun[k] = at(1 + k, 1 + types + k);
    lattice.inside[k] = at(1 + types + k, 1 + types + k);
  }
}

/**
 * The forward pass over `scores`, which become exponentials relative to the best of their position.
 * Fills `alpha` (each position sums to 1) and `scales`. Returns log Z.
 */
export function forward(lattice: Lattice, length: number): number {
  const { types, tags, columns, open, begun, inside, scores, alpha, scales, products, addProducts } = lattice;
  const sums = products.byteOffset;
  let logZ = 0;
  for (let t = 0; t < length; t++) {
    const row = t * tags;
    let best = scores[row];
    for (let j = 1; j < tags; j++) if (scores[row + j] > best) best = scores[row + j];
    for (let j = 0; j < tags; j++) {
      const below = best - scores[row + j];
      scores[row + j] = decay(below < DEEPEST ? below : DEEPEST);
    }
    let sum = 0;
    if (t === 0) {
      for (let j = 0; j <= types; j++) {
        alpha[j] = scores[j];
        sum += scores[j];
      }
      for (let j = types + 1; j < tags; j++) alpha[j] = 0;
    } else {
      const before = row - tags;
      for (let j = 0; j < columns; j++) products[j] = 0;
      const a = alpha.byteOffset + before * DOUBLE;
      addProducts(
        a,
        a + tags * DOUBLE,
        DOUBLE,
        open.byteOffset,
        columns * DOUBLE,
        sums,
        sums + columns * DOUBLE,
      );
      for (let j = 0; j <= types; j++) sum += alpha[row + j] = products[j] * scores[row + j];
      for (let k = 0, b = before + 1, i = b + types, at = row + 1 + types; k < types; k++, b++, i++, at++) {
        sum += alpha[at] = (alpha[b] * begun[k] + alpha[i] * inside[k]) * scores[at];
      }
    }
    const scale = 1 / sum;
    for (let j = 0; j < tags; j++) alpha[row + j] *= scale;
    scales[t] = scale;
    logZ += best + Math.log(sum);
  }
  return logZ;
}

/**
 * The backward pass after `forward`: fills `beta`, so that `alpha × beta` are the marginals of the tags,
 * and `ahead`, so that `alpha[t-1][i] × weight(i, j) × ahead[t][j]` are those of the transitions.
 */
export function backward(lattice: Lattice, length: number): void {
  const { types, tags, columns, width, openByTarget, begun, inside, scores, beta, scales } = lattice;
  const { ahead, aheadInside, products, addProducts } = lattice;
  const sums = products.byteOffset;
  if (length === 0) return;
  beta.fill(1, (length - 1) * tags, length * tags);
  for (let t = length - 1; t > 0; t--) {
    const row = t * tags;
    const out = row - tags;
    const g = t * columns;
    const gi = t * types;
    const scale = scales[t];
    for (let j = 0; j <= types; j++) ahead[g + j] = scores[row + j] * beta[row + j] * scale;
    for (let j = types + 1; j < columns; j++) ahead[g + j] = 0;
    for (let k = 0, at = row + 1 + types; k < types; k++, at++) {
      aheadInside[gi + k] = scores[at] * beta[at] * scale;
    }
    for (let i = 0; i < width; i++) products[i] = 0;
    const a = ahead.byteOffset + g * DOUBLE;
    addProducts(
      a,
      a + (types + 1) * DOUBLE,
      DOUBLE,
      openByTarget.byteOffset,
      width * DOUBLE,
      sums,
      sums + width * DOUBLE,
    );
    for (let i = 0; i < tags; i++) beta[out + i] = products[i];
    for (let k = 0, b = out + 1; k < types; k++, b++) {
      beta[b] += begun[k] * aheadInside[gi + k];
      beta[b + types] += inside[k] * aheadInside[gi + k];
    }
  }
}

/**
 * Adds the expected transitions of a text, still to be multiplied by the transition's exponential, to the lattice's
 * `expected`, and to `begun` and `inside`.
 */
export function addTransitions(
  lattice: Lattice,
  length: number,
  begun: Float64Array,
  inside: Float64Array,
): void {
  const { types, tags, columns, alpha, ahead, aheadInside, expected, addProducts } = lattice;
  if (length < 2) return;
  const [step, row] = [tags * DOUBLE, columns * DOUBLE];
  for (let i = 0; i < tags; i++) {
    const a = alpha.byteOffset + i * DOUBLE;
    const y = expected.byteOffset + i * row;
    addProducts(a, a + (length - 1) * step, step, ahead.byteOffset + row, row, y, y + row);
  }
  for (let at = 1; at < length; at++) {
    const a = (at - 1) * tags + 1;
    const g = at * types;
    for (let k = 0; k < types; k++) {
      begun[k] += alpha[a + k] * aheadInside[g + k];
      inside[k] += alpha[a + types + k] * aheadInside[g + k];
    }
  }
}
