import type { Text } from '../../ground/language.ts';
import { type Coverage, coverageOfPredictions } from '../../scoring/coverage.ts';
import { additiveInterval } from '../../scoring/intervals.ts';
import type { Interval } from '../../statistics/interval.ts';
import type { Prediction } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { SplitName } from '../../tasks/task.ts';
import { findReproduction } from './registry.ts';
import type { JudgedCorpus, Reproduced } from './reproduction.ts';
import { scoreAnswers } from './score-answers.ts';

interface Judged {
  readonly convention: string;
  readonly value: number;
  readonly interval?: Interval;
  readonly details?: Reproduced['details'];
}

/** What a reference answer reaches under both rules. */
export interface Reference {
  readonly answer: Text;
  readonly ours: number;
  readonly asPublished: number;
}

/** One set of answers under our rule and under the published one, with the information needed to compare them. */
export interface SideBySide {
  readonly schema: 'chineseblue/side-by-side@2';
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
  coverage: Coverage = coverageOfPredictions(predictions),
): Promise<SideBySide> {
  const { task, split, synthetic, examples } = corpus;
  const reproduction = findReproduction(task);
  const measure = await reproduction.open(corpus);
  const ours = (answers: Answers): Judged =>
    judge(task.primary, scoreAnswers(task.primary, task, examples, answers));
  const asPublished = measure.score(predictions);
  const references = familyOf(task).references?.(task, examples, measure.visible ?? []) ?? [];
  return {
    schema: 'chineseblue/side-by-side@2',
    task: task.id,
    split,
    synthetic,
    coverage,
    ours: ours(predictions),
    asPublished: { ...judge(reproduction.id, asPublished), scope: measure.scope },
    paper: reproduction.published(task),
    comparable: split === reproduction.split && !synthetic,
    references: references.map(({ answer, predictions, asPublished = predictions }) => ({
      answer,
      ours: scoreAnswers(task.primary, task, examples, predictions).value,
      asPublished: measure.score(asPublished).value,
    })),
    difference: reproduction.difference,
  };
}

function judge(convention: string, reproduced: Reproduced): Judged {
  const { value, counts, width, scoreOf, supports, details } = reproduced;
  return {
    convention,
    value,
    interval: additiveInterval({ width, value: scoreOf, supports }, counts),
    details,
  };
}
