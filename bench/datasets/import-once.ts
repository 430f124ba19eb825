/** One measurement of import.ts: `import-once.ts import|parquet FILE`; prints what it took. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importData } from '../../src/datasets/imports/import.ts';
import { openParquet } from '../../src/ground/parquet-rows.ts';

const [, , what, file] = process.argv;
const before = process.cpuUsage();

async function importOnce(): Promise<object> {
  const dataDir = mkdtempSync(join(tmpdir(), 'chineseblue-bench-data-'));
  try {
    const request = { sources: [file], name: 'bench', dataDir, seed: 0, dryRun: false };
    const { splits, twins } = await importData({ ...request, given: { fields: {} } });
    return { ...splits, twins };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function readParquet(): Promise<object> {
  let rows = 0;
  for await (const batch of (await openParquet(file)).rows()) rows += batch.length;
  return { read: rows };
}

const found = what === 'import' ? await importOnce() : await readParquet();
const { user, system } = process.cpuUsage(before);
const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
console.log(JSON.stringify({ ...found, cpuSeconds: (user + system) / 1e6, peakMegabytes }));
