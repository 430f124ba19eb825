/** `data audit` in a separate process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Audit } from '../../src/audit/audit.ts';

const program = new URL('../../bin/chineseblue.js', import.meta.url).pathname;
const probe = "process.on('exit', () => process.send(process.resourceUsage()))";

/** The output of the command and the resource use of its process. */
export async function runAudit(args: readonly string[]) {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(probe)}`,
      program,
      'data',
      'audit',
      '--json',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  const [output, [usage]] = await Promise.all([text(child.stdout!), once(child, 'message')]);
  const audits: readonly Audit[] = JSON.parse(output);
  return {
    audits,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMiB: usage.maxRSS / 1024,
  };
}
