import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { runMain } from '../fixtures/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bound-'));
const model = join(folder, 'linear.bin');
const testFile = join(samplesDir(), 'cMedIC', 'test.synthetic.txt');
const labels = readFileSync(testFile, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t')[0]);

afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...rest: string[]) =>
  runMain(command, '--task', 'cMedIC', '--data-dir', samplesDir(), ...rest);

function write(lines: readonly object[], name = 'p.jsonl'): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

beforeAll(async () => {
  expect((await run('train', '--model', 'linear', '--out', model)).status).toBe(0);
});

test('predictions of one split are not scored on another', async () => {
  const out = join(folder, 'dev.jsonl');
  await run('predict', '--model', `linear:${model}`, '--split', 'dev', '--out', out);
  expect((await run('score', '--predictions', out, '--split', 'dev')).status).toBe(0);
  for (const command of ['score', 'check', 'reproduce']) {
    const { status, stdout, stderr } = await run(
      command,
      '--predictions',
      out,
      '--split',
      'test',
      '--lang',
      'en',
    );
    expect(status).toBe(3);
    expect(stdout + stderr).toContain('split dev, not test');
  }
});

test('predict writes only predictions to standard output', async () => {
  const { status, stdout } = await run('predict', '--model', `linear:${model}`, '--out', '-');
  const [header, ...lines] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toMatchObject({
    chineseblue: 'predictions@1',
    task: 'cMedIC',
    split: 'test',
    scheme: 'carved',
  });
  expect([status, lines.length]).toEqual([0, labels.length]);
});

test('whole numbers are labels', async () => {
  const file = write(labels.map((label, i) => ({ id: i, label: Number(label) })));
  const { status, stdout } = await run('score', '--predictions', file, '--json');
  expect(status).toBe(0);
  const { coverage, subsets, primary } = JSON.parse(stdout);
  expect(coverage).toMatchObject({ asked: labels.length, answered: labels.length, unreadable: 0 });
  const score = subsets.all.scores.find(({ convention }: { convention: string }) => convention === primary);
  expect(score.value).toBe(1);
});

test('a file in which nothing is valid fails, and still prints its scores', async () => {
  const file = write(labels.map((_, i) => ({ id: String(i), label: 'nonsense' })));
  for (const command of ['score', 'reproduce']) {
    const rest = command === 'reproduce' ? ['--split', 'test'] : [];
    const { status, stdout, stderr } = await run(command, '--predictions', file, '--json', ...rest);
    expect(status).toBe(3);
    expect(JSON.parse(stdout).coverage).toMatchObject({ answered: 0, unreadable: labels.length });
    expect(JSON.parse(stderr).error.code).toBe('nothing-valid');
  }
});

test('--min-coverage fails below its share and passes at it', async () => {
  const half = labels.slice(0, labels.length / 2).map((label, i) => ({ id: String(i), label }));
  const file = write([...half, { id: String(labels.length - 1), status: 'refused' }]);
  const score = (least: string) => run('score', '--predictions', file, '--json', '--min-coverage', least);
  expect((await score('0.5')).status).toBe(0);
  const { status, stdout, stderr } = await score('0.6');
  expect([status, JSON.parse(stderr).error.code]).toEqual([3, 'low-coverage']);
  expect(JSON.parse(stdout).coverage).toEqual({
    asked: labels.length,
    answered: half.length,
    refused: 1,
    unreadable: 0,
    missing: labels.length - half.length - 1,
  });
  expect((await score('2')).status).toBe(2);
  const checked = await run('check', '--predictions', file, '--json');
  expect(JSON.parse(checked.stdout).coverage).toMatchObject({ answered: half.length, refused: 1 });
});

test('deeply nested lines are a typed error', async () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const file = join(folder, 'deep.jsonl');
  writeFileSync(file, `{"id":"0","label":${deep},"text":${deep}}\n{"id":${deep}}\n`);
  for (const command of ['score', 'check'])
    expect((await run(command, '--predictions', file, '--json')).status).toBe(3);
});

test('explain answers in the chosen language, as text and as JSON', async () => {
  const explain = ['explain', '--model', `linear:${model}`, '--id', '0'] as const;
  const chinese = await run(...explain, '--lang', 'zh');
  expect(chinese.stdout.split('\n')[1]).toMatch(/^\S+：概率 \d\.\d{3}，/);
  const english = await run(...explain, '--lang', 'en', '--json');
  expect(JSON.parse(english.stdout).reasons[0]).toMatch(/^\S+: probability \d\.\d{3}, /);
});

test('offsets are refused where predictions mark no places', async () => {
  const file = write([{ id: '0', label: labels[0] }]);
  for (const command of ['score', 'check']) {
    const { status, stderr } = await run(command, '--predictions', file, '--offsets', 'utf16', '--json');
    expect([status, JSON.parse(stderr).error.code]).toEqual([2, 'option-unread']);
  }
});
