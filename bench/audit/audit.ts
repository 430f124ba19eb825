/**
 * `data audit` of every corpus at hand, in a process of its own: wall clock, processor seconds and peak memory, with the
 * load of the machine, as processor seconds are what a quiet core would take.
 *
 * node bench/audit/audit.ts --data-dir DIR
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { writeResult } from '../result.ts';

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } });
const program = new URL('../../bin/chineseblue.js', import.meta.url).pathname;
const dataDir = values['data-dir'] ? ['--data-dir', values['data-dir']] : [];

const start = performance.now();
const [load] = loadavg();
const probe = "process.on('exit', () => process.send(process.resourceUsage()))";
const child = spawn(
  process.execPath,
  [
    '--import',
    `data:text/javascript,${encodeURIComponent(probe)}`,
    program,
    'data',
    'audit',
    '--json',
    ...dataDir,
  ],
  { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
);
const [output, [usage]] = await Promise.all([text(child.stdout!), once(child, 'message')]);
const seconds = (performance.now() - start) / 1000;
const audits: readonly { task: string; splits: readonly { examples: number }[] }[] = JSON.parse(output);
const result = {
  date: new Date().toISOString(),
  hardware: `${cpus().length} × ${cpus()[0].model}`,
  node: process.version,
  load,
  tasks: audits.map(({ task }) => task),
  examples: audits.flatMap(({ splits }) => splits).reduce((sum, { examples }) => sum + examples, 0),
  seconds,
  cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  peakMiB: usage.maxRSS / 1024,
};
console.log(result);
await writeResult('audit', result);
