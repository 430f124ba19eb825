import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, type Owner, self } from './lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that has ended. */
const dead = (): Owner => ({ ...self(), pid: spawnSync(process.execPath, ['-e', '']).pid });

describe('acquireLock', () => {
  it('is held until it is released, and leaves nothing behind', async () => {
    const lock = await acquireLock(path);
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'in-use', place: { file: path } });
    await lock.release();
    for (const name of ['model.training.lock', 'model.partial.lock', 'model.lock', join('model', 'lock')]) {
      await mkdir(join(folder, 'model'));
      await using _ = await acquireLock(join(folder, name));
      const message = expect.stringMatching(/is using .*[\\/]model$/);
      await expect(acquireLock(join(folder, name))).rejects.toMatchObject({ message });
      await rm(join(folder, 'model'), { recursive: true });
    }
    expect(await readdir(folder)).toEqual([]);
    await (await acquireLock(path)).release();
  });

  it('is taken over from dead processes, however many died in turn', async () => {
    for (let i = 0; i < 3; i++) await acquireLock(path, dead());
    const lock = await acquireLock(path);
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'in-use' });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from a process whose number was given to another one', async () => {
    await acquireLock(path, { ...self(), born: 'another boot 17' });
    if (process.platform === 'linux') await (await acquireLock(path)).release();
    else await expect(acquireLock(path)).rejects.toMatchObject({ code: 'in-use' });
  });

  it('is never taken over from another machine', async () => {
    await acquireLock(path, { ...dead(), host: 'another-machine' });
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'in-use' });
  });

  it('removes what dead processes began, and nothing of live ones', async () => {
    const begun = (pid: number): string => `lock.new-${hostname().replaceAll(/\W/g, '')}-${pid}-x`;
    const [gone, live] = [begun(dead().pid), begun(process.pid)];
    for (const name of [gone, live]) await mkdir(join(folder, name));
    await (await acquireLock(path)).release();
    expect(await readdir(folder)).toEqual([live]);
  });

  it('reports an unreadable lock, and a place where none can be created', async () => {
    await mkdir(path);
    const { token, ...nobody } = dead();
    for (const owner of [
      '{"pi',
      '7',
      '{}',
      JSON.stringify(nobody),
      JSON.stringify({ ...nobody, token: '../x' }),
    ]) {
      await writeFile(join(path, 'owner.json'), owner);
      await expect(acquireLock(path), owner).rejects.toMatchObject({ code: 'damaged-lock' });
    }
    expect(token).not.toBe('');
    await writeFile(join(folder, 'file'), '');
    await expect(acquireLock(join(folder, 'file', 'lock'))).rejects.toMatchObject({
      code: 'not-a-directory',
    });
  });

  it('never has two holders, in a race of processes of which some die', async () => {
    const racers = Array.from({ length: 4 }, (_, seed) => race(path, 60, seed, 0.3));
    const results = await Promise.all(racers);
    expect(results).toEqual(results.map(() => ({ entered: 60, doubles: 0 })));
  });
});

function race(lock: string, rounds: number, seed: number, deaths: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'fixtures/lock-racer.ts');
    const child = spawn(process.execPath, [script, lock, String(rounds), String(seed), String(deaths)]);
    let [out, errors] = ['', ''];
    child.stdout.on('data', (part) => {
      out += part;
    });
    child.stderr.on('data', (part) => {
      errors += part;
    });
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(errors))));
  });
}
