import { DEEPEST, decay } from './exponential.ts';

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
  /** exp(weight) from any tag (row) to O or B (column), row by row and column by column. */
  readonly open: Float64Array;
  readonly openByTarget: Float64Array;
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
}

/** Bound on transition weights, as `DEEPEST` is on state scores below the best of their position: no sum can vanish. */
const STEEPEST = 300;

export function createLattice(types: number): Lattice {
  const tags = 2 * types + 1;
  const columns = (types + 4) & ~3;
  const none = new Float64Array(0);
  return {
    types,
    tags,
    columns,
    open: new Float64Array(tags * columns),
    openByTarget: new Float64Array(tags * columns),
    begun: new Float64Array(types),
    inside: new Float64Array(types),
    scores: none,
    alpha: none,
    beta: none,
    ahead: none,
    aheadInside: none,
    scales: none,
  };
}

/** Makes room for a text of `length` positions. */
export function reserve(lattice: Lattice, length: number): void {
  if (lattice.scales.length >= length) return;
  const room = Math.max(512, length + (length >> 1));
  lattice.scores = new Float64Array(room * lattice.tags);
  lattice.alpha = new Float64Array(room * lattice.tags);
  lattice.beta = new Float64Array(room * lattice.tags);
  lattice.ahead = new Float64Array(room * lattice.columns);
  lattice.aheadInside = new Float64Array(room * lattice.types);
  lattice.scales = new Float64Array(room);
}

/** Takes transition weights, `tags × tags` with row = from; those of illegal transitions are never read. */
export function setTransitions(lattice: Lattice, weights: Float64Array): void {
  const { types, tags, columns } = lattice;
  const at = (from: number, to: number): number =>
    Math.exp(Math.max(-STEEPEST, Math.min(STEEPEST, weights[from * tags + to])));
  for (let from = 0; from < tags; from++) {
    for (let to = 0; to <= types; to++) {
      lattice.open[from * columns + to] = at(from, to);
      lattice.openByTarget[to * tags + from] = at(from, to);
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
  const { types, tags, columns, openByTarget, begun, inside, scores, alpha, scales } = lattice;
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
      for (let j = 0; j < columns; j += 4) {
        const r0 = j * tags;
        const r1 = r0 + tags;
        const r2 = r1 + tags;
        const r3 = r2 + tags;
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        for (let i = 0; i < tags; i++) {
          const a = alpha[before + i];
          s0 += a * openByTarget[r0 + i];
          s1 += a * openByTarget[r1 + i];
          s2 += a * openByTarget[r2 + i];
          s3 += a * openByTarget[r3 + i];
        }
        sum += alpha[row + j] = s0 * scores[row + j];
        if (j < types) sum += alpha[row + j + 1] = s1 * scores[row + j + 1];
        if (j + 1 < types) sum += alpha[row + j + 2] = s2 * scores[row + j + 2];
        if (j + 2 < types) sum += alpha[row + j + 3] = s3 * scores[row + j + 3];
      }
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
  const { types, tags, columns, open, begun, inside, scores, beta, ahead, aheadInside, scales } = lattice;
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
    // the sums of four tags stay in registers, each number of `ahead` is read once for them
    let i = 0;
    for (; i + 3 < tags; i += 4) {
      const m0 = i * columns;
      const m1 = m0 + columns;
      const m2 = m1 + columns;
      const m3 = m2 + columns;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j <= types; j++) {
        const a = ahead[g + j];
        s0 += open[m0 + j] * a;
        s1 += open[m1 + j] * a;
        s2 += open[m2 + j] * a;
        s3 += open[m3 + j] * a;
      }
      beta[out + i] = s0;
      beta[out + i + 1] = s1;
      beta[out + i + 2] = s2;
      beta[out + i + 3] = s3;
    }
    for (; i < tags; i++) {
      let sum = 0;
      for (let j = 0, m = i * columns; j <= types; j++, m++) sum += open[m] * ahead[g + j];
      beta[out + i] = sum;
    }
    for (let k = 0, b = out + 1; k < types; k++, b++) {
      beta[b] += begun[k] * aheadInside[gi + k];
      beta[b + types] += inside[k] * aheadInside[gi + k];
    }
  }
}

/**
 * Adds the expected transitions of a text, still to be multiplied by the transition's exponential, to
 * `open` (`tags × columns`), `begun` and `inside`. Four positions at a time: the sums stay in registers.
 */
export function addTransitions(
  lattice: Lattice,
  length: number,
  open: Float64Array,
  begun: Float64Array,
  inside: Float64Array,
): void {
  const { types, tags, columns, alpha, ahead, aheadInside } = lattice;
  let t = 1;
  for (; t + 3 < length; t += 4) {
    const a0 = (t - 1) * tags;
    const a1 = a0 + tags;
    const a2 = a1 + tags;
    const a3 = a2 + tags;
    const g0 = t * columns;
    const g1 = g0 + columns;
    const g2 = g1 + columns;
    const g3 = g2 + columns;
    for (let i = 0, m = 0; i < tags; i++) {
      const p0 = alpha[a0 + i];
      const p1 = alpha[a1 + i];
      const p2 = alpha[a2 + i];
      const p3 = alpha[a3 + i];
      for (let j = 0; j < columns; j++, m++) {
        open[m] += p0 * ahead[g0 + j] + p1 * ahead[g1 + j] + (p2 * ahead[g2 + j] + p3 * ahead[g3 + j]);
      }
    }
  }
  for (; t < length; t++) {
    const a = (t - 1) * tags;
    const g = t * columns;
    for (let i = 0, m = 0; i < tags; i++) {
      const p = alpha[a + i];
      for (let j = 0; j < columns; j++, m++) open[m] += p * ahead[g + j];
    }
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
