import { cpus } from 'node:os';

/** The data directory: `--data-dir`, else `CHINESEBLUE_DATA`. */
export function dataDirectory(): string {
  const flag = process.argv.indexOf('--data-dir');
  const directory = flag > 0 ? process.argv[flag + 1] : process.env.CHINESEBLUE_DATA;
  if (!directory) throw new Error('set CHINESEBLUE_DATA, or pass --data-dir');
  return directory;
}

/** Where and when: for every file of results. */
export const circumstances = () => ({
  date: new Date().toISOString(),
  hardware: `${cpus().length} × ${cpus()[0].model}`,
  node: process.version,
});
