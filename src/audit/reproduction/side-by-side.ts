import type { Text } from '../../ground/language.ts';
import { BOOTSTRAP, type Coverage } from '../../scoring/score-sheet.ts';
import { countUnits, groupAnswers, sumCounts } from '../../scoring/units.ts';
import { bootstrap } from '../../statistics/bootstrap.ts';
import type { Interval } from '../../statistics/interval.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { Example, FamilyId, Prediction } from '../../tasks/examples.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { findReproduction } from './registry.ts';
import type { JudgedCorpus, Measure, Reproduced } from './reproduction.ts';

interface Judged {
  readonly convention: string;
  readonly value: number;
  readonly interval?: Interval;
  readonly details?: Reproduced['details'];
}

/** What a made-up answer reaches under both rules. */
export interface Reference {
  readonly answer: Text;
  readonly ours: number;
  readonly asPublished: number;
}

/** One set of answers under our rule and under the published one, with what is needed to read the two. */
export interface SideBySide {
  readonly schema: 'chineseblue/side-by-side@1';
  readonly task: string;
  readonly split: SplitName;
  readonly synthetic: boolean;
  readonly coverage: Coverage;
  readonly ours: Judged;
  readonly asPublished: Judged & { readonly scope: Text };
  readonly paper: readonly { readonly model: string; readonly value: number }[];
  /** The split is the one that the paper's column is about, and the corpus is the real one. */
  readonly comparable: boolean;
  readonly references: readonly Reference[];
  readonly difference: Text;
}

type Answers = readonly (Prediction | undefined)[];

/** Scores answers under the primary convention and as published. Throws the UserErrors of the reproduction. */
export async function reproduce(
  corpus: JudgedCorpus & { readonly synthetic: boolean },
  predictions: Answers,
): Promise<SideBySide> {
  const { task, split, synthetic, examples } = corpus;
  const reproduction = findReproduction(task);
  const measure = await reproduction.open(corpus);
  const ours = (answers: Answers): Judged => judge(task.primary, primaryOf(task, examples, answers));
  const asPublished = measure.score(predictions);
  const answered = predictions.filter((prediction) => prediction !== undefined).length;
  return {
    schema: 'chineseblue/side-by-side@1',
    task: task.id,
    split,
    synthetic,
    coverage: { examples: examples.length, answered, missing: examples.length - answered },
    ours: ours(predictions),
    asPublished: { ...judge(reproduction.id, asPublished), scope: measure.scope },
    paper: reproduction.published(task),
    comparable: split === reproduction.split && !synthetic,
    references: referenceAnswers(task, examples, measure).map((made) => ({
      answer: made.answer,
      ours: primaryOf(task, examples, made.predictions).value,
      asPublished: measure.score(made.asPublished ?? made.predictions).value,
    })),
    difference: reproduction.difference,
  };
}

function judge(convention: string, { value, counts, width, scoreOf, details }: Reproduced): Judged {
  const units = counts.length / width;
  return {
    convention,
    value,
    interval: units > 1 ? bootstrap(counts, width, scoreOf, BOOTSTRAP) : undefined,
    details,
  };
}

function primaryOf(task: Task, examples: readonly Example[], predictions: Answers): Reproduced {
  const metric = findConvention(task.primary).metric(task);
  if ('whole' in metric) throw new Error(`${task.primary} does not add up over units`);
  const counts = countUnits(metric, [...groupAnswers(task, examples, predictions).values()]);
  const sums = sumCounts(counts, metric.width);
  const { width, value: scoreOf } = metric;
  return { value: scoreOf(sums), counts, width, scoreOf, details: metric.details?.(sums) };
}

interface MadeUp {
  readonly answer: Text;
  readonly predictions: Answers;
  /** Where the best answer of that kind is another one under the published rule. */
  readonly asPublished?: Answers;
}

/** Answers that nobody has to think about: everything right, what can be seen right, and constants. */
function referenceAnswers(task: Task, examples: readonly Example[], measure: Measure): MadeUp[] {
  const made = MADE_UP[task.family];
  return made ? made(task, examples as never, measure) : [];
}

const MADE_UP: {
  readonly [F in FamilyId]?: (task: Task, examples: readonly Example<F>[], measure: Measure) => MadeUp[];
} = {
  ner: (_task, examples, { visible = [] }) => [
    {
      answer: { en: 'an oracle: all gold entities', zh: '理想模型：全部金标实体' },
      predictions: examples.map(({ gold }) => gold),
    },
    {
      answer: {
        en: 'an oracle that sees what the published script sees',
        zh: '只看得到论文代码所见部分的理想模型',
      },
      predictions: examples.map(({ gold }, i) => ({
        entities: gold.entities.filter(({ end }) => end <= visible[i]),
      })),
      // Tags before the cut count even where their entity goes on after it.
      asPublished: examples.map(({ gold }, i) => ({
        entities: gold.entities
          .filter(({ start }) => start < visible[i])
          .map((entity) => ({ ...entity, end: Math.min(entity.end, visible[i]) })),
      })),
    },
    {
      answer: { en: 'a constant: no entity anywhere', zh: '常数：没有任何实体' },
      predictions: examples.map(() => ({ entities: [] })),
    },
  ],
  similarity: labels,
  classification: labels,
  ranking: (_task, examples) => [
    {
      answer: { en: 'an oracle: the grades themselves', zh: '理想模型：以相关等级为分数' },
      predictions: examples.map(({ gold }) => ({ scores: gold.relevance })),
    },
    {
      answer: { en: 'a constant: all documents tied', zh: '常数：所有文档同分' },
      predictions: examples.map(({ input }) => ({ scores: input.documents.map(() => 0) })),
    },
  ],
};

/** Constants are shown for so many labels at most, the most frequent ones. */
const CONSTANTS = 3;

function labels(task: Task, examples: readonly Example<'similarity' | 'classification'>[]): MadeUp[] {
  const counts = new Map(task.labels.map(({ id }) => [id, 0]));
  for (const { gold } of examples) counts.set(gold.label, (counts.get(gold.label) ?? 0) + 1);
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, CONSTANTS);
  return [
    {
      answer: { en: 'an oracle: every gold label', zh: '理想模型：全部金标' },
      predictions: examples.map(({ gold }) => gold),
    },
    ...frequent.map(([label]) => ({
      answer: { en: `a constant: always "${label}"`, zh: `常数：永远答“${label}”` },
      predictions: examples.map(() => ({ label })),
    })),
  ];
}
