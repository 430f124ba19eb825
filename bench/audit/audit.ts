/**
 * `data audit` of every corpus at hand, in a process of its own: wall clock, processor seconds and peak memory, with the
 * load of the machine, as processor seconds are what a quiet core would take.
 *
 * node bench/audit/audit.ts --data-dir DIR
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { writeResult } from '../result.ts';
import { runAudit } from './audit-process.ts';

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } });
const [load] = loadavg();
const { audits, ...used } = await runAudit(values['data-dir'] ? ['--data-dir', values['data-dir']] : []);
const result = {
  date: new Date().toISOString(),
  hardware: `${cpus().length} × ${cpus()[0].model}`,
  node: process.version,
  load,
  tasks: audits.map(({ task }) => task),
  examples: audits.flatMap(({ splits }) => splits).reduce((sum, { examples }) => sum + examples, 0),
  ...used,
};
console.log(result);
await writeResult('audit', result);
