/**
 * Runs `data audit` on every available corpus in a separate process: wall time, CPU time and peak memory, with the machine
 * load; CPU time is what an idle core would take.
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
