import { openDataset } from '../datasets/dataset.ts';
import { UserError } from '../ground/errors.ts';
import type { Task } from '../tasks/task.ts';
import type { Challenge } from './challenge.ts';
import { declarationOf, type Registration, splitsOf } from './scoring/register.ts';

/**
 * What a hospital sends about a challenge whose gold stays there: declaration, task and questions. Throws a UserError:
 * `labels-observed` where the labels are known only from the gold, `no-gold`, and those of reading the corpus.
 */
export async function prepareRegistration(
  declared: Challenge,
  declaredTask: Task,
  dir: string,
): Promise<Registration> {
  const dataset = await openDataset({ task: declaredTask, dir, scheme: 'released' });
  const { task, labelsObserved } = dataset;
  if (labelsObserved && task.labels.length > 0) throw observed(task.id);
  const splits: Registration['splits'] = [];
  for (const split of splitsOf(declared)) {
    const { questions, examples, synthetic } = await dataset.split(split);
    if (examples.length !== questions.length) throw new Error('questions and examples of a split differ');
    const lines = questions.map(({ id, input }) => `${JSON.stringify({ id, ...input })}\n`);
    splits.push({ split, synthetic, questions: lines.join('') });
  }
  return { challenge: declared, task: declarationOf(task), splits };
}

const observed = (task: string): UserError =>
  new UserError(
    'labels-observed',
    {
      en: `${task} declares no labels: those that occur in the gold would leave with it`,
      zh: `${task} 未声明标签：金标中出现的标签会随之外传`,
    },
    {
      field: 'labels',
      hint: { en: 'List the labels in the task file.', zh: '请在任务文件中列出标签。' },
    },
  );
