import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHarness, failure } from '../../fetch/fixtures/harness.ts';
import { answer, content, official, unsized } from '../../fetch/fixtures/server.ts';
import { findLeftovers } from '../../fetch/part.ts';
import { findTask } from '../../tasks/registry.ts';
import { getData, getFiles } from './get.ts';
import { verifyData } from './verify.ts';

const harness = createHarness();
let dataDir: string;
let destination: string;
beforeEach(() => {
  ({ dataDir, destination } = harness);
});

describe('leftovers', () => {
  const dead = async (): Promise<number> => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((exited) => child.once('exit', exited));
    return child.pid ?? 0;
  };

  test('a partial file of a dead process is continued; that of a live one is not touched', async () => {
    const address = await harness.serve((_, request, response) => answer(request, response));
    const host = hostname().replace(/[^A-Za-z0-9]/g, '') || 'host';
    await mkdir(join(dataDir, 'cMedIC'));
    const left = `${destination}.${host}-${await dead()}-00ff.part`;
    const living = `${destination}.${host}-${process.ppid}-00ff.part`;
    const foreign = `${destination}.elsewhere-1-00ff.part`;
    await writeFile(left, content.subarray(0, 60_000));
    await writeFile(living, 'x');
    await writeFile(foreign, 'x');
    expect(await findLeftovers([destination])).toEqual(new Map([[destination, [left]]]));
    const report = await getFiles([official], { dataDir, address });
    expect(report.files).toEqual([{ path: official.path, state: 'fetched' }]);
    expect(harness.server?.requests).toEqual([{ range: 'bytes=60000-' }]);
    expect(await readFile(destination)).toEqual(content);
    expect((await harness.partsLeft()).length).toBe(2);
  });

  test('leftovers next to a complete file are removed', async () => {
    const host = hostname().replace(/[^A-Za-z0-9]/g, '') || 'host';
    await mkdir(join(dataDir, 'cMedIC'));
    await writeFile(destination, content);
    await writeFile(`${destination}.${host}-${await dead()}-00ff.part`, 'x');
    expect((await getFiles([official], { dataDir })).files[0].state).toBe('kept');
    expect(await harness.partsLeft()).toEqual([]);
  });

  test('two processes may fill one directory at once', async () => {
    const address = await harness.serve((_, request, response) => {
      setTimeout(() => answer(request, response), 30);
    });
    const code = `
      import { getFiles } from ${JSON.stringify(new URL('./get.ts', import.meta.url).href)};
      const report = await getFiles([${JSON.stringify(official)}], { dataDir: process.argv[1], address: process.argv[2] });
      console.log(report.files[0].state);`;
    const run = () =>
      new Promise<string>((done) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', code, dataDir, address]);
        let output = '';
        child.stdout.on('data', (chunk) => (output += chunk));
        child.stderr.on('data', (chunk) => (output += chunk));
        child.once('close', () => done(output.trim()));
      });
    for (const state of await Promise.all([run(), run()])) expect(['fetched', 'kept']).toContain(state);
    expect(await readFile(destination)).toEqual(content);
    expect(await harness.partsLeft()).toEqual([]);
  });
});

describe('getData', () => {
  test('a user’s own file is not replaced unless forced', async () => {
    const address = await harness.serve((_, request, response) => answer(request, response));
    await mkdir(join(dataDir, 'cMedIC'));
    await writeFile(destination, 'mine');
    expect((await getFiles([official], { dataDir, address })).files[0].state).toBe('yours');
    expect(await readFile(destination, 'utf8')).toBe('mine');
    expect((await getFiles([official], { dataDir, address, force: true })).files[0].state).toBe('fetched');
    expect(await readFile(destination)).toEqual(content);
  });

  test('a local copy: in any of the known layouts, missing, or different', async () => {
    const from = await harness.newFolder();
    const state = async () => (await getFiles([official], { dataDir, from })).files[0].state;
    expect(await state()).toBe('missing');
    await mkdir(join(from, 'data', 'cMedIC'), { recursive: true });
    await writeFile(join(from, 'data', 'cMedIC', 'train.txt'), 'another');
    expect(await state()).toBe('differs');
    await writeFile(join(from, 'data', 'cMedIC', 'train.txt'), content);
    expect(await state()).toBe('fetched');
    expect(await readFile(destination)).toEqual(content);
    const none = await failure(
      getFiles([unsized], { dataDir: join(dataDir, 'x'), from: join(from, 'none') }),
    );
    expect(none.code).toBe('file-missing');
  });

  test('a task that was never released', async () => {
    const error = await failure(getData([findTask('CMedSQC')], { dataDir }));
    expect(error.code).toBe('not-public');
    expect(error.hint).toContain(join(dataDir, 'CMedSQC', 'test.txt'));
  });

  test('verify distinguishes right, wrong and absent files', async () => {
    await mkdir(join(dataDir, 'cMedIC'));
    await writeFile(join(dataDir, 'cMedIC', 'dev.txt'), 'wrong');
    const states = Object.fromEntries(
      (await verifyData([findTask('cMedIC')], dataDir)).map(({ path, state }) => [path, state]),
    );
    expect(states).toEqual({
      'cMedIC/dev.txt': 'differs',
      'cMedIC/test.txt': 'absent',
      'cMedIC/train.txt': 'absent',
    });
  });
});
