import { unitsOf } from '../datasets/units.ts';
import type { Text } from '../ground/language.ts';
import { answered, countUnits, narrowTo } from '../scoring/units.ts';
import { bootstrap, type Value } from '../statistics/bootstrap.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Example } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Element } from '../tasks/families/view.ts';
import { REPORT_RESAMPLES } from './classes.ts';
import type { Answered, Answers, Shown } from './run-errors.ts';

/** One bar of a breakdown. */
export interface Slice {
  readonly name: Text;
  /** Number of examples, or of gold elements. */
  readonly count: number;
  readonly value: Interval;
}

/** A score by one property of the examples. */
export interface Breakdown {
  readonly id: 'length' | 'frequency' | 'speaker';
  readonly title: Text;
  /** What the bars show and what `count` counts. */
  readonly note: Text;
  readonly slices: readonly Slice[];
}

const LENGTH_SLICES = 5;
/** Upper ends of the bands of frequency in the training data, inclusive. */
const FREQUENCY_BANDS = [0, 2, 10, 100, Number.POSITIVE_INFINITY] as const;
const OPTIONS = { resamples: REPORT_RESAMPLES, seed: 1 } as const;

/** The primary score by the length of all texts of an example, in slices of about equal size. */
export function byLength(run: Answered): Breakdown | undefined {
  const { task, examples } = run;
  const family = familyOf(task);
  const convention = family.conventions.find(({ id }) => id === task.primary);
  const metric = convention?.metric(task);
  if (!metric || 'whole' in metric) return undefined;
  const answers = answered(task, examples, run.predictions);
  const lengths = examples.map(({ input }) =>
    family.texts(input).reduce((sum, text) => sum + text.length, 0),
  );
  const sorted = [...lengths].sort((a, b) => a - b);
  const ends = Array.from(
    { length: LENGTH_SLICES },
    (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / LENGTH_SLICES) - 1],
  );
  const edges = [...new Set(ends)];
  const slices = edges.map((end, i): Slice => {
    const from = i === 0 ? sorted[0] : edges[i - 1] + 1;
    const chosen = examples.flatMap((_, index) =>
      lengths[index] >= from && lengths[index] <= end ? [index] : [],
    );
    const units = unitsOf(chosen.map((index) => examples[index]));
    const members = units.map((unit) => unit.map((member) => answers[chosen[member]]));
    const { width, value, supports, ...narrow } = narrowTo(metric, members);
    const counts = countUnits({ width, ...narrow }, members);
    const name = from === end ? `${from}` : `${from}–${end}`;
    return {
      name: { en: name, zh: name },
      count: chosen.length,
      value: bootstrap(counts, width, value, { ...OPTIONS, supports }),
    };
  });
  return {
    id: 'length',
    title: { en: 'By text length', zh: '按文本长度' },
    note: { en: 'Primary score; characters of all texts of an example', zh: '主指标；样本全部文本的字符数' },
    slices,
  };
}

/**
 * Recall by how often the training data held the same mention, name, label or pair.
 * Undefined without training examples and for families without elements.
 */
export function byFrequency(
  run: Answered,
  shown: Shown,
  answers: Answers,
  train: readonly Example[],
): Breakdown | undefined {
  const { view } = familyOf(run.task);
  if (train.length === 0) return undefined;
  const carries = ({ surface, label }: Element): string => (surface === '' ? label : surface);
  const frequency = new Map<string, number>();
  for (const { gold, input } of train) {
    for (const element of view.side(gold, input).elements) {
      const key = carries(element);
      frequency.set(key, (frequency.get(key) ?? 0) + 1);
    }
  }
  const bandOf = (element: Element): number =>
    FREQUENCY_BANDS.findIndex((end) => (frequency.get(carries(element)) ?? 0) <= end);
  const names = FREQUENCY_BANDS.map((end, i) => {
    const from = i === 0 ? 0 : FREQUENCY_BANDS[i - 1] + 1;
    if (end === Number.POSITIVE_INFINITY) return `${from}+`;
    return from === end ? `${from}` : `${from}–${end}`;
  });
  const slices = recallBy(
    run,
    shown,
    answers,
    (element) => String(bandOf(element)),
    names.map((_, i) => String(i)),
  );
  return {
    id: 'frequency',
    title: { en: 'By frequency in the training data', zh: '按训练数据中的频次' },
    note: {
      en: 'Recall of gold, by how often the training data contain the same mention, name, label or pair',
      zh: '金标召回率；按相同的提及、名称、标签或主宾语在训练数据中的出现次数',
    },
    slices: slices.map((slice) => ({
      ...slice,
      name: { en: names[Number(slice.name.en)], zh: names[Number(slice.name.en)] },
    })),
  };
}

/** Recall by speaker, where gold marks mentions in turns. */
export function bySpeaker(run: Answered, shown: Shown, answers: Answers): Breakdown | undefined {
  if (!shown.gold.some(({ marks }) => marks && marks.length > 0)) return undefined;
  const speakersOf = (element: Element, i: number): string => {
    const marks = shown.gold[i].marks?.filter(({ surface }) => surface === element.surface) ?? [];
    const who = new Set(marks.map(({ span }) => shown.blocks[i][span!.block].who ?? '?'));
    return [...who].sort().join(' + ');
  };
  const slices = recallBy(run, shown, answers, speakersOf);
  return {
    id: 'speaker',
    title: { en: 'By speaker', zh: '按说话人' },
    note: { en: 'Recall of gold, by who mentions it in the dialogue', zh: '金标召回率；按对话中的提及者' },
    slices: slices.map((slice) =>
      slice.name.en === '' ? { ...slice, name: { en: 'not marked', zh: '未标注' } } : slice,
    ),
  };
}

/** Recall of gold elements in the groups that `groupOf` names; in the given order, else most frequent first. */
function recallBy(
  run: Answered,
  shown: Shown,
  answers: Answers,
  groupOf: (element: Element, index: number) => string,
  order?: readonly string[],
): Slice[] {
  const units = unitsOf(run.examples);
  const groups = new Map<string, Float64Array>();
  units.forEach((unit, row) => {
    for (const i of unit) {
      for (const { gold, equal } of answers.aligned[i]) {
        if (gold === undefined) continue;
        const name = groupOf(shown.gold[i].elements[gold], i);
        const counts = groups.get(name) ?? new Float64Array(units.length * 2);
        counts[row * 2 + 1]++;
        if (equal) counts[row * 2]++;
        groups.set(name, counts);
      }
    }
  });
  const recall: Value = (sums) => sums[0] / sums[1];
  const slices = [...groups].map(([name, counts]): Slice => {
    const touched = rowsThatCount(counts);
    return {
      name: { en: name, zh: name },
      count: touched.reduce((sum, x, i) => sum + (i % 2 === 1 ? x : 0), 0),
      value: bootstrap(touched, 2, recall, OPTIONS),
    };
  });
  if (!order) return slices.sort((a, b) => b.count - a.count);
  return order.flatMap((name) => slices.find((slice) => slice.name.en === name) ?? []);
}

/** Leaves out units without elements of a group: the interval is over the others. */
function rowsThatCount(counts: Float64Array): Float64Array {
  const kept: number[] = [];
  for (let i = 0; i < counts.length; i += 2) if (counts[i + 1] > 0) kept.push(counts[i], counts[i + 1]);
  return Float64Array.from(kept);
}
