import { join } from 'node:path';
import { writeJson } from '../ground/files.ts';
import type { Example } from '../tasks/examples.ts';
import type { Dataset } from './dataset.ts';

/**
 * Writes `<task>.<scheme>.json`: the ids of train, dev and test under a dataset's scheme, for those who train elsewhere,
 * valid for exactly the files named in it. Returns the file's name.
 */
export async function writeSplits(directory: string, dataset: Dataset): Promise<string> {
  const { task, scheme } = dataset;
  const { train, dev, evaluated, rule, files } = await dataset.division('test');
  const file = join(directory, `${task.id}.${scheme}.json`);
  const idsOf = (examples: readonly Pick<Example, 'id'>[]): string[] => examples.map(({ id }) => id);
  await writeJson(file, {
    schema: 'chineseblue/split@1',
    task: task.id,
    rule: rule.en,
    files: files.map(({ path, sha256 }) => ({ path, sha256 })),
    splits: { train: idsOf(train), dev: idsOf(dev), test: idsOf(evaluated.questions) },
  });
  return file;
}
