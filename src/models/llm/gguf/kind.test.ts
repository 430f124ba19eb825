import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseParameters } from '../../../ground/parameters.ts';
import type { Reply } from '../../contract.ts';
import { NO_PROFILE } from '../../shared/services/profile.ts';
import { interviewed, prepareInterview } from '../fitting.ts';
import { PAIR, PAIRS } from '../fixtures/interviewer.ts';
import { scriptedRuntime } from './fixtures/runtime.ts';
import { gguf } from './kind.ts';
import { parameters as specs } from './parameters.ts';
import { installCommand, loadRuntime } from './runtime.ts';
import { openLocalService } from './service.ts';

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

  it('shows prompts and replies', async () => {
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
    expect(said?.get('7')).toEqual({
      asked: [{ role: 'user', content: '头痛？' }],
      answers: [{ text: '{}' }],
    });
  });

  it('names a missing file', async () => {
    await expect(fitOn(join(folder, 'absent.gguf'))).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe('labels scored by whole answers', () => {
  it('have the probabilities of the answers that choose them, and a separate name in tables', async () => {
    const { runtime } = scriptedRuntime({ next: () => ({ '0': 0.2, '1': 0.6, '"': 0.5, '}': 0.9 }) });
    const given = { file: 'm.gguf', mode: 'logprob', optionsBy: 'answer' };
    const parameters = parseParameters(specs, given, { name: { en: 'gguf', zh: 'gguf' } });
    const endpoint = { url: 'gguf:0', model: 'm.gguf', profile: NO_PROFILE };
    const model = { file: 'm.gguf', contextSize: 4096, gpu: 'off', threads: undefined } as const;
    const request = { task: PAIRS, train: [], dev: [], seed: 0, parameters, score: () => 0 };
    const prepared = await prepareInterview(request, {
      ...{ endpoint, destination: '', lanes: 1 },
      open: () => openLocalService({ endpoint, model, seed: 0, limits: {} }, async () => runtime),
    });
    const replies: Reply[] = [];
    await interviewed(prepared).answer([PAIR], { onAnswer: (_, reply) => replies.push(reply) });
    expect(gguf.interpret(replies[0].raw, PAIR, PAIRS)).toMatchObject({
      status: 'answered',
      prediction: {
        label: '1',
        scores: { 0: expect.closeTo(Math.log(0.25), 10), 1: expect.closeTo(Math.log(0.75), 10) },
      },
    });
    expect(gguf.variant({ file: 'm', mode: 'logprob', optionsBy: 'answer' })).toBe('logprob of answers');
    expect(gguf.variant({ file: 'm', mode: 'logprob' })).toBe('logprob');
  });
});

describe('the optional peer', () => {
  it('gives, if absent, an error with the command that installs it', async () => {
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
    const ways = [{ mode: 'generate' }, { mode: 'logprob' }, { mode: 'logprob', optionsBy: 'answer' }];
    for (const way of ways) {
      const model = await fitOn(FILE, { ...way, maxTokens: 64, threads: 1 });
      const raws: unknown[] = [];
      for (let i = 0; i < 2; i++)
        await model.answer([PAIR], { onAnswer: (_: number, { raw }: Reply) => raws.push(raw) });
      expect(gguf.interpret(raws[0], PAIR, PAIRS)).toMatchObject({ status: 'answered' });
      expect(raws[1]).toEqual(raws[0]);
    }
  }, 60_000);
});
