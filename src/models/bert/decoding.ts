import type { Forward } from '../../encoders/inference/forward.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import type { FitRequest } from '../contract.ts';
import { type Answering, predictAll } from './answer.ts';
import type { Plan } from './plan.ts';

/** The chosen decoding, the fitted state to keep with it, and its score on dev. */
export interface ChosenDecoding<F extends FamilyId, Answer> extends Pick<Plan<F, never, Answer>, 'ask'> {
  readonly score: number;
  readonly learnt?: unknown;
}

/** The decoding of the plan with the best score on dev; the usual one if there is no dev or no choice. */
export async function chooseDecoding<F extends FamilyId, Answer>(
  { ask, decodings = [] }: Pick<Plan<F, never, Answer>, 'ask' | 'decodings'>,
  { forward, weights }: Omit<Answering<F, Answer>, 'ask'>,
  dev: readonly Example<F>[],
  { score, signal }: Pick<FitRequest<F>, 'score' | 'signal'>,
): Promise<ChosenDecoding<F, Answer>> {
  let best: ChosenDecoding<F, Answer> = { score: Number.NEGATIVE_INFINITY, ask };
  if (dev.length === 0 || decodings.length === 0) return best;
  const inputs = dev.map(({ input }) => input);
  const sequences = inputs.flatMap((input) => ask(input).sequences);
  const answers = await forward(sequences, { ...(signal && { signal }) });
  const replay: Forward<Answer> = async (_, run) => {
    for (const [index, answer] of answers.entries()) run?.onAnswer?.(index, answer);
    return answers;
  };
  for (const decoding of decodings) {
    const predictions = await predictAll({ ...decoding, forward: replay, weights }, inputs);
    const own = score(dev, predictions);
    if (own > best.score) best = { ...decoding, score: own };
  }
  return best;
}
