import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { explainFileError, writeJson } from '../ground/files.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { CorpusFile } from './split.ts';

/** Items of one split by their issues. By id only: no text of a corpus is copied. */
export interface SplitSubsets {
  /** Neither leaked nor conflicting. */
  readonly clean: readonly string[];
  readonly leaked: readonly string[];
  readonly conflicting: readonly string[];
}

/** `<task>.subsets.json`: valid for exactly these files. */
export interface Subsets {
  readonly schema: 'chineseblue/subsets@1';
  readonly task: string;
  readonly files: readonly Pick<CorpusFile, 'path' | 'sha256'>[];
  readonly splits: Readonly<Partial<Record<SplitName, SplitSubsets>>>;
}

const fileOf = (directory: string, task: string): string => join(directory, `${task}.subsets.json`);

export async function writeSubsets(directory: string, subsets: Subsets): Promise<string> {
  const file = fileOf(directory, subsets.task);
  await writeJson(file, subsets);
  return file;
}

/**
 * The subsets of one split as sets of ids. Throws a UserError where the file is absent, damaged, or was
 * made from other files than those that are scored.
 */
export async function readSubsets(
  directory: string,
  task: Task,
  split: SplitName,
  files: readonly CorpusFile[],
): Promise<Readonly<Record<string, ReadonlySet<string>>>> {
  const file = fileOf(directory, task.id);
  const command = `\`chineseblue data audit ${task.id} --write-clean ${directory}\``;
  const hint = { en: `Make it again: ${command}.`, zh: `请重新生成：${command}。` };
  const text = await readFile(file, 'utf8').catch((error) => {
    throw explainFileError(error, file);
  });
  let subsets: Subsets;
  try {
    subsets = JSON.parse(text);
  } catch {
    throw new UserError(
      'not-json',
      { en: 'The subsets are not JSON', zh: '子集文件不是合法的 JSON' },
      { file, hint },
    );
  }
  if (subsets?.schema !== 'chineseblue/subsets@1') {
    const message = { en: 'This is not a subsets file', zh: '不是子集文件' };
    throw new UserError('bad-subsets', message, { file, field: 'schema', hint });
  }
  const hashes = new Map(subsets.files.map(({ path, sha256 }) => [path, sha256]));
  const stale = files.find(({ path, sha256 }) => hashes.get(path) !== sha256);
  if (stale) {
    const message = {
      en: `The subsets were made from another ${stale.path}`,
      zh: `子集由另一个 ${stale.path} 生成`,
    };
    throw new UserError('stale-subsets', message, { file, hint });
  }
  const found = subsets.splits[split];
  if (!found) {
    const message = { en: `There are no subsets of ${split}`, zh: `没有 ${split} 的子集` };
    throw new UserError('bad-subsets', message, { file, field: `splits.${split}`, hint });
  }
  return Object.fromEntries(Object.entries(found).map(([name, ids]) => [name, new Set(ids as string[])]));
}
