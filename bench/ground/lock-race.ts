/**
 * Races processes for one lock and prints how often it was acquired, how many holders died, and how often two held it at
 * once (never). Usage: node bench/ground/lock-race.ts [rounds] [processes] [share of rounds in which the holder dies]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquireLock } from '../../src/ground/lock.ts';

const RACER = fileURLToPath(new URL('../../src/ground/fixtures/lock-racer.ts', import.meta.url));
const [rounds = 10_000, processes = 8, deaths = 0.2] = process.argv.slice(2).map(Number);

function race(lock: string, share: number, seed: number): Promise<{ entered: number; doubles: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RACER, lock, String(share), String(seed), String(deaths)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (part) => {
      out += part;
    });
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`racer ${seed} ended with ${code}`)),
    );
  });
}

const folder = await mkdtemp(join(tmpdir(), 'chineseblue-race-'));
const lock = join(folder, 'lock');
const share = Math.ceil(rounds / processes);
const start = performance.now();
const results = await Promise.all(Array.from({ length: processes }, (_, seed) => race(lock, share, seed)));
const seconds = (performance.now() - start) / 1000;
// The last to acquire it removes what dead processes left behind.
await (await acquireLock(lock)).release();
const left = await readdir(folder);
await rm(folder, { recursive: true });
const sum = (field: 'entered' | 'doubles'): number => results.reduce((all, one) => all + one[field], 0);
console.log(
  `${sum('entered')} rounds by ${processes} processes in ${seconds.toFixed(1)} s, a share of ${deaths} ended as a death: ` +
    `${sum('doubles')} double holders, ${left.length} files left behind`,
);
