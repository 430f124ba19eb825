import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../ground/errors.ts';
import { readTextFile, writeJson } from '../ground/files.ts';
import { issueText } from '../ground/issues.ts';
import type { Text } from '../ground/language.ts';
import { SPLITS, type SplitName, type Task } from '../tasks/task.ts';
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
 * The subsets of one split as sets of ids. Throws a UserError if the file is absent, damaged, or was
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
  const subsets = parseSubsets(await readTextFile(file), file, hint);
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
  return Object.fromEntries(Object.entries(found).map(([name, ids]) => [name, new Set(ids)]));
}

const ids = z.array(z.string());
const subsetsSchema = z.object({
  schema: z.literal('chineseblue/subsets@1'),
  task: z.string(),
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
  splits: z.partialRecord(z.enum(SPLITS), z.object({ clean: ids, leaked: ids, conflicting: ids })),
});

function parseSubsets(text: string, file: string, hint: Text): Subsets {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const message = { en: 'The subsets are not JSON', zh: '子集文件不是合法的 JSON' };
    throw new UserError('not-json', message, { file, hint });
  }
  const parsed = subsetsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { en, zh } = issueText(issue);
  const message = { en: `This is not a subsets file: ${en}`, zh: `不是子集文件：${zh}` };
  throw new UserError('bad-subsets', message, { file, field: issue.path.join('.') || undefined, hint });
}
