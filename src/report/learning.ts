import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLines } from '../ground/files.ts';

/** The log that models which train for long keep in the directory of their run. */
export const TRAINING_LOG = 'train.jsonl';

/** One figure over the steps of training. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Fields with the position of a line; the first that occurs is the horizontal axis. */
const POSITIONS = ['step', 'epoch'] as const;
/** Above this many points a curve is averaged in equal windows. */
const MAX_POINTS = 400;

/**
 * Every numeric field of a training log as a curve over its steps. Undefined without a log.
 * Lines that are not objects, and fields that are not finite numbers, are left out: a log may end in half a line.
 */
export async function learningCurves(
  directory: string,
): Promise<{ axis: string; curves: Curve[] } | undefined> {
  const file = join(directory, TRAINING_LOG);
  if (!existsSync(file)) return undefined;
  const records: Record<string, unknown>[] = [];
  for await (const { text } of readLines(file)) {
    try {
      const record = JSON.parse(text);
      if (record !== null && typeof record === 'object') records.push(record);
    } catch {
      // Half a line at the end of a log that is still written.
    }
  }
  const axis = POSITIONS.find((name) => records.some((record) => typeof record[name] === 'number'));
  if (!axis) return undefined;
  const curves = new Map<string, { x: number; y: number }[]>();
  for (const record of records) {
    const x = record[axis];
    if (typeof x !== 'number' || !Number.isFinite(x)) continue;
    for (const [name, y] of Object.entries(record)) {
      if ((POSITIONS as readonly string[]).includes(name) || typeof y !== 'number' || !Number.isFinite(y))
        continue;
      const points = curves.get(name);
      if (points) points.push({ x, y });
      else curves.set(name, [{ x, y }]);
    }
  }
  return { axis, curves: [...curves].map(([name, points]) => ({ name, points: thin(points) })) };
}

function thin(points: readonly { x: number; y: number }[]): { x: number; y: number }[] {
  if (points.length <= MAX_POINTS) return [...points];
  const size = Math.ceil(points.length / MAX_POINTS);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const window = points.slice(i * size, (i + 1) * size);
    const mean = (of: (point: { x: number; y: number }) => number): number =>
      window.reduce((sum, point) => sum + of(point), 0) / window.length;
    return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
  });
}
