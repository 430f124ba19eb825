/** Resource use of processes, from /proc: the server benches run on Linux. */
import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks of /proc per second, which Linux fixes at 100. */
const TICKS = 100;

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** The process of this id and those that it started directly. */
export async function familyOf(
  pid: number,
): Promise<{ readonly parent: number; readonly children: number[] }> {
  const children: number[] = [];
  for (const name of await readdir('/proc'))
    if (/^\d+$/.test(name) && (await parentOf(Number(name))) === pid) children.push(Number(name));
  return { parent: pid, children };
}

export async function parentOf(pid: number): Promise<number> {
  return Number(/^PPid:\s+(\d+)/m.exec(await read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Seconds of processor time of these processes and of those that they started and that have ended. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await read(`/proc/${pid}/stat`);
    // The name in parentheses may hold blanks; user, system, and both of ended children follow at places 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length > 15) for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / TICKS;
}
