import * as z from 'zod';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import { createRowsBuilder, type Rows, type RowsBuilder } from '../shared/features/rows.ts';
import { assignFolds } from '../shared/folds.ts';
import { decisions, fitLogistic, type LogisticModel } from '../shared/logistic/logistic.ts';
import type { Candidates, Rule } from './shape.ts';

/** Folds for scores of dev by a model that did not see them. */
const FOLDS = 5;
/** Probabilities nearer to 0 or 1 than this count as this near. */
const LEAST = 0.01;
const MOST_LOGIT = Math.log((1 - LEAST) / LEAST);

export const stackJson = z.object({
  members: z.int().min(1),
  /** Classes with separate weights. */
  classes: z.array(z.string()),
  /** Numbers of further evidence a candidate. */
  extra: z.int().min(0),
  weights: z.array(z.number()),
  intercept: z.number(),
});

/** A logistic regression on the members' values for a candidate. */
export type Stack = z.infer<typeof stackJson>;
type Layout = Pick<Stack, 'members' | 'classes' | 'extra'>;

const widthOfShared = ({ members, extra }: Layout): number => members + (members * (members - 1)) / 2 + extra;
const widthOf = (layout: Layout): number =>
  widthOfShared(layout) + layout.classes.length * (1 + layout.members);

/** From -1 to 1 for a probability; standardised scores unchanged. */
function signal(value: number, rule: Rule): number {
  if (rule === 'order') return value;
  const inside = Math.min(1 - LEAST, Math.max(LEAST, value));
  return Math.log(inside / (1 - inside)) / MOST_LOGIT;
}

/**
 * What a candidate looks like: what every member says, the products of every two, further evidence, and for its class a
 * constant and what every member says again.
 */
function describe<F extends FamilyId>(
  layout: Layout,
  { values, extra, classes }: Candidates<F>,
  candidate: number,
  rule: Rule,
): Float64Array {
  const { members } = layout;
  const row = new Float64Array(widthOf(layout));
  const said = Array.from({ length: members }, (_, m) => signal(values[candidate * members + m], rule));
  row.set(said);
  let column = members;
  for (let a = 0; a < members; a++) for (let b = a + 1; b < members; b++) row[column++] = said[a] * said[b];
  for (let k = 0; k < layout.extra; k++) row[column++] = extra?.values[candidate * layout.extra + k] ?? 0;
  const own = layout.classes.indexOf(classes[candidate]);
  if (own >= 0) row.set([1, ...said], column + own * (1 + members));
  return row;
}

function addRow(builder: RowsBuilder, row: Float64Array): void {
  row.forEach((value, column) => {
    if (value !== 0) builder.add(column, value);
  });
  builder.endRow();
}

interface Material {
  readonly rows: Rows;
  readonly targets: Float64Array;
}

type Judged<F extends FamilyId> = readonly {
  readonly candidates: Candidates<F>;
  readonly gold: Example<F>['gold'];
}[];

/** Every candidate, right or wrong; of documents, the differences of every two of unequal grades. */
function materialOf<F extends FamilyId>(layout: Layout, judged: Judged<F>, rule: Rule): Material {
  const builder = createRowsBuilder();
  const targets: number[] = [];
  for (const { candidates, gold } of judged) {
    const right = candidates.right(gold);
    const rows = candidates.classes.map((_, i) => describe(layout, candidates, i, rule));
    for (const [i, row] of rows.entries()) {
      if (rule !== 'order') {
        addRow(builder, row);
        targets.push(right[i]);
        continue;
      }
      for (const [j, other] of rows.entries()) {
        if (!(right[i] > right[j])) continue;
        addRow(
          builder,
          row.map((value, column) => value - other[column]),
        );
        targets.push(1);
      }
    }
  }
  return { rows: builder.finish(widthOf(layout)), targets: Float64Array.from(targets) };
}

/** The training data and settings of a stack. */
export interface Stacking<F extends FamilyId> {
  readonly examples: readonly Example<F>[];
  /** Aligned with the examples. */
  readonly candidates: readonly Candidates<F>[];
  readonly members: number;
  readonly rule: Rule;
  readonly c: number;
  readonly signal?: AbortSignal;
}

/** Fits a stack on all examples, and scores every example by a stack that was not fitted on its group. */
export async function fitStack<F extends FamilyId>(
  stacking: Stacking<F>,
): Promise<{ stack: Stack; outOfFold: Float64Array[] }> {
  const { examples, candidates, rule } = stacking;
  const judged = examples.map(({ gold }, i) => ({ candidates: candidates[i], gold }));
  const layout = layoutOf(stacking);
  const folds = assignFolds(examples, FOLDS);
  const outOfFold = new Array<Float64Array>(examples.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = judged.filter((_, i) => folds[i] !== fold);
    const stack = await solve(layout, seen, stacking);
    for (const [i, one] of candidates.entries())
      if (folds[i] === fold) outOfFold[i] = probabilitiesOf(stack, one, rule);
  }
  return { stack: await solve(layout, judged, stacking), outOfFold };
}

function layoutOf<F extends FamilyId>({ candidates, members, rule }: Stacking<F>): Layout {
  const classes = [...new Set(candidates.flatMap(({ classes }) => classes))].sort();
  const extra = candidates.find((one) => one.extra)?.extra?.width ?? 0;
  return { members, classes: rule === 'order' || classes.length < 2 ? [] : classes, extra };
}

async function solve<F extends FamilyId>(
  layout: Layout,
  judged: Judged<F>,
  { rule, c, signal }: Stacking<F>,
): Promise<Stack> {
  const { rows, targets } = materialOf(layout, judged, rule);
  if (targets.length === 0)
    return { ...layout, weights: new Array<number>(rows.width).fill(0), intercept: 0 };
  const intercept = rule !== 'order';
  const { model } = await fitLogistic({
    ...{ rows, targets, outputs: 1, link: 'sigmoid', c, intercept, signal },
  });
  return { ...layout, weights: Array.from(model.weights), intercept: model.intercepts[0] ?? 0 };
}

/** Scores of candidates: probabilities, summing to 1 where only the best is answered; for documents plain scores. */
export function probabilitiesOf<F extends FamilyId>(
  { weights, intercept, ...layout }: Stack,
  candidates: Candidates<F>,
  rule: Rule,
): Float64Array {
  const builder = createRowsBuilder();
  for (const i of candidates.classes.keys()) addRow(builder, describe(layout, candidates, i, rule));
  const model: LogisticModel = {
    outputs: 1,
    link: 'sigmoid',
    weights: Float32Array.from(weights),
    intercepts: Float64Array.of(intercept),
  };
  const scores = decisions(model, builder.finish(weights.length));
  if (rule === 'order') return scores;
  const shares = scores.map((score) => 1 / (1 + Math.exp(-score)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return rule === 'best' ? shares.map((share) => share / total) : shares;
}
