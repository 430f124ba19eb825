import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { bytesOf, tinyRequest } from './fixtures/tiny.ts';
import { train } from './loop.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-loop-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;
const fresh = (): string => join(scratch, `run${made++}`);
const logOf = (directory: string): Record<string, number>[] =>
  readFileSync(join(directory, 'train.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('train', () => {
  it('learns, logs what it does and keeps the best weights', async () => {
    const directory = fresh();
    const notes: string[] = [];
    const result = await train(
      tinyRequest(directory, { epochs: 12 }, { onProgress: (_share, note) => notes.push(note) }),
    );
    expect(result.score).toBeGreaterThan(0.9);
    const log = logOf(directory);
    const scores = log.filter(({ dev }) => dev !== undefined).map(({ dev }) => dev);
    expect(result.score).toBe(Math.max(...scores));
    expect(scores[result.epoch - 1]).toBe(result.score);
    const steps = log.filter(({ loss }) => loss !== undefined);
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0].loss);
    expect(steps.every(({ padding }) => padding >= 0 && padding < 0.5)).toBe(true);
    expect(notes.at(-1)).toMatch(/epoch 12\/12, step 120, loss .*, best .*, \d+ tokens\/s, .* left/);
  });

  it('stops early where dev does not get better', async () => {
    const directory = fresh();
    await train(tinyRequest(directory, { epochs: 9, patience: 2 }, { evaluate: async () => 0.5 }));
    expect(logOf(directory).filter(({ dev }) => dev !== undefined)).toHaveLength(3);
  });

  it('moves no frozen parameter', async () => {
    const request = tinyRequest(fresh(), { freeze: 2, epochs: 1 });
    const { weights } = await train(request);
    for (const [name, { data }] of request.initial) {
      const frozen = name.startsWith('embeddings.') || name.startsWith('encoder.layer.0.');
      expect([...weights.get(name)!].join() === [...data].join(), name).toBe(frozen);
    }
  });

  it.each([
    ['R-Drop and multi-sample dropout', { rdrop: 1, samples: 3 }],
    ['FGM', { adversarial: 0.5 }],
    ['a moving average', { ema: 0.8 }],
    ['accumulation and a cosine', { accumulate: 3, schedule: 'cosine' as const }],
  ])('%s changes the weights, and gives the same again', async (_name, settings) => {
    const [plain, once, again] = await Promise.all(
      [{}, settings, settings].map(async (change) =>
        bytesOf((await train(tinyRequest(fresh(), { epochs: 2, ...change }))).weights),
      ),
    );
    expect(once.equals(plain)).toBe(false);
    expect(once.equals(again)).toBe(true);
  });

  it('two batches that are accumulated are one batch of twice the size', async () => {
    const still = { epochs: 1, buckets: 1, rdrop: 0, clip: 0 };
    const request = (settings: object): ReturnType<typeof tinyRequest> => {
      const made = tinyRequest(fresh(), { ...still, ...settings });
      const config = { ...made.config, hiddenDropout: 0, attentionDropout: 0 };
      return { ...made, config, items: made.items.slice(0, 32), evaluate: undefined };
    };
    const [one, two] = await Promise.all([
      train(request({ batch: 32 })),
      train(request({ batch: 16, accumulate: 2 })),
    ]);
    for (const [name, data] of one.weights) {
      if (name.endsWith('key.bias')) continue;
      for (const [i, value] of data.entries()) expect(two.weights.get(name)![i]).toBeCloseTo(value, 4);
    }
  });

  it('stopped by a signal, goes on as if never stopped', async () => {
    const whole = bytesOf((await train(tinyRequest(fresh()))).weights);
    const directory = fresh();
    for (const after of [7, 23]) {
      const stop = new AbortController();
      let told = 0;
      const evaluate = tinyRequest(directory).evaluate!;
      const running = train(
        tinyRequest(
          directory,
          {},
          {
            signal: stop.signal,
            evaluate: async (...given) => {
              if (++told * 10 > after) stop.abort(new Error('stopped'));
              return evaluate(...given);
            },
          },
        ),
      );
      await expect(running).rejects.toThrow('stopped');
    }
    expect(bytesOf((await train(tinyRequest(directory))).weights).equals(whole)).toBe(true);
  });

  it('starts anew where data or settings are others', async () => {
    const directory = fresh();
    await train(tinyRequest(directory, { epochs: 1 }));
    const notes: string[] = [];
    const changed = await train(
      tinyRequest(directory, { epochs: 2 }, { onProgress: (_share, note) => notes.push(note) }),
    );
    expect(notes.some((note) => note.includes('other data or settings'))).toBe(true);
    expect(
      bytesOf(changed.weights).equals(bytesOf((await train(tinyRequest(fresh(), { epochs: 2 }))).weights)),
    ).toBe(true);
  });

  it('passes over a damaged checkpoint and uses the one before it', async () => {
    const directory = fresh();
    const whole = bytesOf((await train(tinyRequest(directory))).weights);
    const checkpoints = readdirSync(directory)
      .filter((name) => name.startsWith('checkpoint-'))
      .sort();
    expect(checkpoints).toHaveLength(2);
    const last = join(directory, checkpoints[1]);
    const bytes = readFileSync(last);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(last, bytes);
    const notes: string[] = [];
    const again = await train(tinyRequest(directory, {}, { onProgress: (_share, note) => notes.push(note) }));
    expect(notes[0]).toContain(`${checkpoints[1]}: The checkpoint is damaged`);
    expect(bytesOf(again.weights).equals(whole)).toBe(true);
  });
});

describe('killed with SIGKILL at random moments', () => {
  const child = join(import.meta.dirname, 'fixtures/tiny.ts');
  const run = async (directory: string, out: string, killAfter = Number.POSITIVE_INFINITY): Promise<void> => {
    const running = spawn(process.execPath, [child, directory, out], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    if (Number.isFinite(killAfter)) {
      await wait(killAfter);
      running.kill('SIGKILL');
    }
    await ended;
  };

  it('ends with the same bits', async () => {
    const [whole, broken] = [fresh(), fresh()];
    await run(whole, `${whole}.bin`);
    const random = createRandom(process.pid, 'kills');
    for (let kill = 0; kill < 4; kill++) await run(broken, `${broken}.early`, 200 + random.below(600));
    await run(broken, `${broken}.bin`);
    expect(readFileSync(`${broken}.bin`).equals(readFileSync(`${whole}.bin`))).toBe(true);
  }, 60_000);
});
