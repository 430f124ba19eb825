import { cpus } from 'node:os';
import { DATA } from '../data.ts';

/** The data directory: `--data-dir`, otherwise the default of the benches. */
export function dataDirectory(): string {
  const flag = process.argv.indexOf('--data-dir');
  return flag > 0 ? process.argv[flag + 1] : DATA;
}

/** Date and machine, for every file of results. */
export const circumstances = () => ({
  date: new Date().toISOString(),
  hardware: `${cpus().length} × ${cpus()[0].model}`,
  node: process.version,
});
