import type { Pass } from '../datasets/passes.ts';
import type { Example } from '../tasks/examples.ts';
import { drawSample, MOST_JUDGED } from './signal.ts';
import type { Placed, Survey } from './survey.ts';

/** Examples of a split that memory does not hold, from which the simple model learns. */
const MOST_LEARNT = 5000;

/** The examples of a split from which the simple model learns: all where memory holds them, else a sample. */
export const learnFrom = async (
  split: Pass,
  survey: Survey,
  signal?: AbortSignal,
): Promise<readonly Example[]> => split.held?.examples ?? draw(split, survey, MOST_LEARNT, signal);

/** The examples of a split that the simple model answers. */
export const judgeBy = async (
  split: Pass,
  survey: Survey,
  signal?: AbortSignal,
): Promise<readonly Example[]> =>
  split.held ? drawSample(split.held.examples, MOST_JUDGED) : draw(split, survey, MOST_JUDGED, signal);

/** Reads a sample of a split from its file, with the units that the survey found. */
async function draw(split: Pass, survey: Survey, most: number, signal?: AbortSignal): Promise<Example[]> {
  const drawn: readonly Placed[] = drawSample(survey.placesOf(split.name), most);
  const examples: Example[] = [];
  let place = 0;
  for await (const batch of split.examples()) {
    signal?.throwIfAborted();
    for (const example of batch) {
      const next = drawn[examples.length];
      if (next?.place === place++) examples.push({ ...example, group: next.group });
    }
    if (examples.length === drawn.length) break;
  }
  return examples;
}
