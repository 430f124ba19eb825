import { EXIT, UserError } from '../../ground/errors.ts';
import { listed } from '../../ground/language.ts';
import type { Task } from '../../tasks/task.ts';
import { accuracyReproduction, pairReproduction } from './answers.ts';
import { RELEASED_TAGS } from './released-tags.ts';
import type { Reproduction } from './reproduction.ts';
import { tokenTagReproduction } from './token-tags.ts';

const pairAccuracy = accuracyReproduction('similarity', 0);
const pairAccuracyWithoutFirstLine = accuracyReproduction('similarity', 1);
const classAccuracy = accuracyReproduction('classification', 0);

/** What computes the published column of a task, by the task's id. */
const byTask: ReadonlyMap<string, Reproduction> = new Map([
  ...RELEASED_TAGS.map((released) => [released.task, tokenTagReproduction(released)] as const),
  ['cMedQQ', pairAccuracy] as const,
  ['cMedQA', pairAccuracyWithoutFirstLine] as const,
  ['cMedQNLI', pairAccuracyWithoutFirstLine] as const,
  ['cMedIR', pairReproduction] as const,
  ['cMedIC', classAccuracy] as const,
  ['cMedTC', classAccuracy] as const,
]);

/** Every reproduction once, in the order of the tasks. */
export const reproductions: readonly Reproduction[] = [...new Set(byTask.values())];

/** The tasks whose published score is counted in tokens of a vocabulary. */
export const tasksWithVocabulary: readonly string[] = [...byTask].flatMap(([task, { needsVocabulary }]) =>
  needsVocabulary ? task : [],
);

/** The reproduction of a task's published column. Throws a UserError (usage) for tasks without one. */
export function findReproduction({ id }: Pick<Task, 'id'>): Reproduction {
  const found = byTask.get(id);
  if (found) return found;
  const known = listed([...byTask.keys()]);
  throw new UserError(
    'no-reproduction',
    { en: `No reproducible score was published for ${id}`, zh: `${id} 没有可复算的论文得分` },
    { hint: { en: `Reproducible: ${known.en}.`, zh: `可复算的任务：${known.zh}。` }, exitCode: EXIT.usage },
  );
}
