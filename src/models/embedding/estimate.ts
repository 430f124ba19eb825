import type { FamilyId, Input } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Estimate, FitRequest } from '../contract.ts';
import { partTexts } from '../shared/parts.ts';
import { estimateOf, estimateText } from '../shared/services/estimate.ts';
import type { EmbeddingParameters } from './parameters.ts';
import { endpointOf, isServed, TEXTS_PER_CALL } from './served.ts';

/**
 * The cost of the vectors of a service for all training and evaluation texts, whether they are cached or not.
 * Nothing is sent.
 */
export async function estimateServed(
  { task, train, dev, parameters }: FitRequest<FamilyId, EmbeddingParameters>,
  inputs: readonly Input[],
): Promise<Estimate | undefined> {
  if (!isServed(parameters)) return undefined;
  const endpoint = await endpointOf(parameters);
  const { head, prompt, textsPerCall = TEXTS_PER_CALL } = parameters;
  const tuned = dev.length > 0 ? dev : train;
  const family = familyOf(task);
  // Rankings by the cosine learn nothing.
  const trained = family.inputShape === 'documents' ? [] : head === 'cosine' ? tuned : [...train, ...dev];
  const texts = new Set(
    [...trained.map(({ input }) => input), ...inputs].flatMap((input) => partTexts(task, input)),
  );
  let tokens = 0;
  for (const text of texts) tokens += estimateText(prompt + text);
  const promptTokens = Math.ceil(tokens);
  const calls = Math.ceil(texts.size / textsPerCall);
  return estimateOf(endpoint, { destination: endpoint.url, calls, promptTokens, mostCompletionTokens: 0 });
}
