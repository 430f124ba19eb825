/**
 * Runs cases of one reader in a process that can be watched: `child.ts READER SEED FROM UNTIL FOLDER`. Tells the parent when a
 * case begins and what came of it.
 */
import { mkdirSync } from 'node:fs';
import { argv, resourceUsage } from 'node:process';
import { judge, prepare } from './oracle.ts';
import { readers } from './readers.ts';

const [, , name, seed, from, until, folder] = argv;
const reader = readers.find((one) => one.name === name)!;
mkdirSync(folder, { recursive: true });
const prepared = await prepare(await reader.prepare(folder));
const say = (message: object): Promise<void> =>
  new Promise((sent) => process.send!(message, undefined, undefined, () => sent()));
process.on('disconnect', () => process.exit(0));
const idle = Math.round(resourceUsage().maxRSS / 1024);
for (let number = Number(from); number < Number(until); number++) {
  await say({ kind: 'begins', number });
  const verdict = await judge(prepared, name, Number(seed), number);
  await say({ kind: 'ends', number, verdict, idle, peak: Math.round(resourceUsage().maxRSS / 1024) });
}
process.exit(0);
