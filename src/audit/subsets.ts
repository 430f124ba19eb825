import type { SplitSubsets, Subsets } from '../datasets/subsets.ts';
import type { SplitName } from '../tasks/task.ts';
import type { Audit } from './audit.ts';

/** The subsets that an audit makes of the splits that it read; `ids` lists all items of a split. */
export function subsetsOf(audit: Audit, ids: (split: SplitName) => readonly string[]): Subsets {
  const touched = (kind: 'leak' | 'conflict', split: SplitName): Set<string> =>
    new Set(
      audit.findings
        .filter((finding) => finding.kind === kind)
        .flatMap(({ items }) => items.filter((item) => item.split === split).map(({ id }) => id)),
    );
  const splits = audit.splits.map(({ name }): [SplitName, SplitSubsets] => {
    const leaked = touched('leak', name);
    const conflicting = touched('conflict', name);
    const all = ids(name);
    return [
      name,
      {
        clean: all.filter((id) => !leaked.has(id) && !conflicting.has(id)),
        leaked: all.filter((id) => leaked.has(id)),
        conflicting: all.filter((id) => conflicting.has(id)),
      },
    ];
  });
  return {
    schema: 'chineseblue/subsets@1',
    task: audit.task,
    files: audit.files.map(({ path, sha256 }) => ({ path, sha256 })),
    splits: Object.fromEntries(splits),
  };
}
