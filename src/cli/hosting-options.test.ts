import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { runMain } from './fixtures/run-main.ts';
import { openIdOf } from './openid-options.ts';

it('sign-in by a provider requires all its options, and valid URLs', async () => {
  const issuer = 'https://login.hospital.example';
  await expect(openIdOf({ openidIssuer: issuer })).rejects.toMatchObject({ code: 'openid-incomplete' });
  await expect(openIdOf({ openidClient: 'x' })).rejects.toMatchObject({ code: 'openid-incomplete' });
  await expect(openIdOf({ publicUrl: 'hospital' })).rejects.toMatchObject({ code: 'bad-public-url' });
  await expect(
    openIdOf({ openidIssuer: 'http://hospital.example', openidClient: 'x' }),
  ).rejects.toMatchObject({
    code: 'bad-issuer',
  });
  const missing = {
    openidIssuer: issuer,
    openidClient: 'x',
    openidSecretFile: join(tmpdir(), 'no-such-secret'),
  };
  await expect(openIdOf(missing)).rejects.toMatchObject({ code: 'file-missing' });
  expect(await openIdOf({})).toEqual({ publicUrl: undefined });
  expect(await openIdOf({ openidIssuer: issuer, openidClient: 'x' })).toHaveProperty('openid.begin');
});

it('a worker takes either evaluations or submissions', async () => {
  const server = ['--server', 'http://127.0.0.1:1'];
  const refused = async (...args: string[]) => {
    const { status, stderr } = await runMain('worker', ...args);
    return [status, stderr] as const;
  };
  const both = await refused(...server, '--challenge', 'cMedIC', '--queue', 'postgres://x');
  expect(both[0]).toBe(2);
  expect(both[1]).toContain('--server cannot be combined with --queue');
  expect((await refused(...server))[1]).toContain('--challenge is required');
  const queue = await refused('--queue', 'postgres://x', '--challenge', 'cMedIC');
  expect(queue[1]).toContain('--queue cannot be combined with --challenge');
  const unreachable = await refused(...server, '--challenge', 'cMedIC');
  expect([unreachable[0], unreachable[1]]).toEqual([3, expect.stringContaining('does not answer')]);
});

it('only a challenge with remote gold can be created over the network', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-hosting-'));
  try {
    const file = join(directory, 'ward.json');
    const phases = { test: { split: 'test' } };
    await writeFile(
      file,
      JSON.stringify({ id: 'ward', title: 'W', task: 'cMedIC', goldReaders: 'x', phases }),
    );
    const server = ['--server', 'http://127.0.0.1:1'];
    const { status, stderr } = await runMain('challenge', 'create', file, ...server, '--lang', 'zh');
    expect([status, stderr]).toEqual([2, expect.stringContaining('只有金标为 remote 的挑战赛')]);
    const subsets = await runMain('challenge', 'create', file, ...server, '--subsets', directory);
    expect(subsets.stderr).toContain('--server cannot be combined with --subsets');
  } finally {
    await rm(directory, { recursive: true });
  }
});

it('what works on the data of a server makes none where there is none', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-no-server-'));
  const [site, file] = [join(directory, 'site'), join(directory, 'site.jsonl.gz')];
  const failure = async (...args: string[]) => {
    const { status, stderr } = await runMain('challenge', ...args, '--dir', site, '--json');
    return [status, JSON.parse(stderr).error];
  };
  try {
    const absent = [3, expect.objectContaining({ code: 'no-server', file: site })];
    expect(await failure('export', file)).toEqual(absent);
    expect(await failure('rekey')).toEqual(absent);
    await writeFile(file, '{"chineseblue":');
    expect(await failure('import', file)).toEqual([3, expect.objectContaining({ code: 'bad-export', file })]);
    await writeFile(file, gzipSync('{"end":0}\n'));
    expect(await failure('import', file)).toEqual([
      3,
      expect.objectContaining({ code: 'bad-export', file, line: 1 }),
    ]);
    expect(await readdir(directory)).toEqual(['site.jsonl.gz']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
