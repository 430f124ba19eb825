import * as z from 'zod';
import type { EmbeddingTarget } from '../../encoders/heads/embedding.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Example } from '../../tasks/examples.ts';
import { biEncoder, cosineOf, type GradedQuery, isBiEncoder } from './biencoder.ts';
import { learnLabels, learntLabels, planLabels } from './labels.ts';
import {
  definePlanner,
  type FamilyPlan,
  hideTypes,
  type Plan,
  type PlanContext,
  type Question,
} from './plan.ts';

const learntPairs = learntLabels.extend({
  /** The label of pairs that are near to each other; of a bi-encoder only. */
  positive: z.string().optional(),
  /** Cosine from which a pair has that label. */
  threshold: z.number().optional(),
});
type LearntPairs = z.infer<typeof learntPairs>;

const DEFAULT_THRESHOLD = 0.5;
/** Cosines that are tried as thresholds on dev. */
const THRESHOLDS = Array.from({ length: 56 }, (_, k) => (k - 6) / 50);
/** How steeply the probability of the positive label rises with the cosine around the threshold. */
const SLOPE = 20;

/** Whether two texts mean the same: read together, or from the cosine of their vectors. */
export const similarityPlanner = definePlanner<'similarity', LearntPairs>({
  schema: learntPairs,
  learn(examples, parameters, { positive }) {
    const learnt = learnLabels(
      examples.map(({ gold }) => gold.label),
      parameters,
    );
    return isBiEncoder(parameters) ? { ...learnt, positive } : learnt;
  },
  plan: (learnt, context) =>
    isBiEncoder(context.parameters)
      ? planVectors(learnt, context)
      : planLabels<'similarity'>(learnt, context),
});

function planVectors(learnt: LearntPairs, context: PlanContext): FamilyPlan<'similarity'> {
  const { labels, positive = labels[1], threshold = DEFAULT_THRESHOLD } = learnt;
  const negative = labels.find((label) => label !== positive) ?? positive;
  if (labels.length !== 2 || !labels.includes(positive)) throw notTwoLabels(labels);
  const { head, files, sequenceOf, items, mine } = biEncoder(context);
  const gradedOf = ({ input, gold }: Example<'similarity'>): GradedQuery => ({
    query: input.textA,
    documents: [{ text: input.textB, grade: Number(gold.label === positive) }],
  });
  const askFrom =
    (least: number): Plan<'similarity', never, Float32Array>['ask'] =>
    ({ textA, textB }): Question<'similarity', Float32Array> => ({
      sequences: [textA, textB].map(sequenceOf),
      decode([a, b]) {
        const share = 1 / (1 + Math.exp(-SLOPE * (cosineOf(a, b) - least)));
        const label = share >= 0.5 ? positive : negative;
        return { label, scores: { [negative]: 1 - share, [positive]: share } };
      },
    });
  const plan: Plan<'similarity', EmbeddingTarget, Float32Array> = {
    ...{ head, files },
    labels: [],
    items: (examples) => items(examples.map(gradedOf)),
    mine: (examples, signal) => mine(examples.map(gradedOf), signal),
    ask: askFrom(threshold),
    decodings: THRESHOLDS.map((least) => ({ learnt: { ...learnt, threshold: least }, ask: askFrom(least) })),
    judgedByDecodings: true,
  };
  return hideTypes(plan);
}

const notTwoLabels = (labels: readonly string[]): UserError =>
  new UserError(
    'not-two-labels',
    {
      en: `A threshold on cosines divides two labels, one of them positive, not ${labels.length}: ${labels.join(', ')}`,
      zh: `余弦阈值只能区分两个标签（其中之一为正类），而此处有 ${labels.length} 个：${labels.join('、')}`,
    },
    {
      field: 'objective',
      hint: { en: 'Leave objective out.', zh: '请省略 objective。' },
      exitCode: EXIT.usage,
    },
  );
