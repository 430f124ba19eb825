import { isFold } from '../datasets/schemes/registry.ts';
import type { UserError } from '../ground/errors.ts';
import { bothLanguages, type Text } from '../ground/language.ts';
import { kebab } from '../ground/parameters.ts';
import { primaryScore } from '../scoring/score-sheet.ts';
import type { Interval } from '../statistics/interval.ts';
import { deviation } from '../statistics/percentiles.ts';
import type { RunRecord } from './record.ts';
import { settingOf } from './setting.ts';
import type { StoredRun } from './store.ts';

/** The primary scores of several runs on the same examples, or of one. */
export interface ScoreSummary {
  /** Of the first run. */
  readonly examples: number;
  /** Over seeds and folds. */
  readonly mean: number;
  /** Standard deviation over seeds and folds; NaN for one run. */
  readonly deviation: number;
  /**
   * Of the mean, over the evaluated independent units of all folds together: for these runs, without the variance of other
   * seeds. Absent for a single unit, and for several runs until `addIntervals` has opened them.
   */
  readonly interval?: Interval;
}

/** The runs of one model on one split of one task, or on its folds, that differ in their seed only. */
export interface Summary extends Pick<ScoreSummary, 'mean' | 'deviation' | 'interval'> {
  readonly task: string;
  /** `FOLDS` for several parts of a cross-validation. */
  readonly split: string;
  /** Its name, and how many examples it was trained on if not all of train. */
  readonly model: Text;
  /** The parameters, `c=0.1 min-df=2`, in which models of the same name on the same split differ; else empty. */
  readonly setting: string;
  /** Evaluated examples, over all folds. */
  readonly asked: number;
  readonly synthetic: boolean;
  readonly runs: readonly StoredRun[];
  /** On `all` examples, and on the named subsets on which every run was scored. */
  readonly subsets: Readonly<Record<string, ScoreSummary>>;
  /** Why several runs have no interval, where `addIntervals` could not open them. */
  readonly noInterval?: UserError;
  readonly primary: string;
  /** Means over the runs. */
  readonly fitSeconds: number;
  readonly predictSeconds: number;
}

/** How the parts of a cross-validation are named together. */
export const FOLDS = 'folds';

/** Gathers runs that differ in their seed or fold only, in the order in which they first appear. */
export function summarize(runs: readonly StoredRun[]): Summary[] {
  const groups = new Map<string, StoredRun[]>();
  for (const run of runs) {
    const { task, source, synthetic, model, corpus, examples } = run.record;
    // A part of the questions is not the same as all of them, or as a larger part.
    const asked = examples.of === undefined ? null : examples.evaluated;
    const key = JSON.stringify([
      ...[task, splitOf(run), source, synthetic, corpus, asked],
      ...[model.id, model.version, model.moduleHash, settingOf(run.record)],
    ]);
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  const all = [...groups.values()];
  const settings = settingsOf(all.map(([{ record }]) => record));
  return all.map((group, i) => ({ ...summarizeOne(group), setting: settings[i] }));
}

function summarizeOne(group: readonly StoredRun[]): Omit<Summary, 'setting'> {
  const [{ record, scores }] = group;
  const names = Object.keys(scores.subsets).filter((name) =>
    group.every((run) => name in run.scores.subsets),
  );
  const subsets = Object.fromEntries(names.map((name) => [name, scoreOver(group, name)]));
  const { mean, deviation, interval } = subsets.all;
  const asked = new Map(group.map(({ record, scores }) => [record.split, scores.coverage.asked]));
  const split = asked.size > 1 ? FOLDS : record.split;
  return {
    task: record.task.id,
    split,
    model: nameModel(record),
    asked: [...asked.values()].reduce((sum, one) => sum + one, 0),
    synthetic: record.synthetic,
    runs: group,
    ...{ mean, deviation, interval, subsets },
    primary: record.task.primary,
    fitSeconds: average(group.map((run) => run.record.times.fitSeconds)),
    predictSeconds: average(group.map((run) => run.record.times.predictSeconds)),
  };
}

function scoreOver(group: readonly StoredRun[], subset: string): ScoreSummary {
  const scores = group.map((run) => primaryScore(run.scores, subset));
  const values = scores.map(({ value }) => value);
  return {
    examples: group[0].scores.subsets[subset].examples,
    mean: average(values),
    deviation: deviation(values),
    interval: group.length === 1 ? scores[0].interval : undefined,
  };
}

const splitOf = ({ record: { split } }: StoredRun): string => (isFold(split) ? FOLDS : split);

/** What distinguishes models of one name on a split: the parameters that differ among them. */
function settingsOf(records: readonly RunRecord[]): string[] {
  const place = ({ task, split, source, model }: RunRecord): string =>
    JSON.stringify([task.id, isFold(split) ? FOLDS : split, source, model.name]);
  const settings = records.map((record) => ({ place: place(record), setting: settingOf(record) }));
  const namesakes = Map.groupBy(settings, (one) => one.place);
  return settings.map((one) => {
    const { setting } = one;
    const others = namesakes.get(one.place) ?? [];
    return Object.keys(setting)
      .filter((name) => others.some((other) => other.setting[name] !== setting[name]))
      .map((name) => `${kebab(name)}=${setting[name]}`)
      .join(' ');
  });
}

const nameModel = ({ model: { name }, examples: { train, learnt = train } }: RunRecord): Text =>
  learnt < train
    ? { en: `${name} (${learnt} of ${train})`, zh: `${name}（${learnt}/${train}）` }
    : bothLanguages(name);

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
