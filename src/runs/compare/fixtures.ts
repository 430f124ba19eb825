import { createRandom } from '../../ground/random.ts';
import type { Example, Prediction } from '../../tasks/examples.ts';
import { tasks } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { OpenedRun } from '../opened.ts';
import type { RunRecord } from '../record.ts';
import { scorePredictions } from '../scoring.ts';

/** A run that was never on disk, for tests. */
export function imaginedRun(request: {
  readonly task: Task;
  readonly examples: readonly Example[];
  readonly predictions: readonly (Prediction | undefined)[];
  readonly model?: string;
  readonly parameters?: RunRecord['model']['parameters'];
  readonly seed?: number;
  readonly split?: RunRecord['split'];
  readonly splitRule?: string;
}): OpenedRun {
  const { task, examples, predictions, model = 'a', parameters = {}, seed = 0, split = 'test' } = request;
  const id = `${task.id}-${split}-${model}-s${seed}`;
  const record: RunRecord = {
    schema: 'chineseblue/run@1',
    id,
    task: { id: task.id, family: task.family, primary: task.primary },
    split,
    source: 'primary',
    synthetic: true,
    examples: { train: 10, dev: 2, evaluated: examples.length },
    splitRule: request.splitRule ?? 'train and dev as released',
    corpus: [],
    model: { id: model, parameters },
    seed,
    times: { startedAt: '2026-11-22T12:00:00.000Z', fitSeconds: 1, predictSeconds: 0.5 },
    environment: { chineseblue: '0', node: '24', git: null, platform: 'x', cpu: 'x', cores: 1, memoryGiB: 1 },
  };
  const scores = scorePredictions({ task, split, synthetic: true, examples, predictions });
  return { directory: `runs/${id}`, record, scores, task, examples, predictions };
}

export const taskNamed = (id: string): Task => tasks.find((task) => task.id === id)!;

/** Pairs with gold labels half 0 and half 1; every `group` neighbours share a question. */
export function imaginedPairs(count: number, group = 1): Example<'similarity'>[] {
  return Array.from({ length: count }, (_, i) => ({
    id: String(i),
    ...(group > 1 && { group: `q${Math.floor(i / group)}` }),
    input: { textA: `问题${i}`, textB: `答案${i}` },
    gold: { label: String(i % 2) },
  }));
}

/** Right with that probability. */
export function guess(
  examples: readonly Example<'similarity'>[],
  right: number,
  seed: number,
): Prediction<'similarity'>[] {
  const random = createRandom(seed, 'guess');
  return examples.map(({ gold: { label } }) => ({
    label: random.next() < right ? label : String(1 - Number(label)),
  }));
}
