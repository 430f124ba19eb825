import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../contract.ts';
import { PAIR, PAIRS } from '../fixtures/interviewer.ts';
import { gguf } from './kind.ts';
import { installCommand, loadRuntime } from './runtime.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fitOn = (file: string, more: object = {}) =>
  gguf.fit({
    ...{ task: PAIRS, train: [], dev: [], seed: 0, score: () => 0 },
    parameters: { file, ...more },
  });

describe('the kind gguf', () => {
  it('depends on the content of its file, and sends nothing anywhere', async () => {
    const file = join(folder, 'm.gguf');
    await writeFile(file, 'GGUF');
    expect(await gguf.startingPoint({ file })).toBe(createHash('sha256').update('GGUF').digest('hex'));
    expect(await gguf.destination({ file })).toBeUndefined();
    const estimate = await (await fitOn(file)).estimate?.([PAIR]);
    expect(estimate).toMatchObject({ calls: 1, destination: file });
  });

  it('shows what was asked and answered', async () => {
    const directory = join(folder, 'runs', 'run');
    await mkdir(directory, { recursive: true });
    const [message, key] = ['a'.repeat(32), 'b'.repeat(32)];
    const lines = [
      { schema: 'chineseblue/calls@1', endpoint: 'gguf:0', model: 'm' },
      { message, role: 'user', content: '头痛？' },
      { call: key, messages: [message], reply: { text: '{}', attempts: 1, ms: 1 } },
    ];
    await writeFile(
      join(directory, 'calls.jsonl'),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const raw = { asking: 'label', repeats: [[{ text: '{}' }]] };
    const said = await gguf.conversations(directory, new Map([['7', { raw, key }]]));
    expect(said?.get('7')).toEqual({ asked: [{ role: 'user', content: '头痛？' }], answers: ['{}'] });
  });

  it('names a file that is absent', async () => {
    await expect(fitOn(join(folder, 'absent.gguf'))).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe('the optional peer', () => {
  it('that is absent is asked for with the command that installs it', async () => {
    await expect(loadRuntime('node-llama-cpp-that-is-absent')).rejects.toMatchObject({
      code: 'no-node-llama-cpp',
      hint: expect.stringContaining(installCommand('off')),
    });
  });

  it('is installed without the compiled parts of other machines', () => {
    expect(installCommand('off', 'linux-x64')).toBe(
      'npm i --omit=optional node-llama-cpp@3.21.1 @node-llama-cpp/linux-x64@3.21.1',
    );
    expect(installCommand('cuda', 'win32-x64')).toContain(
      'win-x64@3.21.1 @node-llama-cpp/win-x64-cuda@3.21.1',
    );
    expect(installCommand('metal', 'darwin-arm64')).toMatch(/ @node-llama-cpp\/mac-arm64-metal@3\.21\.1$/);
    expect(installCommand('off', 'aix-ppc64')).toBe('npm i node-llama-cpp@3.21.1');
  });
});

/** A model to try with, where the peer is installed. */
const FILE = process.env.CHINESEBLUE_GGUF ?? '';

describe.skipIf(!existsSync(FILE))('a real model (skipped: CHINESEBLUE_GGUF names none)', () => {
  it('answers in words and by probabilities, the same ones again', async () => {
    for (const mode of ['generate', 'logprob']) {
      const model = await fitOn(FILE, { mode, maxTokens: 64, threads: 1 });
      const raws: unknown[] = [];
      for (let i = 0; i < 2; i++)
        await model.answer([PAIR], { onAnswer: (_: number, { raw }: Reply) => raws.push(raw) });
      expect(gguf.interpret(raws[0], PAIR, PAIRS)).toMatchObject({ status: 'answered' });
      expect(raws[1]).toEqual(raws[0]);
    }
  }, 60_000);
});
