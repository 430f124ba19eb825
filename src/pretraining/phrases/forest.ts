import { createRandom, type Random, shuffle } from '../../ground/random.ts';

/** A table of numbers with `width` columns, row by row. */
export interface Table {
  readonly width: number;
  readonly values: Float64Array;
}

/** A decision tree in flat arrays: node 0 is the root; `feature` is -1 at a leaf. */
interface Tree {
  readonly feature: number[];
  /** Threshold of a split, or share of positives in a leaf. */
  readonly value: number[];
  /** Node for rows up to the threshold; the node for the others follows it. */
  readonly below: number[];
}

export interface Forest {
  readonly trees: readonly Tree[];
  readonly width: number;
}

export interface ForestOptions {
  readonly trees: number;
  /** Positives, and as many other rows, that each tree is trained on. */
  readonly sample: number;
  readonly seed: number;
}

export const FOREST_DEFAULTS: ForestOptions = { trees: 200, sample: 150, seed: 0 };

const MIN_LEAF = 2;

/**
 * Learns from positive rows only (Shang et al. 2018, AutoPhrase): every tree is grown to the end on a small sample of
 * positives and one of all other rows, most of which are negative; the share of trees that vote positive is the
 * quality. A small sample contains few wrong negatives, and many trees outvote them.
 * Needs at least one positive row and one other row.
 */
export function fitForest(
  table: Table,
  positives: readonly number[],
  choices: Partial<ForestOptions> = {},
): Forest {
  const { trees, sample, seed } = { ...FOREST_DEFAULTS, ...choices };
  const rows = table.values.length / table.width;
  const isPositive = new Uint8Array(rows);
  for (const row of positives) isPositive[row] = 1;
  const others: number[] = [];
  for (let row = 0; row < rows; row++) if (!isPositive[row]) others.push(row);
  return {
    width: table.width,
    trees: Array.from({ length: trees }, (_, tree) => {
      const random = createRandom(seed, `tree ${tree}`);
      const draw = [...drawSome(positives, sample, random), ...drawSome(others, sample, random)];
      return growTree(table, isPositive, draw, random);
    }),
  };
}

/** `count` items without repetition, or all of them where there are fewer. */
function drawSome(items: readonly number[], count: number, random: Random): number[] {
  if (items.length <= count * 4) return shuffle([...items], random).slice(0, count);
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(items[random.below(items.length)]);
  return [...drawn];
}

/** A tree of Gini splits, each over √width random features. */
function growTree({ width, values }: Table, isPositive: Uint8Array, draw: number[], random: Random): Tree {
  const tree: Tree = { feature: [], value: [], below: [] };
  const considered = Math.max(1, Math.round(Math.sqrt(width)));
  const addNode = (): number => {
    tree.feature.push(-1);
    tree.value.push(0);
    tree.below.push(-1);
    return tree.feature.length - 1;
  };
  const grow = (node: number, rows: number[]): void => {
    const total = rows.reduce((sum, row) => sum + isPositive[row], 0);
    tree.value[node] = total / rows.length;
    if (total === 0 || total === rows.length || rows.length < 2 * MIN_LEAF) return;
    let best = { impurity: Number.POSITIVE_INFINITY, feature: -1, threshold: 0 };
    const features = shuffle(
      Array.from({ length: width }, (_, feature) => feature),
      random,
    );
    for (const [tried, feature] of features.entries()) {
      // More features are tried only while none splits at all.
      if (tried >= considered && best.feature >= 0) break;
      const sorted = rows.toSorted((a, b) => values[a * width + feature] - values[b * width + feature]);
      for (let i = 1, positive = 0; i < sorted.length; i++) {
        positive += isPositive[sorted[i - 1]];
        const [low, high] = [values[sorted[i - 1] * width + feature], values[sorted[i] * width + feature]];
        if (low === high || i < MIN_LEAF || sorted.length - i < MIN_LEAF) continue;
        const impurity = gini(positive, i) + gini(total - positive, sorted.length - i);
        if (impurity < best.impurity) best = { impurity, feature, threshold: low + (high - low) / 2 };
      }
    }
    if (best.feature < 0) return;
    const goesBelow = (row: number): boolean => values[row * width + best.feature] <= best.threshold;
    tree.feature[node] = best.feature;
    tree.value[node] = best.threshold;
    tree.below[node] = addNode();
    addNode();
    grow(tree.below[node], rows.filter(goesBelow));
    grow(
      tree.below[node] + 1,
      rows.filter((row) => !goesBelow(row)),
    );
  };
  grow(addNode(), draw);
  return tree;
}

/** Gini impurity times the number of rows. */
const gini = (positive: number, rows: number): number => (2 * positive * (rows - positive)) / rows;

/** The mean share of positives in the leaves that a row falls into, 0 to 1. */
export function forestQuality({ trees, width }: Forest, values: Float64Array, row: number): number {
  let sum = 0;
  for (const { feature, value, below } of trees) {
    let node = 0;
    while (feature[node] >= 0) {
      node = values[row * width + feature[node]] <= value[node] ? below[node] : below[node] + 1;
    }
    sum += value[node];
  }
  return sum / trees.length;
}
