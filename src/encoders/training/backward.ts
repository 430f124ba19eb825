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

export interface TrainingParts {
  readonly parameters: ModelParameters;
  /** By length. */
  readonly steps: ReadonlyMap<number, Step>;
  readonly masks: Masks;
  readonly pool: Pool;
}

/**
 * Forward and backward over all batches of an update: leaves in the parameters the gradient that one batch of all their
 * examples would have, and returns the losses and tokens. Dropout masks belong to the examples: where batches of an
 * update have equal lengths, an example has the same mask in any of them. FGM perturbs the word embeddings once per
 * update, along the gradient of all its batches.
 */
export function createBackward<Batch extends BatchRows, Scores>(
  {
    model,
    objective,
    settings,
  }: Pick<TrainerRequest<Batch, Scores>, 'model' | 'objective'> & {
    readonly settings: Pick<TrainerSettings, 'adversarial'>;
  },
  { parameters, steps, masks, pool }: TrainingParts,
): (batches: readonly Batch[], update: number) => Promise<Sums> {
  const { trained, weights, summed } = parameters;
  const { adversarial = 0 } = settings;
  const passes = passesOf(settings);
  const words = trained.find(({ name }) => name === architectureOf(model.config).graph.words);
  if (adversarial > 0 && !words) throw frozenEmbeddings();

  /** One pass over all batches of an update; adds their gradients up where there are several passes or batches. */
  const runAll = async (batches: readonly Batch[], update: number, index: number): Promise<Ran> => {
    const sums = { ...noSums(), updates: 1 };
    const tokens = new Set<number>();
    const places = placesOf(batches);
    let at = 0;
    for (const given of objective.feeds(batches)) {
      const batch = batches[at];
      const place = places[at++];
      const step = steps.get(batch.length)!;
      const rows = { stream: `${update * passes + index}${place.part}`, row: place.row };
      const drawn = masks.fill(step.sites, rows, pool);
      const losses = await step.run({ ...weights, ...given, ...drawn }, trained, objective.parts);
      if (summed) addGradients(trained, index === 0 && place.isFirst, pool);
      const ids = tokensOf(given);
      for (const id of ids) tokens.add(id);
      sums.loss += Number(losses.loss[0]);
      for (const name of objective.parts)
        sums.parts[name] = (sums.parts[name] ?? 0) + Number(losses[name][0]);
      sums.tokens += ids.length;
      sums.padded += batch.batch * batch.length;
    }
    return { sums, tokens };
  };

  return async (batches, update) => {
    const { sums, tokens } = await runAll(batches, update, 0);
    if (words && adversarial > 0) {
      const { value, gradient, sum = gradient } = words;
      const restore = perturb(value, sum, tokens, model.config.vocabSize, adversarial);
      await runAll(batches, update, 1);
      restore();
    }
    if (summed) takeSums(trained, pool);
    return sums;
  };
}

/** The result of one pass over the batches of an update: its losses, and the ids that occur. */
interface Ran {
  readonly sums: Sums;
  readonly tokens: ReadonlySet<number>;
}

/** The offsets of the rows of a batch among those of its update. */
interface Place {
  readonly isFirst: boolean;
  /** Name of the random stream after the number of the pass. */
  readonly part: string;
  readonly row: number;
}

/**
 * The position of the rows of each batch among those of the update: batches of equal length continue one another; each
 * further length has a separate random stream.
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
