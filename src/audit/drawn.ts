import type { Pass } from '../datasets/passes.ts';
import type { Example } from '../tasks/examples.ts';
import { drawPlaces, drawSample, MOST_JUDGED } from './signal.ts';
import type { Survey } from './survey.ts';

/** Examples of a split that memory does not hold, from which the simple model learns. */
const MOST_LEARNT = 5000;

/** The examples of a split from which the simple model learns: all where memory holds them, else a sample. */
export const learnFrom = async (
  split: Pass,
  survey: Survey,
  signal?: AbortSignal,
): Promise<readonly Example[]> => split.held?.examples ?? draw(split, survey, MOST_LEARNT, signal);

/** The examples of a split that are predicted: by the simple model, unless there may be more of them. */
export const judgeBy = async (
  split: Pass,
  survey: Survey,
  { most = MOST_JUDGED, signal }: { readonly most?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly Example[]> =>
  split.held ? drawSample(split.held.examples, most) : draw(split, survey, most, signal);

/** Reads a sample of a split from its file, with the units that the survey found. */
async function draw(split: Pass, survey: Survey, most: number, signal?: AbortSignal): Promise<Example[]> {
  const units = survey.unitsOf(split.name);
  const isDrawn = drawPlaces(units, most);
  const last = isDrawn.lastIndexOf(1);
  const examples: Example[] = [];
  let place = 0;
  for await (const batch of split.examples()) {
    signal?.throwIfAborted();
    for (const example of batch) {
      const unit = units[place];
      if (isDrawn[place++]) examples.push({ ...example, group: unit < 0 ? undefined : String(unit) });
    }
    if (place > last) break;
  }
  return examples;
}
