import type { Text } from '../ground/language.ts';
import type { AnswerStatus } from '../tasks/answer.ts';

/** What became of the questions: asked = answered + refused + unreadable + missing. All but the answered count as wrong. */
export interface Coverage {
  readonly asked: number;
  readonly answered: number;
  /** The model declined. */
  readonly refused: number;
  /** Something came back that is no prediction. */
  readonly unreadable: number;
  /** Nothing came back. */
  readonly missing: number;
}

/** Counts answers by their status. */
export function coverageOf(statuses: Iterable<AnswerStatus>): Coverage {
  const counts = { asked: 0, answered: 0, refused: 0, unreadable: 0, missing: 0 };
  for (const status of statuses) {
    counts.asked++;
    counts[status]++;
  }
  return counts;
}

/** The coverage of bare predictions: what is undefined is missing. */
export const coverageOfPredictions = (predictions: readonly unknown[]): Coverage =>
  coverageOf(predictions.map((prediction) => (prediction === undefined ? 'missing' : 'answered')));

/** Questions without a prediction, for whatever reason. */
export const unanswered = ({ asked, answered }: Coverage): number => asked - answered;

/** Coverage in one line; counts that are 0 are left out, except those asked and answered. */
export function describeCoverage({ asked, answered, refused, unreadable, missing }: Coverage): Text {
  const wrong = [
    { count: refused, en: 'refused', zh: '拒答' },
    { count: unreadable, en: 'unreadable', zh: '无法解析' },
    { count: missing, en: 'missing', zh: '缺失' },
  ].filter(({ count }) => count > 0);
  const note = wrong.length > 0 ? { en: ' (scored as wrong)', zh: '（按答错计）' } : { en: '', zh: '' };
  return {
    en: `${[`${asked} examples`, `${answered} answered`, ...wrong.map(({ count, en }) => `${count} ${en}`)].join(', ')}${note.en}`,
    zh: `${[`${asked} 个样本`, `已答 ${answered}`, ...wrong.map(({ count, zh }) => `${zh} ${count}`)].join('，')}${note.zh}`,
  };
}
