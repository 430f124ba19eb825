import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chineseblue-interruption-'));
const modelFile = join(folder, 'slow.ts');
const out = join(folder, 'predictions.jsonl');

/** Inputs take 20 ms each; the step during which Ctrl-C arrives lasts as long as the parameter says, and is cut short for 1. */
const SLOW = `import { setTimeout } from 'node:timers/promises';
import { defineModel } from '${new URL('../models/define.ts', import.meta.url).href}';
import { integer } from '${new URL('../ground/parameters.ts', import.meta.url).href}';

const model = (last) => ({
  save: async () => {},
  async answer(inputs, { signal, onAnswer, answered }) {
    for (let index = 0; index < inputs.length; index++) {
      if (answered?.has(index)) continue;
      if (signal?.aborted) await setTimeout(last);
      signal?.throwIfAborted();
      await setTimeout(20, undefined, last === 1 ? { signal } : {});
      onAnswer(index, { raw: { label: '1' } });
      if (index === 3) process.stderr.write('STARTED');
    }
  },
});
export default defineModel({
  contract: 1,
  id: 'slow',
  version: 1,
  summary: { en: 'Waits', zh: '等待' },
  families: ['classification'],
  parameters: {
    last: integer({ speedOnly: true, answering: true, default: 0, min: 0, summary: { en: 'Milliseconds.', zh: '毫秒。' } }),
  },
  seeded: false,
  capabilities: { save: true, load: true, explain: false, embed: false },
  implementation: async () => ({
    fit: { classification: async ({ parameters: { last } }) => model(last) },
    load: async (_path, _task, { last = 0 }) => model(last),
  }),
});
`;

beforeAll(() => writeFileSync(modelFile, SLOW));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command, sends Ctrl-C `count` times once it answers, and measures from the first one. */
function interrupted(args: readonly string[], count = 1) {
  const all = [...args, '--task', 'cMedIC', '--model-file', modelFile];
  const child = spawn(process.execPath, [here('../../bin/chineseblue.js'), ...all], {
    env: { ...process.env, CHINESEBLUE_DATA: here('../../samples'), LC_ALL: 'C.UTF-8' },
  });
  let stderr = '';
  let sent = 0;
  let told = 0;
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    if (sent === 0 && stderr.includes('STARTED')) {
      sent = performance.now();
      child.kill('SIGINT');
    } else if (told === 0 && /Interrupted: |已收到中断：/.test(stderr)) {
      told = performance.now() - sent;
      for (let more = 1; more < count; more++) child.kill('SIGINT');
    }
  });
  return new Promise<{ code: number | null; stderr: string; told: number; ended: number }>((resolve) => {
    child.on('close', (code) => resolve({ code, stderr, told, ended: performance.now() - sent }));
  });
}

const runsDir = join(folder, 'runs');
const commands = {
  run: ['run', '--model', 'slow', '--runs-dir', runsDir, '--jobs', '1'],
  train: ['train', '--model', 'slow', '--out', join(folder, 'model')],
  predict: ['predict', '--model', 'slow:x', '--out', out],
};

describe('Ctrl-C', () => {
  it.each(Object.entries(commands))('is acknowledged by %s, which ends after its step', async (_, args) => {
    const { code, stderr, told, ended } = await interrupted([...args, '--param', 'last=300']);
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /Interrupted: .*(finishing|stop after).* Press Ctrl-C again to stop immediately\./,
    );
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(1000);
    expect(ended).toBeGreaterThan(250);
  });

  it('keeps replies', async () => {
    const [run] = readdirSync(runsDir);
    const replies = readFileSync(join(runsDir, run, 'answers.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(replies.length).toBeGreaterThan(3);
    expect(existsSync(out)).toBe(false);
    const kept = readFileSync(`${out}.partial`, 'utf8').trim().split('\n');
    expect(kept.slice(1).every((line) => JSON.parse(line).raw.label === '1')).toBe(true);
    expect(kept.length).toBeGreaterThan(4);
  });

  it('is no internal error where it cuts a wait short', async () => {
    const cut = ['train', '--model', 'slow', '--out', join(folder, 'cut'), '--param', 'last=1'];
    const { code, stderr } = await interrupted(cut);
    expect(code).toBe(130);
    expect(stderr).toContain('Interrupted [interrupted]');
    expect(stderr).not.toContain('AbortError');
  });

  it('ends a command at once that writes nothing, even while it waits', async () => {
    const waiting = ['score', '--task', 'cMedIC', '--split', 'test', '--predictions', '-'];
    const child = spawn(process.execPath, [here('../../bin/chineseblue.js'), ...waiting], {
      env: { ...process.env, CHINESEBLUE_DATA: here('../../samples') },
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const started = new Promise((resolve) => child.stdin.on('drain', resolve));
    // more than a pipe holds: written when the command has begun to read
    child.stdin.write('\n'.repeat(1 << 20));
    await started;
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });

  it('is observed by every other command', () => {
    const folder = here('commands');
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const sources = files.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    const running = sources.filter(([, source]) => /\brun\(/.test(source));
    expect(running.length).toBeGreaterThan(20);
    const deaf = running.filter(([, source]) => !/\bsignal\b|endsAtOnce: true/.test(source));
    // each writes one folder within seconds, and finishes it
    expect(deaf.map(([name]) => name)).toEqual(['export.ts', 'init.ts']);
  });

  it('ends at once the second time', async () => {
    const again = ['--out', join(folder, 'again.jsonl')];
    const args = [...commands.predict, ...again, '--param', 'last=60000', '--lang', 'zh'];
    const { code, stderr, ended } = await interrupted(args, 2);
    expect(code).toBe(130);
    expect(stderr).toContain('再按一次 Ctrl-C 立即退出');
    expect(ended).toBeLessThan(3000);
  });
});
