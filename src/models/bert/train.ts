import { architectureOf } from '../../encoders/architectures/registry.ts';
import { describeEvent } from '../../encoders/training/events.ts';
import { type Item, train } from '../../encoders/training/finetune.ts';
import type { TrainSettings } from '../../encoders/training/settings.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { withTemporaryDirectory } from '../../ground/temporary.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import type { FitRequest } from '../contract.ts';
import { predictAll } from './answer.ts';
import { type Base, initialParameters } from './base.ts';
import { chooseDecoding } from './decoding.ts';
import type { BertParameters } from './parameters.ts';
import type { Plan } from './plan.ts';

/** Maximum number of lengths that batches are padded to: more waste less padding, and cost a compiled graph each. */
const BUCKETS = 12;

export interface FineTuning<F extends FamilyId, Target, Answer> {
  readonly request: FitRequest<F, BertParameters>;
  readonly base: Base;
  readonly plan: Plan<F, Target, Answer>;
  readonly items: readonly Item<Target>[];
  /** The examples whose score after each epoch decides which weights are kept. */
  readonly dev: readonly Example<F>[];
}

/**
 * Fine-tunes encoder and head, from the last checkpoint in the request's directory where there is one. Returns all
 * parameters; a pooler that the encoder's class has and the head does not use is that of the base.
 */
export async function fineTune<F extends FamilyId, Target, Answer>({
  request,
  base,
  plan,
  items,
  dev,
}: FineTuning<F, Target, Answer>): Promise<Map<string, Tensor>> {
  const { parameters, seed, signal, onProgress } = request;
  const { head, ask } = plan;
  const initial = initialParameters(base, head, seed);
  const { isPooler } = architectureOf(base.config).parameters;
  const shapes = Array.from(initial, ([name, { shape }]) => [name, shape] as const);
  const pooler =
    head.transformersClass === undefined ? [...base.tensors].filter(([name]) => isPooler(name)) : [];
  const inputs = dev.map(({ input }) => input);
  let share = 0;
  const { weights } = await inDirectory(request, (directory) =>
    train({
      config: base.config,
      head,
      initial,
      items,
      evaluate:
        dev.length > 0
          ? async (forward, weights) =>
              plan.judgedByDecodings
                ? (await chooseDecoding(plan, { forward, weights }, dev, request)).score
                : request.score(dev, await predictAll({ ask, forward, weights }, inputs))
          : undefined,
      settings: settingsOf(parameters, seed),
      directory,
      checkpointEvery: parameters.checkpointMinutes * 60_000,
      force: request.force,
      onCopied() {
        initial.clear();
        base.tensors.clear();
      },
      onEvent(event) {
        if (event.kind === 'step') share = event.share;
        const note = describeEvent(event);
        if (note) onProgress?.(share, note);
      },
      signal,
    }),
  );
  const trained = shapes.map(([name, shape]) => [name, { shape, data: weights.get(name)! }] as const);
  return new Map<string, Tensor>([...trained, ...pooler]);
}

const settingsOf = (parameters: BertParameters, seed: number): TrainSettings => ({
  seed,
  epochs: parameters.epochs,
  batch: parameters.batchSize,
  tokens: parameters.batchTokens,
  buckets: BUCKETS,
  learningRate: parameters.learningRate,
  headLearningRate: parameters.headLearningRate,
  layerDecay: parameters.layerDecay,
  schedule: parameters.schedule,
  warmup: parameters.warmup,
  weightDecay: parameters.weightDecay,
  clip: parameters.clip,
  accumulate: parameters.accumulate,
  samples: parameters.dropoutSamples,
  rdrop: parameters.rdrop,
  adversarial: parameters.fgm,
  ema: parameters.ema,
  freeze: parameters.freeze,
  patience: parameters.patience ?? 0,
  device: parameters.device,
  threads: parameters.threads,
});

/** Runs the work in the directory of the request, else in a temporary one that is removed. */
const inDirectory = <T>(
  { directory }: Pick<FitRequest, 'directory'>,
  work: (directory: string) => Promise<T>,
): Promise<T> => (directory === undefined ? withTemporaryDirectory('bert', work) : work(directory));
