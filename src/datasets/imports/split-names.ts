import { basename, extname } from 'node:path';
import type { SplitName } from '../../tasks/task.ts';

/** Words in file names that indicate the split. */
const SPLIT_WORDS: readonly (readonly [RegExp, SplitName])[] = [
  [/(^|[^a-z])train(ing)?([^a-z]|$)/i, 'train'],
  [/(^|[^a-z])(dev|val|valid|validation)([^a-z]|$)/i, 'dev'],
  [/(^|[^a-z])test([^a-z]|$)/i, 'test'],
  [/训练/, 'train'],
  [/(验证|开发)集/, 'dev'],
  [/测试/, 'test'],
];

/** The split according to the name of a sheet, or of a split of a dataset folder. */
export const splitNamed = (name: string): SplitName | undefined =>
  SPLIT_WORDS.find(([word]) => word.test(name))?.[1];

/** The split according to the last part of a path, without its extension. */
export const splitOf = (path: string): SplitName | undefined => splitNamed(basename(path, extname(path)));
