import { bothLanguages, type Text } from '../ground/language.ts';
import { type ConventionScore, primaryScore } from '../scoring/score-sheet.ts';
import type { Interval } from '../statistics/interval.ts';
import { deviation } from '../statistics/percentiles.ts';
import type { RunRecord } from './record.ts';
import type { StoredRun } from './store.ts';

/** The runs of one model on one split of one task that differ in their seed only. */
export interface Summary {
  readonly task: string;
  readonly split: string;
  /** Its name, and how many examples it learnt from where that was not all of train. */
  readonly model: Text;
  readonly synthetic: boolean;
  readonly runs: readonly StoredRun[];
  /** Over seeds, of the primary metric. */
  readonly mean: number;
  /** Standard deviation over seeds; NaN for one seed. */
  readonly deviation: number;
  /** Of the first run: the spread over examples, not over seeds. */
  readonly interval?: Interval;
  readonly primary: string;
  /** Means over the runs. */
  readonly fitSeconds: number;
  readonly predictSeconds: number;
}

/** Gathers runs that differ in their seed only, in the order in which they first appear. */
export function summarize(runs: readonly StoredRun[]): Summary[] {
  const groups = new Map<string, StoredRun[]>();
  for (const run of runs) {
    const { task, split, source, synthetic, model, corpus } = run.record;
    const key = JSON.stringify([
      ...[task, split, source, synthetic, corpus],
      ...[model.id, model.version, model.moduleHash, model.parameters],
    ]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((group) => {
    const scores: ConventionScore[] = group.map(({ scores }) => primaryScore(scores));
    const values = scores.map(({ value }) => value);
    const mean = average(values);
    const { record } = group[0];
    return {
      task: record.task.id,
      split: record.split,
      model: nameModel(record),
      synthetic: record.synthetic,
      runs: group,
      mean,
      deviation: deviation(values),
      interval: scores[0].interval,
      primary: record.task.primary,
      fitSeconds: average(group.map((run) => run.record.times.fitSeconds)),
      predictSeconds: average(group.map((run) => run.record.times.predictSeconds)),
    };
  });
}

const nameModel = ({ model: { name }, examples: { train, learnt = train } }: RunRecord): Text =>
  learnt < train
    ? { en: `${name} (${learnt} of ${train})`, zh: `${name}（${learnt}/${train}）` }
    : bothLanguages(name);

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
