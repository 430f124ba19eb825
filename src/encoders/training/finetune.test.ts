import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { readCheckpoint } from './checkpoint.ts';
import { describeEvent, type TrainingEvent } from './events.ts';
import { train } from './finetune.ts';
import { bytesOf, tinyRequest } from './fixtures/tiny.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-loop-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;
const fresh = (): string => join(scratch, `run${made++}`);
const logOf = (directory: string): Record<string, number>[] =>
  readFileSync(join(directory, 'train.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const checkpointsOf = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.startsWith('checkpoint-'))
    .sort();

describe('train', () => {
  it('learns, logs, reports events and keeps the best weights', async () => {
    const directory = fresh();
    const events: TrainingEvent[] = [];
    const result = await train(
      tinyRequest(directory, { epochs: 12 }, { onEvent: (event) => events.push(event) }),
    );
    expect(result.score).toBeGreaterThan(0.9);
    const log = logOf(directory);
    const scores = log.filter(({ dev }) => dev !== undefined).map(({ dev }) => dev);
    expect(result.score).toBe(Math.max(...scores));
    expect(scores[result.epoch - 1]).toBe(result.score);
    const steps = log.filter(({ loss }) => loss !== undefined);
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0].loss);
    expect(steps.every(({ padding }) => padding >= 0 && padding < 0.5)).toBe(true);
    const kinds = new Map(events.map((event) => [event.kind, event]));
    expect(kinds.get('step')).toMatchObject({ share: 1, step: 120, steps: 120, epoch: 11, epochs: 12 });
    expect(kinds.get('score')).toMatchObject({ step: 120, epoch: 12, scores: scores.at(-1) });
    expect(kinds.get('checkpoint')).toEqual({ kind: 'checkpoint', step: 120 });
    expect(events.filter(({ kind }) => kind === 'compiled')).toHaveLength(2);
    const { en, zh } = describeEvent(kinds.get('step')!)!;
    expect(en).toMatch(/^epoch 12\/12, step 120\/120, loss .*, best .*, \d+ tokens\/s, 0 s left$/);
    expect(zh).toMatch(/^第 12\/12 轮，第 120\/120 步，损失 .*，最优 .*，\d+ 词元\/秒，剩余 0 秒$/);
  });

  it('stops early where dev does not improve', async () => {
    const directory = fresh();
    await train(tinyRequest(directory, { epochs: 9, patience: 2 }, { evaluate: async () => 0.5 }));
    expect(logOf(directory).filter(({ dev }) => dev !== undefined)).toHaveLength(3);
  });

  it('does not change frozen parameters', async () => {
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
  ])('%s changes the weights reproducibly', async (_name, settings) => {
    const [plain, once, again] = await Promise.all(
      [{}, settings, settings].map(async (change) =>
        bytesOf((await train(tinyRequest(fresh(), { epochs: 2, ...change }))).weights),
      ),
    );
    expect(once.equals(plain)).toBe(false);
    expect(once.equals(again)).toBe(true);
  });

  it.each([0, 2])(
    'no longer needs the initial weights once it has copies, with %d frozen layers',
    async (freeze) => {
      const settings = { epochs: 2, freeze };
      const whole = bytesOf((await train(tinyRequest(fresh(), settings))).weights);
      const request = tinyRequest(fresh(), settings);
      const initial = new Map(request.initial);
      const { weights } = await train({ ...request, initial, onCopied: () => initial.clear() });
      expect(initial.size).toBe(0);
      expect(bytesOf(weights).equals(whole)).toBe(true);
    },
  );

  it('refuses FGM on frozen embeddings', async () => {
    const running = train(tinyRequest(fresh(), { freeze: 1, adversarial: 0.5 }));
    await expect(running).rejects.toMatchObject({ code: 'frozen-embeddings' });
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

  it('stopped by a signal, resumes exactly', async () => {
    const uninterrupted = fresh();
    const whole = bytesOf((await train(tinyRequest(uninterrupted))).weights);
    const directory = fresh();
    for (const after of [7, 23]) {
      const stop = new AbortController();
      let evaluated = 0;
      const evaluate = tinyRequest(directory).evaluate!;
      const running = train(
        tinyRequest(
          directory,
          {},
          {
            signal: stop.signal,
            evaluate: async (...given) => {
              if (++evaluated * 10 > after) stop.abort(new Error('stopped'));
              return evaluate(...given);
            },
          },
        ),
      );
      await expect(running).rejects.toThrow('stopped');
    }
    expect(bytesOf((await train(tinyRequest(directory))).weights).equals(whole)).toBe(true);
    const [log, expected] = [directory, uninterrupted].map((of) =>
      readFileSync(join(of, 'train.jsonl'), 'utf8'),
    );
    expect(log).toBe(expected);
  });

  it.each(['damaged', 'missing', 'belongs to another training'])(
    'trains again where the best weights are %s',
    async (how) => {
      const [directory, other] = [fresh(), fresh()];
      const whole = bytesOf((await train(tinyRequest(directory, { epochs: 2 }))).weights);
      const best = join(directory, 'best.bin');
      if (how === 'missing') rmSync(best);
      else if (how === 'damaged') writeFileSync(best, readFileSync(best).fill(0, 200, 300));
      else {
        await train(tinyRequest(other, { epochs: 2, seed: 5 }));
        writeFileSync(best, readFileSync(join(other, 'best.bin')));
      }
      const events: TrainingEvent[] = [];
      const onEvent = (event: TrainingEvent) => events.push(event);
      const again = await train(tinyRequest(directory, { epochs: 2 }, { onEvent }));
      expect(bytesOf(again.weights).equals(whole)).toBe(true);
      expect(events.find(({ kind }) => kind === 'skipped')).toMatchObject({
        why: { en: expect.stringContaining('best.bin') },
      });
    },
  );

  it('starts again where data or settings differ', async () => {
    const directory = fresh();
    await train(tinyRequest(directory, { epochs: 1 }));
    const events: TrainingEvent[] = [];
    const changed = await train(
      tinyRequest(directory, { epochs: 2 }, { onEvent: (event) => events.push(event) }),
    );
    const skipped = events.find(({ kind }) => kind === 'skipped');
    expect(skipped).toMatchObject({ why: { en: 'it belongs to other data or settings' } });
    expect(
      bytesOf(changed.weights).equals(bytesOf((await train(tinyRequest(fresh(), { epochs: 2 }))).weights)),
    ).toBe(true);
  });

  it('ignores and removes earlier checkpoints with `force`', async () => {
    const directory = fresh();
    const first = await train(tinyRequest(directory, { epochs: 1 }));
    writeFileSync(join(directory, 'kept.txt'), '');
    const kinds = async (force: boolean): Promise<string[]> => {
      const events: TrainingEvent[] = [];
      const more = { force, onEvent: (event: TrainingEvent) => events.push(event) };
      const { weights } = await train(tinyRequest(directory, { epochs: 1 }, more));
      expect(bytesOf(weights).equals(bytesOf(first.weights))).toBe(true);
      return events.map(({ kind }) => kind);
    };
    expect(await kinds(false)).not.toContain('step');
    expect(await kinds(true)).toContain('step');
    expect(readdirSync(directory)).toContain('kept.txt');
  });

  it('skips a damaged checkpoint and uses the one before it', async () => {
    const whole = bytesOf((await train(tinyRequest(fresh()))).weights);
    const directory = fresh();
    const stop = new AbortController();
    const evaluate: NonNullable<ReturnType<typeof tinyRequest>['evaluate']> = async (...given) => {
      if (checkpointsOf(directory).length === 2) stop.abort(new Error('stopped'));
      return tinyRequest(directory).evaluate!(...given);
    };
    await expect(train(tinyRequest(directory, {}, { signal: stop.signal, evaluate }))).rejects.toThrow(
      'stopped',
    );
    const checkpoints = checkpointsOf(directory);
    expect(checkpoints).toHaveLength(2);
    const last = join(directory, checkpoints[1]);
    const bytes = readFileSync(last);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(last, bytes);
    const events: TrainingEvent[] = [];
    const again = await train(tinyRequest(directory, {}, { onEvent: (event) => events.push(event) }));
    const skipped = events.find(({ kind }) => kind === 'skipped')!;
    expect(skipped).toMatchObject({ file: last, why: { en: expect.stringContaining('damaged') } });
    expect(bytesOf(again.weights).equals(whole)).toBe(true);
  });
});

it('a finished training keeps its best weights and no state of the optimizer', async () => {
  const directory = fresh();
  const { weights } = await train(tinyRequest(directory));
  const [last, ...others] = checkpointsOf(directory);
  expect(others).toEqual([]);
  expect(readFileSync(join(directory, last)).length).toBeLessThan(2000);
  const kinds: string[] = [];
  const again = await train(tinyRequest(directory, {}, { onEvent: ({ kind }) => void kinds.push(kind) }));
  expect(bytesOf(again.weights).equals(bytesOf(weights))).toBe(true);
  expect(kinds).toContain('resumed');
  expect(kinds).not.toContain('step');
});

describe('a checkpoint whose header is damaged', () => {
  const start = (header: string): Buffer => {
    const bytes = Buffer.alloc(12 + Buffer.byteLength(header) + 64);
    bytes.write('CBCKPT01', 'latin1');
    bytes.writeUInt32LE(Buffer.byteLength(header), 8);
    bytes.write(header, 12);
    return bytes;
  };

  it.each([
    ['has no list', '{"state":{}}', 'invalid header'],
    ['has no state', '{"state":null,"arrays":[]}', 'invalid header'],
    ['lists no names', '{"state":{},"arrays":[null]}', 'invalid header'],
    ['lists a negative length', '{"state":{},"arrays":[{"name":"a","length":-8}]}', 'invalid header'],
    ['lists a fraction', '{"state":{},"arrays":[{"name":"a","length":0.5}]}', 'invalid header'],
    ['lists more than memory holds', '{"state":{},"arrays":[{"name":"a","length":4e15}]}', 'truncated'],
  ])('that %s is refused by name, and the one before it is used', async (_name, header, why) => {
    const directory = fresh();
    const whole = bytesOf((await train(tinyRequest(directory, { epochs: 2 }))).weights);
    const last = join(
      directory,
      readdirSync(directory)
        .sort()
        .findLast((name) => name.startsWith('checkpoint-'))!,
    );
    writeFileSync(last, start(header));
    await expect(readCheckpoint(last)).rejects.toMatchObject({
      code: 'checkpoint-damaged',
      message: expect.stringContaining(why),
      place: { file: last },
    });
    const again = await train(tinyRequest(directory, { epochs: 2 }));
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

  it('ends with the same bits and the same log', async () => {
    const [whole, broken] = [fresh(), fresh()];
    await run(whole, `${whole}.bin`);
    const random = createRandom(process.pid, 'kills');
    for (let kill = 0; kill < 4; kill++) await run(broken, `${broken}.early`, 200 + random.below(600));
    await run(broken, `${broken}.bin`);
    expect(readFileSync(`${broken}.bin`).equals(readFileSync(`${whole}.bin`))).toBe(true);
    expect(logOf(broken)).toEqual(logOf(whole));
  }, 60_000);
});
