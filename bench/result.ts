/** Bench results: JSON in bench/results, from which `bench/page.ts` writes the page. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { writeJson } from '../src/ground/files.ts';

const RESULTS = join(import.meta.dirname, 'results');

export const resultFile = (name: string): string => join(RESULTS, `${name}.json`);

/** Name, family and model of the processor: virtual machines often report only the vendor. */
export function processor(): string {
  const name = cpus()[0].model.trim();
  if (!existsSync('/proc/cpuinfo')) return name;
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const [family, model] = ['cpu family', 'model'].map(
    (field) => new RegExp(`^${field}\\s*: (\\d+)$`, 'm').exec(info)?.[1],
  );
  if (family === undefined || model === undefined) return name;
  const widest = /\bavx512f\b/.test(info) ? 'AVX-512' : /\bavx2\b/.test(info) ? 'AVX2' : 'no AVX2';
  return `${name}, family ${family}, model ${model} (${widest})`;
}

/** Whether the processor adds products of 8-bit numbers in one instruction; undefined where that is unknown. */
export const hasVnni = (): boolean | undefined =>
  existsSync('/proc/cpuinfo')
    ? /\b(avx512_vnni|avx_vnni)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
    : undefined;

/** The stored result of a bench; undefined if there is none. */
export function readResult(name: string): Record<string, unknown> | undefined {
  const file = resultFile(name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Rows of this run, with rows of an earlier run on this processor for the cases that it left out. */
export function withEarlier<Row extends { readonly name: string; readonly threads?: number }>(
  result: string,
  rows: readonly Row[],
): Row[] {
  const before = readResult(result);
  const earlier = before?.processor === processor() ? ((before.rows ?? []) as readonly Row[]) : [];
  const key = ({ name, threads }: Row): string => `${name} ${threads}`;
  const measured = new Set(rows.map(key));
  return [...earlier.filter((row) => !measured.has(key(row))), ...rows];
}

/**
 * Writes the result of a bench, with the date and the processor. An existing result from another processor stays on the page:
 * it is moved to a file with its date.
 */
export async function writeResult(name: string, result: object): Promise<void> {
  const before = readResult(name);
  const here = processor();
  if (before && before.processor !== here) {
    const dated = `${name}-${String(before.date).slice(0, 10)}`;
    const free = [dated, ...Array.from({ length: 9 }, (_, i) => `${dated}-${i + 2}`)].find(
      (one) => !existsSync(resultFile(one)),
    );
    if (free) renameSync(resultFile(name), resultFile(free));
  }
  await writeJson(resultFile(name), { date: new Date().toISOString(), processor: here, ...result });
}
