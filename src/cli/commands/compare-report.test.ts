import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { keepRun } from '../../evaluation/fixtures/kept.ts';
import type { Labelled } from '../../tasks/families/shared/types.ts';
import type { CommandSpec } from '../command.ts';
import { runCommand } from '../fixtures/run-command.ts';
import type { GivenOptions } from '../typed-options.ts';
import { compareCommand } from './compare.ts';
import { reportCommand } from './report.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chineseblue-commands-'));
  await keepRun(root, 'cMedQQ', 'right', ({ gold }) => ({ label: (gold as Labelled).label }));
  await keepRun(root, 'cMedQQ', 'always', () => ({ label: '1' }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs a command on the kept runs; returns what it prints. */
const call = (
  command: CommandSpec,
  operands: readonly string[],
  given: GivenOptions = {},
  settings: { json?: boolean } = {},
): Promise<string> =>
  runCommand(command, operands, { dataDir: samplesDir(), runsDir: root, ...given }, settings);

const both = ['cMedQQ-test-right-s0', 'cMedQQ-test-always-s0'];

describe('compare', () => {
  it('prints tables with a verdict', async () => {
    const printed = await call(compareCommand, both, { resamples: '500' });
    expect(printed).toContain('right is better than always');
    expect(printed).toContain('synthetic');
    expect(printed).toMatch(/^a +1 +right/m);
  });

  it('prints JSON and Markdown', async () => {
    const comparison = JSON.parse(
      await call(compareCommand, both, { resamples: '500', items: '2' }, { json: true }),
    );
    expect(comparison).toMatchObject({
      schema: 'chineseblue/comparison@2',
      systems: [{ name: 'right', score: 1 }, { name: 'always' }],
    });
    expect(comparison.pairs[0].most).toHaveLength(2);
    expect(await call(compareCommand, both, { resamples: '500', format: 'markdown' })).toContain(
      '| a | 1 | right |',
    );
  });

  it.each([
    [{ resamples: 'many' }, 'bad-option'],
    [{ level: '95' }, 'bad-option'],
    [{ format: 'pdf' }, 'bad-option'],
    [{ convention: 'x@1' }, 'unknown-convention'],
  ])('refuses %o', async (given, code) => {
    await expect(call(compareCommand, both, given)).rejects.toMatchObject({ code, exitCode: 2 });
  });
});

describe('report', () => {
  it('writes one HTML file', async () => {
    const out = join(root, 'report.html');
    expect(await call(reportCommand, [...both, both[0]], { out })).toContain(out);
    const page = await readFile(out, 'utf8');
    expect(page.startsWith('<!doctype html>')).toBe(true);
    expect(page.match(/<details class="run"/g)).toHaveLength(2);
  });

  it('prints other formats, or writes them', async () => {
    expect(await call(reportCommand, both, { format: 'csv' })).toContain('cMedQQ,test,true,right,0');
    const out = join(root, 'report.json');
    await call(reportCommand, both, { out: out.replace(/\.[a-z]+$/, '.csv') });
    expect(await readFile(out.replace(/\.[a-z]+$/, '.csv'), 'utf8')).toContain('cMedQQ,test,true,right,0');
    const written = await call(reportCommand, both, { out }, { json: true });
    expect(JSON.parse(written)).toEqual({ file: out });
    expect(JSON.parse(await readFile(out, 'utf8')).tasks[0].runs).toHaveLength(2);
  });

  it('refuses an unknown format and an unknown run', async () => {
    await expect(call(reportCommand, both, { format: 'docx' })).rejects.toMatchObject({ code: 'bad-option' });
    await expect(call(reportCommand, ['nothing'])).rejects.toMatchObject({ code: 'unknown-run' });
  });
});
