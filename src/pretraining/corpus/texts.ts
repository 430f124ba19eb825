import { openDataset } from '../../datasets/dataset.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { listInputs, readDocuments } from './documents.ts';

/** Where texts come from. */
export interface TextSources {
  /** Files and directories in any form that `readDocuments` reads. */
  readonly inputs: readonly string[];
  /** Their columns or keys with text; all if empty. */
  readonly fields?: readonly string[];
  /** Tasks, all of whose splits at hand are read, inputs only. */
  readonly tasks: readonly Task[];
  readonly dataDir: string;
}

/** Every text of files and tasks, one after another. Throws a UserError as `readDocuments` and `Dataset.stream` do. */
export async function* readTexts({ inputs, fields, tasks, dataDir }: TextSources): AsyncGenerator<string> {
  for (const file of await listInputs(inputs))
    for await (const { parts } of readDocuments(file, fields)) yield* parts;
  for (const task of tasks) {
    const dataset = await openDataset({ task, dir: dataDir });
    for (const split of dataset.splits)
      for await (const { input } of dataset.stream(split)) yield* familyOf(task).texts(input);
  }
}
