import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { openDataset } from './dataset.ts';
import type { Fields } from './imports/raw.ts';
import { findSources } from './imports/sources.ts';
import { createPersonalScan, type PersonalReport } from './personal-scan.ts';

/**
 * Looks for personal data in files and folders that can be imported. Throws a UserError as importing does, and the reason of the
 * signal, which is checked between records.
 */
export async function scanSources(
  paths: readonly string[],
  fields: Fields,
  signal?: AbortSignal,
): Promise<PersonalReport> {
  const scan = createPersonalScan();
  const context = { fields, misfit: () => undefined };
  for (const source of await findSources(paths, context)) {
    await source.open(context, async (opened) => {
      for await (const read of opened.read()) {
        signal?.throwIfAborted();
        for (const { place, id, texts } of Array.isArray(read) ? read : [read])
          for (const [i, text] of texts.entries())
            scan.see(text, { file: source.name, line: place.line, id, text: i });
      }
    });
  }
  return scan.report();
}

/** Looks for personal data in the inputs of every split of tasks. Throws the UserErrors of `Dataset.split`, and as above. */
export async function scanTasks(
  tasks: readonly Task[],
  dir: string,
  signal?: AbortSignal,
): Promise<PersonalReport> {
  const scan = createPersonalScan();
  for (const task of tasks) {
    const dataset = await openDataset({ task, dir });
    const { texts } = familyOf(task);
    for (const name of dataset.splits) {
      signal?.throwIfAborted();
      const { questions } = await dataset.split(name);
      for (const { id, input } of questions)
        for (const [i, text] of texts(input).entries())
          scan.see(text, { file: `${task.id} ${name}`, id, text: i });
    }
  }
  return scan.report();
}
