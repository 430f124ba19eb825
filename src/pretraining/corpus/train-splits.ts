import { join } from 'node:path';
import { type CorpusFile, openDataset } from '../../datasets/dataset.ts';
import { UserError } from '../../ground/errors.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { RawDocument } from './documents.ts';
import type { EvaluationText } from './leakage.ts';

export interface TrainSplit {
  readonly task: Task;
  readonly examples: readonly Example[];
  readonly documents: readonly RawDocument[];
  readonly files: readonly CorpusFile[];
}

/**
 * The texts of an input that form documents: the turns of a dialogue are one document, in order; the texts of a pair
 * or the titles of a query are one each.
 */
function documentsOf(task: Task, input: Input): (readonly string[])[] {
  const { texts: textsOf, inputShape } = familyOf(task);
  const texts = textsOf(input);
  return inputShape === 'turns' ? [texts] : texts.map((text) => [text]);
}

/**
 * The train split of a task as documents.
 * Throws the UserErrors of `Dataset.split` where there is none, and `synthetic-train` for the samples of the package.
 */
export async function readTrainSplit(task: Task, dataDir: string): Promise<TrainSplit> {
  const dataset = await openDataset({ task, dir: dataDir });
  const { examples, files, synthetic } = await dataset.split('train');
  if (synthetic) {
    throw new UserError(
      'synthetic-train',
      {
        en: `Only a generated sample of the train split of ${task.id} is available`,
        zh: `${task.id} 的训练集只有合成样例`,
      },
      {
        file: join(dataDir, files[0].path),
        hint: {
          en: `Fetch the corpus with \`chineseblue data get ${task.id}\`, or set --data-dir.`,
          zh: `请用 \`chineseblue data get ${task.id}\` 下载语料，或用 --data-dir 指定目录。`,
        },
      },
    );
  }
  const documents = examples.flatMap(({ input }) =>
    documentsOf(task, input).map((parts) => ({ file: files[0].path, parts })),
  );
  return { task, examples, documents, files };
}

/** Every text of every available dev and test split; a dialogue is one text. */
export async function readEvaluationTexts(
  tasks: readonly Task[],
  dataDir: string,
): Promise<EvaluationText[]> {
  const texts: EvaluationText[] = [];
  for (const task of tasks) {
    const dataset = await openDataset({ task, dir: dataDir });
    for (const split of dataset.splits) {
      if (split === 'train') continue;
      for await (const { id, input } of dataset.stream(split)) {
        for (const parts of documentsOf(task, input))
          texts.push({ task: task.id, split, id, text: parts.join('\n') });
      }
    }
  }
  return texts;
}
