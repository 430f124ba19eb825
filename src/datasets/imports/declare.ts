import { UserError } from '../../ground/errors.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { tasks as builtIn } from '../../tasks/registry.ts';
import { parseTask } from '../../tasks/schema.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { importedTaskFile } from '../imported-tasks.ts';
import { type Families, targetOf } from './targets.ts';

/** Throws a UserError `name-taken` (usage) for a name that a task cannot have, or that one of the benchmark has. */
export function refuseName(name: string): void {
  const known = builtIn.flatMap(({ id, aliases }) => [id, ...aliases]);
  const taken = known.some((other) => other.toLowerCase() === name.toLowerCase());
  if (!taken && /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(name) && !/\.(staging|old|lock)$/.test(name)) return;
  throw new UserError(
    'name-taken',
    taken
      ? { en: `"${name}" is a task of the benchmark`, zh: `“${name}”是基准中已有的任务名` }
      : { en: `"${name}" cannot name a directory`, zh: `“${name}”不能用作目录名` },
    {
      hint: {
        en: 'Choose another name with --as, of letters, digits, "_", "." and "-".',
        zh: '请用 --as 换一个名称，只用字母、数字、“_”“.”“-”。',
      },
      exitCode: 2,
    },
  );
}

interface Declared {
  readonly family: FamilyId;
  readonly labels: readonly string[];
  readonly splits: readonly SplitName[];
}

/** The task of one family of an import: the first family has the name itself, others their own after it. */
export function declareTask(
  name: string,
  { families, positive, discontinuous = false }: Families,
  hasGroups: boolean,
  { family, labels, splits }: Declared,
): Task {
  const id = family === families[0] ? name : `${name}-${family}s`;
  const linked = targetOf(family).pair && !hasGroups;
  const value = {
    ...{ id, family, title: id, labels, confidential: true },
    ...(positive === undefined ? {} : { positive }),
    ...(discontinuous && targetOf(family).hasParts ? { discontinuous } : {}),
    corpus: {
      ...{ folder: name, format: 'jsonl', licence: 'that of the corpus you brought' },
      files: Object.fromEntries(splits.map((split) => [split, `${split}.jsonl`])),
      source: 'imported with `chineseblue data import`',
      ...(linked ? { unit: 'linked-texts' } : {}),
    },
  };
  return parseTask(value, importedTaskFile(id));
}

/** A task as a task file declares it. */
export const fileOf = ({
  id,
  family,
  title,
  domain,
  corpus,
  labels,
  positive,
  discontinuous,
  primary,
}: Task): object => ({
  ...{ id, family, title, domain, corpus, labels, positive, discontinuous, primary },
  confidential: true,
});
