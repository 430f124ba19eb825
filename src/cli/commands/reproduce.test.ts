import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';

const bin = fileURLToPath(new URL('../../../bin/chineseblue.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chineseblue-reproduce-'));
const env = { ...process.env, CHINESEBLUE_DATA: samplesDir(), LC_ALL: 'C.UTF-8' };
const reproduce = (...args: string[]) =>
  spawnSync(process.execPath, [bin, 'reproduce', ...args], { encoding: 'utf8', cwd: folder, env });

beforeAll(async () => {
  const open = (name: string) => openDataset({ task: findTask(name), dir: samplesDir() });
  const { examples } = await (await open('cMedQA')).split('dev');
  const lines = (examples as readonly Example<'similarity'>[]).map(({ id, gold }) =>
    JSON.stringify({ id, ...gold }),
  );
  writeFileSync(join(folder, 'right.jsonl'), `${lines.join('\n')}\n`);
  const { questions: documents } = await (await open('cEHRNER')).split('test');
  const empty = documents.map(({ id }) => JSON.stringify({ id, entities: [] }));
  writeFileSync(join(folder, 'empty.jsonl'), `${empty.join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('reproduce', () => {
  it('evaluates dev where the published figure is on dev, and prints all columns', () => {
    const { status, stdout } = reproduce('--task', 'cMedQA', '--predictions', 'right.jsonl');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^cMedQA dev \(synthetic sample\): \d+ examples/);
    expect(stdout).toMatch(/these predictions +100\.0 .* 100\.0 /);
    expect(stdout).toMatch(/MC-BERT in the paper +82\.3/);
    expect(stdout).toContain('a constant: always "0"');
    expect(stdout).toContain('are not comparable with the paper');
  });

  it('prints Chinese, and JSON', () => {
    const args = ['--task', 'cMedQA', '--predictions', 'right.jsonl'];
    expect(reproduce(...args, '--lang', 'zh').stdout).toContain('论文 MC-BERT');
    expect(JSON.parse(reproduce(...args, '--json').stdout)).toMatchObject({
      schema: 'chineseblue/side-by-side@2',
      asPublished: { convention: 'similarity/as-published/accuracy-without-first-line@1', value: 1 },
    });
  });

  it('refuses options that the task has no use for, and says which have', () => {
    const args = ['--task', 'cMedQA', '--predictions', 'right.jsonl'];
    expect(reproduce(...args, '--vocab', 'vocab.txt')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--vocab does not apply to cMedQA .*\n.*cEHRNER, cMedQANER/),
    });
    expect(reproduce(...args, '--offsets', 'code-point', '--lang', 'zh')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--offsets 不适用于 cMedQA .*\n.*任务族 .*ner/),
    });
  });

  it('reports what is missing', () => {
    expect(reproduce('--task', 'cEHRNER', '--predictions', 'empty.jsonl')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--vocab'),
    });
    expect(reproduce('--task', 'CMDD', '--predictions', 'right.jsonl')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('cMedIR'),
    });
    const regrouped = reproduce('--task', 'cMedQA', '--predictions', 'right.jsonl', '--split', 'regrouped@1');
    expect(regrouped.stderr).toContain('--split must be one of train, dev, test');
  });
});
