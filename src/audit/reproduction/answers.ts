import { counted } from '../../ground/counted.ts';
import type { Text } from '../../ground/language.ts';
import type { Task } from '../../tasks/task.ts';
import type { Measure, Reproduction } from './reproduction.ts';
import { scoreAnswers } from './score-answers.ts';

/** A rule that needs nothing but answers. */
type Rule = Pick<
  Reproduction,
  'id' | 'title' | 'definition' | 'difference' | 'unit' | 'split' | 'published'
> & {
  /** The additive convention of ours that the script's metric is. */
  readonly convention: string;
  /** Examples at the beginning of the file that the script never reads. */
  readonly skipped: number;
};

function answersReproduction({ convention, skipped, ...rule }: Rule): Reproduction {
  return {
    ...rule,
    needsVocabulary: false,
    async open({ task, examples }): Promise<Measure> {
      const scored = examples.slice(skipped);
      return {
        scope: {
          en: `${scored.length} of ${counted(examples.length, 'example')}`,
          zh: `${examples.length} 个样本中的 ${scored.length} 个`,
        },
        score: (predictions) => scoreAnswers(convention, task, scored, predictions.slice(skipped)),
      };
    },
  };
}

const inPercent = (task: Task) => task.published.map(({ model, value }) => ({ model, value: value / 100 }));

const DIFFERENCE: Text = {
  en: 'The published figure is accuracy on dev, the split that a model is tuned on; the tables call it F1. Where one label is frequent, always predicting it scores as high as its share, so compare every score with the constant answers above. Our primary metric is an F1 (for cMedIC the micro F1, which equals accuracy) on test. Compare a new model with the paper in the right-hand column only.',
  zh: '论文数字是开发集上的准确率，而开发集正是用来调参的；论文的表中称之为 F1。某个标签占多数时，永远答它就能得到其占比那么高的分，因此任何得分都应与上面的常数答案对照来读。我们的主指标是 F1（cMedIC 为微平均 F1，等于准确率），并且应在测试集上计算。与论文比较时只看右列。',
};

/** Accuracy on dev as `finetune_classifier.py` computes it, for a family; `skipped` as above. */
export function accuracyReproduction(family: 'similarity' | 'classification', skipped: 0 | 1): Reproduction {
  const without = {
    en: ' The first line of the file is skipped as if it were a header: it is an example, which is never scored.',
    zh: '文件首行被当作表头跳过：它其实是一个样本，却从不参评。',
  };
  return answersReproduction({
    id: `${family}/as-published/accuracy${skipped ? '-without-first-line' : ''}@1`,
    title: { en: 'Accuracy on dev, as published', zh: '开发集准确率（按论文代码）' },
    convention: `${family}/accuracy@1`,
    skipped,
    split: 'dev',
    definition: {
      en: `Known from the released script: the number of examples of dev whose predicted label equals the gold label, divided by the number of examples.${skipped ? without.en : ''} The lines are split at tabs without regard to quotation marks, which changes texts and no label. A missing answer counts as a wrong label.`,
      zh: `由发布的脚本可知：开发集中预测标签与金标相同的样本数除以样本数。${skipped ? without.zh : ''}按制表符切分而不理会引号，影响的是文本而非标签。缺失的答案按答错计。`,
    },
    difference: skipped
      ? {
          en: `${DIFFERENCE.en} The skipped first line moves the figure by at most one example.`,
          zh: `${DIFFERENCE.zh}跳过的首行至多使数字相差一个样本。`,
        }
      : DIFFERENCE,
    published: inPercent,
  });
}

/** PAIR of the paper: rightly ordered pairs of documents over wrongly ordered ones. */
export const pairReproduction: Reproduction = answersReproduction({
  id: 'ranking/as-published/pair@1',
  title: { en: 'PAIR, as published', zh: 'PAIR（按论文）' },
  unit: 'ratio',
  convention: 'ranking/pair@1',
  skipped: 0,
  split: 'test',
  definition: {
    en: 'Known from the paper: document pairs of one query that are ordered correctly divided by those that are ordered incorrectly; the same as `ranking/pair@1`. Inferred, as no script was released for it: the split (test), and that a pair with equal scores is half of each.',
    zh: '由论文可知：同一查询下排对的文档对数除以排错的文档对数，与 `ranking/pair@1` 相同。因无发布的脚本，以下为推断：所用划分为测试集；同分的对各计一半。',
  },
  difference: {
    en: 'Both figures count the same pairs: with pair accuracy a, PAIR is a/(1−a). The ratio has no upper end, and what looks like a jump from 1.77 to 2.04 is one from 63.9 % to 67.1 % of pairs. Where all documents are tied, pair accuracy is 50 % and PAIR is 1.',
    zh: '两个数字数的是同样的文档对：设文档对准确率为 a，则 PAIR = a/(1−a)。比值没有上限，看上去从 1.77 到 2.04 的跃升，其实是 63.9% 到 67.1%。所有文档同分时，文档对准确率为 50%，PAIR 为 1。',
  },
  published: (task) =>
    task.published.map(({ model, value }) => ({
      model,
      value: Number((value / (100 - value)).toFixed(2)),
    })),
});
