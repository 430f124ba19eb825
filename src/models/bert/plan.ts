import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import type { TrainableHead } from '../../encoders/heads/head.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import type { Random } from '../../ground/random.ts';
import type { Example, FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { Parameters } from '../contract.ts';

/** What a plan is made from, when a model is fitted and again when it is loaded. */
export interface PlanContext {
  readonly tokenizer: Tokenizer;
  readonly config: EncoderConfig;
  readonly maxLength: number;
  readonly parameters: Parameters;
}

/** Sequences to read for one input, and how their answers become a prediction. */
export interface Question<F extends FamilyId, Answer> {
  readonly sequences: readonly Sequence[];
  decode(answers: readonly Answer[], parameter: (name: string) => Float32Array): Prediction<F>;
}

/** How a family is taught to a BERT and asked. `learnt` is what the examples gave: plain JSON, kept with the weights. */
export interface Plan<F extends FamilyId, Target = unknown, Answer = unknown> {
  readonly head: TrainableHead<Target, Answer>;
  /** Names of the outputs of the head, for `id2label`. */
  readonly labels: readonly string[];
  /** How many token types its sequences have; absent: as many as a BERT has. */
  readonly tokenTypes?: number;
  /** Whether the head learns from nothing while the encoder is pretrained and wants a higher rate. */
  readonly eager: boolean;
  items(examples: readonly Example<F>[]): Item<Target>[];
  /** Items of altered copies of the examples, from which the same can be learnt. */
  copy?(examples: readonly Example<F>[], random: Random): Item<Target>[];
  ask(input: Input<F>): Question<F, Answer>;
}

/** A family in terms of BERT: what to remember of the training examples, and the plan that follows. */
export interface Planner<F extends FamilyId, Learnt> {
  learn(examples: readonly Example<F>[], parameters: Parameters): Learnt;
  /**
   * What training does not tell and answers on dev do: alternatives to `learnt` that differ in nothing but how answers are
   * decoded. The one that scores best is kept.
   */
  alternatives?(learnt: Learnt, parameters: Parameters): readonly Learnt[];
  plan(learnt: Learnt, context: PlanContext): Plan<F, never, never>;
}

/** The first of equals. */
export function argmax(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}
