import type * as z from 'zod';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import type { Head, TrainableHead } from '../../encoders/heads/head.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import { UserError } from '../../ground/errors.ts';
import type { Random } from '../../ground/random.ts';
import type { Example, FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { BertParameters } from './parameters.ts';

/** The context of a plan, both when a model is fitted and when it is loaded. */
export interface PlanContext {
  readonly tokenizer: Tokenizer;
  readonly config: EncoderConfig;
  readonly parameters: BertParameters;
}

/** The sequences to read for one input, and how the head's answers to them become a prediction. */
export interface Question<F extends FamilyId, Answer> {
  readonly sequences: readonly Sequence[];
  decode(answers: readonly Answer[], parameter: (name: string) => Float32Array): Prediction<F>;
}

/** Another way to decode the same answers, and the fitted state to keep with it. */
export interface Decoding<F extends FamilyId, Answer> {
  readonly learnt: unknown;
  ask(input: Input<F>): Question<F, Answer>;
}

/**
 * How a BERT is trained on a family and answers it. `Target` is what the head learns for a sequence, `Answer` what it
 * predicts for one.
 */
export interface Plan<F extends FamilyId, Target, Answer> {
  readonly head: TrainableHead<Target, Answer>;
  /** Names of the outputs of the head, for `id2label`. */
  readonly labels: readonly string[];
  /** Number of token types in its sequences; absent: no more than a BERT has. */
  readonly tokenTypes?: number;
  /** Files that configure the fine-tuned model for `sentence-transformers`; absent: those of the base model. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  items(examples: readonly Example<F>[]): Item<Target>[];
  /** Training items used instead of `items` when further texts are mined: hard negatives. */
  mine?(examples: readonly Example<F>[], signal?: AbortSignal): Promise<Item<Target>[]>;
  /** Items of augmented copies of the examples. */
  copy?(examples: readonly Example<F>[], random: Random): Item<Target>[];
  ask(input: Input<F>): Question<F, Answer>;
  /** Decodings to choose from by their score on dev; their questions have the same sequences as `ask`. */
  readonly decodings?: readonly Decoding<F, Answer>[];
  /** The weights to keep are chosen by the best decoding of every epoch, not by `ask`. */
  readonly judgedByDecodings?: boolean;
}

/** A plan whose `Target` and `Answer` are known only inside of it, so that plans of all families have one type. */
export interface FamilyPlan<F extends FamilyId>
  extends Pick<Plan<F, never, unknown>, 'labels' | 'tokenTypes' | 'files'> {
  readonly head: Head<unknown>;
  /** Calls a function that works for any `Target` and `Answer`, and returns its result. */
  use<Result>(work: <Target, Answer>(plan: Plan<F, Target, Answer>) => Result): Result;
}

export const hideTypes = <F extends FamilyId, Target, Answer>(
  plan: Plan<F, Target, Answer>,
): FamilyPlan<F> => ({
  head: plan.head,
  labels: plan.labels,
  tokenTypes: plan.tokenTypes,
  files: plan.files,
  use: (work) => work(plan),
});

/** A family in terms of BERT: what to remember of the training examples, and the plan that follows from it. */
export interface Planner<F extends FamilyId> {
  /** Plain JSON, kept with the weights. */
  learn(examples: readonly Example<F>[], parameters: BertParameters, task: Task): Promise<unknown>;
  /** Throws a UserError `bad-model` if `learnt` is not what `learn` returned. */
  plan(learnt: unknown, context: PlanContext): Promise<FamilyPlan<F>>;
}

export interface PlannerDefinition<F extends FamilyId, Learnt> {
  readonly schema: z.ZodType<Learnt>;
  learn(examples: readonly Example<F>[], parameters: BertParameters, task: Task): Learnt | Promise<Learnt>;
  plan(learnt: Learnt, context: PlanContext): FamilyPlan<F> | Promise<FamilyPlan<F>>;
}

/** A planner that validates the fitted state against its schema, to detect a damaged folder. */
export const definePlanner = <F extends FamilyId, Learnt>({
  schema,
  learn,
  plan,
}: PlannerDefinition<F, Learnt>): Planner<F> => ({
  learn: async (examples, parameters, task) => learn(examples, parameters, task),
  async plan(learnt, context) {
    const result = schema.safeParse(learnt);
    if (result.success) return plan(result.data, context);
    throw damagedModel(['learnt', ...result.error.issues[0].path]);
  },
});

/** A UserError `bad-model` for a part of `chineseblue.json`. */
export const damagedModel = (path: readonly PropertyKey[]): UserError =>
  new UserError(
    'bad-model',
    {
      en: 'The fitted state of this model is damaged or from another version',
      zh: '模型拟合得到的内容已损坏，或来自其他版本',
    },
    {
      field: path.map(String).join('.'),
      hint: {
        en: 'Fine-tune the model again, or copy the file again.',
        zh: '请重新微调，或重新复制该文件。',
      },
    },
  );

/** The first of equals. */
export function argmax(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}
