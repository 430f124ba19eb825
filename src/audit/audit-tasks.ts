import { availableSplits, type Dataset, openDataset, type SchemeId } from '../datasets/dataset.ts';
import { openPasses } from '../datasets/passes.ts';
import { writeSubsets } from '../datasets/subsets.ts';
import { writeSplits } from '../datasets/write-splits.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { makeDirectory } from '../ground/files.ts';
import type { Task } from '../tasks/task.ts';
import { type Audit, auditDataset } from './audit.ts';
import { writeCard } from './card.ts';
import { subsetsOf } from './subsets.ts';

/** The scheme that removes leaks from a corpus. */
const REGROUPED: SchemeId = 'regrouped@1';

export interface AuditOptions {
  /** For what truncation hides; without it that is left out. */
  readonly tokenizer?: Tokenizer;
  /** Where the subsets clean, leaked and conflicting are written. */
  readonly subsetsDir?: string;
  /** Where the splits of `REGROUPED` are written, as lists of ids. */
  readonly splitDir?: string;
  /** Where cards and Croissant metadata are written. */
  readonly cardsDir?: string;
  readonly signal?: AbortSignal;
  /** The share of tasks done, 0 to 1, and the id of the next one. */
  readonly onProgress?: (share: number, task: string) => void;
}

/**
 * Audits tasks, one after the other, and writes what `options` asks for. Throws the UserErrors of reading and writing, and
 * `split-absent` for a task without any data.
 */
export async function auditTasks(
  tasks: readonly Task[],
  dir: string,
  options: AuditOptions = {},
): Promise<Audit[]> {
  const { tokenizer, subsetsDir, splitDir, cardsDir, signal, onProgress } = options;
  const audits: Audit[] = [];
  // Before an audit of minutes, not after it.
  for (const directory of [subsetsDir, splitDir, cardsDir])
    if (directory !== undefined) await makeDirectory(directory);
  for (const [i, declared] of tasks.entries()) {
    signal?.throwIfAborted();
    onProgress?.(i / tasks.length, declared.id);
    const dataset = await openDataset({ task: declared, dir });
    const { task } = dataset;
    if (availableSplits({ task, dir }).length === 0) await dataset.split('test');
    const audit = await auditDataset(dataset, { tokenizer, signal });
    audits.push(audit);
    if (subsetsDir !== undefined) await writeAuditSubsets(subsetsDir, audit, dataset);
    if (splitDir !== undefined)
      await writeSplits(splitDir, await openDataset({ task, dir, scheme: REGROUPED }));
    if (cardsDir !== undefined) await writeCard(cardsDir, dataset, audit);
  }
  return audits;
}

async function writeAuditSubsets(directory: string, audit: Audit, dataset: Dataset): Promise<void> {
  const ids = new Map<string, readonly string[]>();
  for (const pass of await openPasses(dataset)) {
    const own: string[] = [];
    for await (const items of pass.items()) for (const { id } of items) own.push(id);
    ids.set(pass.name, own);
  }
  await writeSubsets(
    directory,
    subsetsOf(audit, (split) => ids.get(split) ?? []),
  );
}
