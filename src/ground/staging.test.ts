import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from './lock.ts';
import { makeWhole } from './staging.ts';

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-staging-'));
  target = join(folder, 'target');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (content: string) => (staging: string) => writeFile(join(staging, 'file'), content);
const content = (): Promise<string> => readFile(join(target, 'file'), 'utf8');

describe('makeWhole', () => {
  it.runIf(process.platform === 'linux')('fails where the system cannot create directories', async () => {
    const made = makeWhole('/proc/chineseblue/target', write('new'));
    await expect(made).rejects.toMatchObject({ code: 'not-writable' });
  });

  it('creates the target when it is complete, and leaves nothing next to it', async () => {
    await makeWhole(target, async (staging) => {
      await write('new')(staging);
      expect(existsSync(target)).toBe(false);
    });
    expect(await content()).toBe('new');
    expect(await readdir(folder)).toEqual(['target']);
  });

  it('refuses to replace a directory unless allowed, and replaces it as a whole', async () => {
    await makeWhole(target, write('first'));
    await expect(makeWhole(target, write('second'))).rejects.toMatchObject({ code: 'already-exists' });
    await makeWhole(target, write('third'), { mayReplace: (names) => names.includes('file') });
    expect(await content()).toBe('third');
  });

  it('leaves everything as it was when making fails', async () => {
    await makeWhole(target, write('first'));
    const failing = makeWhole(target, () => Promise.reject(new Error('no')), { mayReplace: () => true });
    await expect(failing).rejects.toThrow('no');
    expect(await content()).toBe('first');
    expect(await readdir(folder)).toEqual(['target']);
  });

  it('refuses a second process', async () => {
    await using _lock = await acquireLock(`${target}.lock`);
    await expect(makeWhole(target, write('x'))).rejects.toMatchObject({ code: 'in-use' });
  });

  it('writes through a link', async () => {
    await mkdir(join(folder, 'real'));
    await symlink('real', target);
    await makeWhole(target, write('through'));
    expect(await readFile(join(folder, 'real', 'file'), 'utf8')).toBe('through');
  });

  it('undoes an exchange that was cut off between its two renames', async () => {
    await makeWhole(target, write('first'));
    await rename(target, `${target}.old`);
    await expect(makeWhole(target, write('second'))).rejects.toMatchObject({ code: 'already-exists' });
    expect(await content()).toBe('first');
    expect(await readdir(folder)).toEqual(['target']);
  });

  it('removes or resumes what a killed process had begun', () => {
    const script = (then: string, resume: boolean): string => `
      import { existsSync, writeFileSync } from 'node:fs';
      import { makeWhole } from ${JSON.stringify(join(import.meta.dirname, 'staging.ts'))};
      await makeWhole(${JSON.stringify(target)}, async (staging) => { ${then} }, { resume: ${resume} });`;
    const run = (then: string, resume: boolean) =>
      spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script(then, resume)], {
        encoding: 'utf8',
      });
    const die = "writeFileSync(staging + '/half', ''); process.kill(process.pid, 'SIGKILL');";
    const tell = "console.log(existsSync(staging + '/half')); throw new Error('stop');";
    expect(run(die, true).signal).toBe('SIGKILL');
    expect(run(tell, true).stdout).toBe('true\n');
    expect(run(tell, false).stdout).toBe('false\n');
  });
});
