import { compile, input, matmul, type Program, transpose } from '../../../autograd/index.ts';
import { minimize } from '../optimize/lbfgs.ts';
import { crossEntropy } from './crossvalidate.ts';
import { toProbabilities } from './logistic.ts';

/** Rows of numbers, each with its answer. */
export interface DenseProblem {
  /** `rows × width`, row by row. */
  readonly values: Float32Array;
  readonly width: number;
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  /** 1 where right, 0 where wrong: `outputs` numbers a row. */
  readonly targets: Float64Array;
  readonly threads?: number;
}

export interface DenseModel {
  readonly width: number;
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  /** `outputs` numbers a column, columns one after another. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
}

/** Logistic regression on dense rows, whose columns are standardised once for any number of fits. */
export interface DenseSolver {
  /**
   * Solved by L-BFGS; weights and intercepts are those of the rows as given. `c`: inverse strength of the L2 penalty on the
   * weights of standardised columns, as in scikit-learn.
   */
  fit(options: {
    readonly c: number;
    readonly start?: DenseModel;
    readonly signal?: AbortSignal;
  }): Promise<DenseModel>;
  release(): Promise<void>;
}

/** Products are computed in single precision: beyond this the gradient of the mean loss says nothing. */
const TOLERANCE = 1e-5;
const VALUE_TOLERANCE = 1e-9;
const MAX_ITERATIONS = 500;
/** Columns that vary less are constant. */
const LEAST_VARIANCE = 1e-20;

/** `scores = X W` and `slopes = X' residuals`, X being the standardised rows. */
interface Products {
  readonly forward: Program;
  readonly backward: Program;
}

export async function openDenseSolver(problem: DenseProblem): Promise<DenseSolver> {
  const { values, width, outputs, link } = problem;
  const scaling = standardisation(values, width);
  const { forward, backward } = await compileProducts(problem, scaling);
  return {
    async fit({ c, start, signal }) {
      const at = start ? scaled(start, scaling) : new Float64Array((width + 1) * outputs);
      const { x } = await minimize(objective(problem, { forward, backward }, c), at, {
        gradientTolerance: TOLERANCE,
        valueTolerance: VALUE_TOLERANCE,
        maxIterations: MAX_ITERATIONS,
        signal,
      });
      return { width, outputs, link, ...unscaled(x, outputs, scaling) };
    },
    async release() {
      await forward.release();
      await backward.release();
    },
  };
}

async function compileProducts(
  { values, width, outputs, threads }: DenseProblem,
  { means, deviations }: Scaling,
): Promise<Products> {
  const count = values.length / width;
  const rows = values.map((value, i) => (value - means[i % width]) / deviations[i % width]);
  const x = input('rows', [count, width]);
  const options = { threads, weights: new Map([['rows', rows]]) };
  const residuals = input('residuals', [count, outputs]);
  return {
    forward: await compile({ scores: matmul(x, input('weights', [width, outputs])) }, options),
    backward: await compile({ slopes: matmul(transpose(x), residuals) }, options),
  };
}

/** Mean cross-entropy plus penalty at weights and then intercepts; losses are summed in double precision. */
function objective(
  { values, width, outputs, link, targets }: DenseProblem,
  { forward, backward }: Products,
  c: number,
) {
  const [count, size] = [values.length / width, width * outputs];
  const ridge = 1 / (c * count);
  return async (at: Float64Array, gradient: Float64Array): Promise<number> => {
    const { scores: products } = await forward.run({ weights: Float32Array.from(at.subarray(0, size)) });
    const scores = new Float64Array(count * outputs);
    for (let i = 0; i < scores.length; i++) scores[i] = Number(products[i]) + at[size + (i % outputs)];
    let value = crossEntropy(scores, targets, outputs, link);
    toProbabilities(scores, outputs, link);
    gradient.fill(0);
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (scores[i] - targets[i]) / count;
      gradient[size + (i % outputs)] += scores[i];
    }
    const { slopes } = await backward.run({ residuals: Float32Array.from(scores) });
    for (let i = 0; i < size; i++) {
      gradient[i] = Number(slopes[i]) + ridge * at[i];
      value += (ridge / 2) * at[i] * at[i];
    }
    return value;
  };
}

/** Means and standard deviations of columns; 1 for a column of equal numbers. */
interface Scaling {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

function standardisation(values: Float32Array, width: number): Scaling {
  const count = values.length / width;
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let i = 0; i < values.length; i++) means[i % width] += values[i] / count;
  for (let i = 0; i < values.length; i++) squares[i % width] += (values[i] - means[i % width]) ** 2 / count;
  return {
    means,
    deviations: squares.map((square) => (square > LEAST_VARIANCE ? Math.sqrt(square) : 1)),
  };
}

/** A model as weights of standardised columns, then intercepts. */
function scaled({ width, outputs, weights, intercepts }: DenseModel, { means, deviations }: Scaling) {
  const size = width * outputs;
  const at = new Float64Array(size + outputs);
  at.set(intercepts, size);
  for (let i = 0; i < size; i++) {
    const column = Math.floor(i / outputs);
    at[i] = weights[i] * deviations[column];
    at[size + (i % outputs)] += weights[i] * means[column];
  }
  return at;
}

function unscaled(
  at: Float64Array,
  outputs: number,
  { means, deviations }: Scaling,
): Pick<DenseModel, 'weights' | 'intercepts'> {
  const size = at.length - outputs;
  const weights = at.slice(0, size);
  const intercepts = at.slice(size);
  for (let i = 0; i < size; i++) {
    const column = Math.floor(i / outputs);
    weights[i] /= deviations[column];
    intercepts[i % outputs] -= weights[i] * means[column];
  }
  return { weights, intercepts };
}

/** Scores of every output for every row, before softmax or sigmoid. */
export function denseScores(
  { width, outputs, weights, intercepts }: DenseModel,
  values: Float32Array,
): Float64Array {
  const count = values.length / width;
  const scores = new Float64Array(count * outputs);
  for (let row = 0; row < count; row++) {
    const own = scores.subarray(row * outputs, (row + 1) * outputs);
    own.set(intercepts);
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column];
      for (let k = 0; k < outputs; k++) own[k] += value * weights[column * outputs + k];
    }
  }
  return scores;
}

/** The same as probabilities. */
export function denseProbabilities(model: DenseModel, values: Float32Array): Float64Array {
  const scores = denseScores(model, values);
  toProbabilities(scores, model.outputs, model.link);
  return scores;
}
