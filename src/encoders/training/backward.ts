import type { Tensors } from '../../autograd/index.ts';
import { UserError } from '../../ground/errors.ts';
import type { BatchShape } from '../architectures/graph.ts';
import { architectureOf } from '../architectures/registry.ts';
import { addGradients, takeSums } from './adamw.ts';
import type { Masks } from './dropout.ts';
import type { Pool } from './kernels/pool.ts';
import type { ModelParameters } from './parameters.ts';
import { perturb } from './perturb.ts';
import { noSums, type Sums } from './record.ts';
import type { Step } from './step.ts';
import type { TrainerRequest, TrainerSettings } from './trainer.ts';

/** A batch whose first `rows` rows are examples; the others are padding. */
export interface BatchRows extends BatchShape {
  readonly rows: number;
}

/** Passes over a batch: FGM makes a second one. */
export const passesOf = ({ adversarial = 0 }: Pick<TrainerSettings, 'adversarial'>): number =>
  adversarial > 0 ? 2 : 1;

export interface Machinery {
  readonly parameters: ModelParameters;
  /** By length. */
  readonly steps: ReadonlyMap<number, Step>;
  readonly masks: Masks;
  readonly pool: Pool;
}

/**
 * Forward and backward over all batches of an update: leaves in the parameters the gradient that one batch of all their
 * examples would have, and returns the losses and tokens. Dropout masks belong to the examples: where batches of an
 * update have equal lengths, an example has the same mask in whichever it stands. FGM perturbs each batch by itself.
 */
export function createBackward<Batch extends BatchRows, Scores>(
  {
    model,
    objective,
    settings,
  }: Pick<TrainerRequest<Batch, Scores>, 'model' | 'objective'> & {
    readonly settings: Pick<TrainerSettings, 'adversarial'>;
  },
  { parameters, steps, masks, pool }: Machinery,
): (batches: readonly Batch[], update: number) => Promise<Sums> {
  const { trained, weights, summed } = parameters;
  const { adversarial = 0 } = settings;
  const passes = passesOf(settings);
  const words = trained.find(({ name }) => name === architectureOf(model.config).graph.words);
  if (adversarial > 0 && !words) throw frozenEmbeddings();

  const backward = async (batch: Batch, given: Tensors, update: number, place: Place) => {
    const step = steps.get(batch.length)!;
    const pass = (index: number) => {
      const rows = { stream: `${update * passes + index}${place.part}`, row: place.row };
      const drawn = masks.fill(step.sites, rows, pool);
      return step.run({ ...weights, ...given, ...drawn }, trained, objective.parts);
    };
    const losses = await pass(0);
    if (summed) addGradients(trained, place.isFirst, pool);
    const tokens = tokensOf(given);
    if (words && adversarial > 0) {
      const restore = perturb(words, new Set(tokens), model.config.vocabSize, adversarial);
      await pass(1);
      restore();
      addGradients(trained, false, pool);
    }
    return { losses, tokens };
  };

  return async (batches, update) => {
    const sums = { ...noSums(), updates: 1 };
    const places = placesOf(batches);
    let at = 0;
    for (const given of objective.feeds(batches)) {
      const batch = batches[at];
      const { losses, tokens } = await backward(batch, given, update, places[at++]);
      sums.loss += Number(losses.loss[0]);
      for (const name of objective.parts)
        sums.parts[name] = (sums.parts[name] ?? 0) + Number(losses[name][0]);
      sums.tokens += tokens.length;
      sums.padded += batch.batch * batch.length;
    }
    if (summed) takeSums(trained, pool);
    return sums;
  };
}

/** Where the rows of a batch stand among those of its update. */
interface Place {
  readonly isFirst: boolean;
  /** Name of the random stream after the number of the pass. */
  readonly part: string;
  readonly row: number;
}

/**
 * Where the rows of each batch stand among those of the update: batches of equal length continue one another; each
 * further length has a random stream of its own.
 */
function placesOf(batches: readonly BatchRows[]): Place[] {
  const parts = new Map<number, { name: string; rows: number }>();
  return batches.map(({ length, rows }, index) => {
    const part = parts.get(length) ?? { name: parts.size === 0 ? '' : `/${parts.size}`, rows: 0 };
    parts.set(length, part);
    const row = part.rows;
    part.rows += rows;
    return { isFirst: index === 0, part: part.name, row };
  });
}

/** The ids of the tokens of a batch, without padding. */
function tokensOf({ input_ids: ids, attention_mask: mask }: Tensors): number[] {
  const tokens: number[] = [];
  for (let i = 0; i < ids.length; i++) if (mask[i]) tokens.push(Number(ids[i]));
  return tokens;
}

const frozenEmbeddings = (): UserError =>
  new UserError('frozen-embeddings', {
    en: 'FGM perturbs the word embeddings, which are frozen',
    zh: 'FGM 需要扰动词嵌入，但词嵌入已冻结',
  });
