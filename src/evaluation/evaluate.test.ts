import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Text } from '../ground/language.ts';
import { acquireLock } from '../ground/lock.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluate, type Plan } from './evaluate.ts';
import { evaluateAll } from './pool.ts';
import { writeRecord } from './store.ts';
import { summarize } from './summary.ts';

let dataDir: string;
let root: string;
let plan: Plan;

const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${(from + i) % 3}\t查询 ${from + i}\n`).join('');

let folder: string;
afterEach(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-evaluate-'));
  dataDir = join(folder, 'data');
  root = join(folder, 'runs');
  await mkdir(join(dataDir, 'cMedIC'), { recursive: true });
  await writeFile(join(dataDir, 'cMedIC', 'train.txt'), lines(0, 30));
  await writeFile(join(dataDir, 'cMedIC', 'dev.txt'), lines(100, 20));
  await writeFile(join(dataDir, 'cMedIC', 'test.txt'), lines(200, 9));
  plan = {
    task: findTask('cMedIC'),
    model: 'majority',
    parameters: {},
    seed: 0,
    split: 'test',
    source: 'primary',
    dataDir,
    root,
    keepModel: false,
    force: false,
  };
});

describe('evaluate', () => {
  it('keeps record, predictions and scores, and does nothing the second time', async () => {
    const run = await evaluate(plan);
    expect(run.record).toMatchObject({
      task: { id: 'cMedIC' },
      examples: { train: 30, dev: 20, evaluated: 9 },
      synthetic: false,
      model: { id: 'majority' },
    });
    expect(run.scores.coverage).toEqual({ asked: 9, answered: 9, refused: 0, unreadable: 0, missing: 0 });
    expect(run.record.answers).toMatchObject({ asked: 9, answered: 9 });
    expect(existsSync(join(run.directory, 'answers.jsonl'))).toBe(false);
    const scores = join(run.directory, 'scores.json');
    const { mtimeMs } = await stat(scores);
    expect(await evaluate(plan)).toEqual(run);
    expect((await stat(scores)).mtimeMs).toBe(mtimeMs);
    expect(existsSync(join(run.directory, 'lock'))).toBe(false);
  });

  it('scores again without predicting again when only the scores are gone', async () => {
    const { directory, scores, record } = await evaluate(plan);
    await rm(join(directory, 'scores.json'));
    const again = await evaluate(plan);
    expect(again.scores).toEqual(scores);
    expect(again.record).toEqual(record);
  });

  it('is finished after a kill at any moment, with the same scores', async () => {
    const { directory, scores, record } = await evaluate(plan);
    const { scores: _, ...unscored } = record.files;
    const file = join(directory, 'run.json');
    const sheet = join(directory, 'scores.json');
    for (const files of [record.files, unscored]) {
      await writeRecord(file, { ...record, files });
      await rm(sheet);
      expect(await evaluate(plan)).toEqual({ directory, scores, record });
    }
    for (const text of [await readFile(sheet, 'utf8'), '{"schema":']) {
      await writeRecord(file, { ...record, files: unscored });
      await writeFile(sheet, text);
      expect(await evaluate(plan)).toEqual({ directory, scores, record });
    }
    await rm(file);
    expect((await evaluate(plan)).scores).toEqual(scores);
  });

  it('refuses to show or score a changed run, unless forced', async () => {
    const { directory, scores } = await evaluate(plan);
    const predictions = join(directory, 'predictions.jsonl');
    const text = await readFile(predictions, 'utf8');
    await writeFile(predictions, text.replace('"label":"0"', '"label":"1"'));
    const expected = { code: 'damaged-run', place: { file: predictions } };
    await expect(evaluate(plan)).rejects.toMatchObject(expected);
    await rm(join(directory, 'scores.json'));
    await expect(evaluate(plan)).rejects.toMatchObject(expected);
    expect((await evaluate({ ...plan, force: true })).scores).toEqual(scores);
    const sheet = join(directory, 'scores.json');
    await writeFile(sheet, (await readFile(sheet, 'utf8')).replace(/"value": [0-9.]+/, '"value": 0.999'));
    await expect(evaluate(plan)).rejects.toMatchObject({ code: 'damaged-run', place: { file: sheet } });
    await rm(sheet);
    expect((await evaluate(plan)).scores).toEqual(scores);
  });

  it('refuses the files of another run, and a second process in the same one', async () => {
    const { directory } = await evaluate(plan);
    const other = await evaluate({ ...plan, seed: 1 });
    await rm(directory, { recursive: true });
    await cp(other.directory, directory, { recursive: true });
    await expect(evaluate(plan)).rejects.toMatchObject({ code: 'damaged-run', place: { field: 'id' } });
    await rm(directory, { recursive: true });
    await using _lock = await acquireLock(join(directory, 'lock'));
    await expect(evaluate(plan)).rejects.toMatchObject({ code: 'in-use' });
  });

  it.runIf(process.platform === 'linux')('fails where no directory can be created', async () => {
    await expect(evaluate({ ...plan, root: '/proc/x' })).rejects.toMatchObject({ code: 'not-writable' });
  });

  it('makes another run when corpus, seed or parameters differ', async () => {
    const first = await evaluate(plan);
    const seeded = await evaluate({ ...plan, seed: 1 });
    await writeFile(join(dataDir, 'cMedIC', 'test.txt'), lines(200, 8));
    const shorter = await evaluate(plan);
    expect(new Set([first, seeded, shorter].map(({ record }) => record.id)).size).toBe(3);
  });

  it('keeps the model of a kept run on request, without answering again', async () => {
    const { directory } = await evaluate(plan);
    const predictions = join(directory, 'predictions.jsonl');
    const { mtimeMs } = await stat(predictions);
    const run = await evaluate({ ...plan, keepModel: true });
    expect(run.directory).toBe(directory);
    expect(existsSync(join(directory, 'model.bin'))).toBe(true);
    expect((await stat(predictions)).mtimeMs).toBe(mtimeMs);
  });

  it('names an altered kept model, and fits it again when forced', async () => {
    const kept = { ...plan, keepModel: true };
    const { directory } = await evaluate(kept);
    const file = join(directory, 'model.bin');
    const whole = await readFile(file);
    await writeFile(file, whole.with(whole.length - 1, whole[whole.length - 1] ^ 1));
    await expect(evaluate(kept)).rejects.toMatchObject({ code: 'not-a-model', place: { file } });
    await evaluate({ ...kept, force: true });
    expect(await readFile(file)).toEqual(whole);
  });

  it('starts with an empty directory when forced', async () => {
    const { directory } = await evaluate({ ...plan, keepModel: true });
    await mkdir(join(directory, 'checkpoint'));
    await evaluate({ ...plan, force: true });
    expect(existsSync(join(directory, 'checkpoint'))).toBe(false);
    expect(existsSync(join(directory, 'model.bin'))).toBe(false);
    expect(existsSync(join(directory, 'run.json'))).toBe(true);
  });

  it('leaves nothing that counts as finished when it is interrupted', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(evaluate(plan, { signal })).rejects.toThrow('stop');
    const run = await evaluate(plan);
    expect(await readFile(join(run.directory, 'predictions.jsonl'), 'utf8')).toContain('"id":"8"');
  });
});

describe('evaluateAll', () => {
  it('gives the same scores in other processes, in the order of the plans', async () => {
    const plans = [plan, { ...plan, seed: 1 }];
    const notes = new Set<string>();
    const onProgress = (_: number, { en }: Text): void => void notes.add(en);
    const here = await evaluateAll(plans, { jobs: 1, onProgress });
    expect(notes).toContain('cMedIC majority');
    const there = await evaluateAll(
      plans.map((one) => ({ ...one, root: `${root}-elsewhere` })),
      { jobs: 2 },
    );
    const scores = (outcomes: typeof here) =>
      outcomes.map((outcome) => 'run' in outcome && outcome.run.scores);
    expect(scores(there)).toEqual(scores(here));
    const runs = there.flatMap((outcome) => ('run' in outcome ? [outcome.run] : []));
    expect(summarize(runs)).toMatchObject([
      { task: 'cMedIC', model: { en: 'majority', zh: 'majority' }, deviation: 0, runs: { length: 2 } },
    ]);
  });

  it('continues after a task whose corpus is broken, and returns its error', async () => {
    await mkdir(join(dataDir, 'cMedTC'));
    for (const name of ['train', 'dev', 'test'])
      await writeFile(join(dataDir, 'cMedTC', `${name}.txt`), 'no tab\n');
    const outcomes = await evaluateAll([{ ...plan, task: findTask('cMedTC') }, plan], { jobs: 2 });
    expect(outcomes[0]).toMatchObject({
      error: { code: 'no-gold', place: { file: expect.stringContaining('train.txt') } },
    });
    expect(outcomes[1]).toHaveProperty('run');
  });

  it('counts the fitting of a slow model as more work than a fast evaluation', async () => {
    const shares: number[] = [];
    const onProgress = (share: number): void => void shares.push(share);
    const slow = { ...plan, task: findTask('cMedTC'), model: 'bert' };
    await evaluateAll([plan, slow], { jobs: 1, onProgress });
    expect(shares[0]).toBeGreaterThan(0.9);
    expect(shares.at(-1)).toBe(1);
  });
});
