import type { OpenedRun } from '../evaluation/opened.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Convention } from '../tasks/convention.ts';
import type { Answered } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';

/** The convention of this id, else the task's primary one. Throws a UserError `unknown-convention`. */
export function conventionOf({ task }: OpenedRun, id: string = task.primary): Convention {
  const { conventions } = familyOf(task);
  const found = conventions.find((convention) => convention.id === id);
  if (found) return found;
  const known = conventions.map((convention) => convention.id).join(', ');
  throw new UserError(
    'unknown-convention',
    { en: `${task.id} has no convention ${id}`, zh: `${task.id} 没有口径 ${id}` },
    {
      field: 'convention',
      hint: { en: `Known: ${known}.`, zh: `可选：${known}。` },
      exitCode: EXIT.usage,
    },
  );
}

/** The metric of a convention that adds up over units. Throws a UserError `not-additive`. */
export function additiveMetric(convention: Convention, { task }: OpenedRun): Metric<Answered> {
  const metric = convention.metric(task);
  if (!('whole' in metric)) return metric;
  const others = familyOf(task).conventions.filter(({ metric }) => !('whole' in metric(task)));
  const ids = others.map(({ id }) => id).join(', ');
  throw new UserError(
    'not-additive',
    {
      en: `${convention.id} does not add up over items, so no pair of runs can be tested on it`,
      zh: `${convention.id} 不能按样本累加，无法做成对检验`,
    },
    {
      field: 'convention',
      hint: { en: `These do: ${ids}.`, zh: `可用：${ids}。` },
      exitCode: EXIT.usage,
    },
  );
}
