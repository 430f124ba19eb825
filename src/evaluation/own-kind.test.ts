import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModelFile } from '../models/model-file.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluate } from './evaluate.ts';
import { writeOwnKind } from './fixtures/own-kind.ts';
import type { Plan } from './plan.ts';
import { makePlans } from './plans.ts';
import { evaluateAll } from './pool.ts';

const COUNT = 12;
const TEXTS = Array.from({ length: COUNT }, (_, i) => `查询${i}${['', '拒', '乱', '缺'][i] ?? ''}`);

let folder: string;
let log: string;
let plan: Plan;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-own-'));
  log = join(folder, 'log');
  const corpus = join(folder, 'data', 'cMedIC');
  await mkdir(corpus, { recursive: true });
  const lines = TEXTS.map((text, i) => `${i % 3}\t${text}\n`).join('');
  for (const name of ['train', 'dev', 'test']) await writeFile(join(corpus, `${name}.txt`), lines);
  plan = {
    task: findTask('cMedIC'),
    model: 'own',
    modelFile: await writeOwnKind(folder),
    parameters: { log, delay: 60, token: 'secret-token' },
    seed: 0,
    split: 'test',
    source: 'primary',
    dataDir: join(folder, 'data'),
    root: join(folder, 'runs'),
    keepModel: false,
    force: false,
  };
});
afterEach(() => rm(folder, { recursive: true }));

const asked = (): string[] =>
  existsSync(log)
    ? readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[1])
    : [];

/** Texts whose replies are in the only journal. */
function journaled(): string[] {
  const [run] = readdirSync(plan.root);
  const lines = readFileSync(join(plan.root, run, 'answers.jsonl'), 'utf8')
    .split('\n')
    .slice(1, -1);
  return lines.map((line) => TEXTS[Number(JSON.parse(line).id)]);
}

/** The questions of the next attempt: all without a reply. */
const open = (): string[] => {
  const known = new Set(journaled());
  return TEXTS.filter((text) => !known.has(text));
};

describe('a user-defined kind', () => {
  it('is answered, counted and recorded without its secrets', async () => {
    const run = await evaluate({ ...plan, parameters: { ...plan.parameters, delay: 0 } });
    const counts = { refused: 1, unreadable: 1, missing: 1, answered: COUNT - 3 };
    expect(run.record.answers).toEqual({ asked: COUNT, ...counts, truncated: 0, failed: 0 });
    expect(run.record.usage).toEqual({ promptTokens: 2 * (COUNT - 1), completionTokens: COUNT - 1 });
    expect(run.scores.coverage).toEqual({ asked: COUNT, ...counts });
    expect(run.record.model).toMatchObject({ id: 'own', parameters: {}, chosen: [] });
    expect(run.record.model.moduleHash).toMatch(/^[0-9a-f]{64}$/);
    for (const name of readdirSync(run.directory))
      expect(await readFile(join(run.directory, name), 'utf8')).not.toContain('secret-token');
    const predictions = await readFile(join(run.directory, 'predictions.jsonl'), 'utf8');
    expect(predictions.trimEnd().split('\n')).toHaveLength(COUNT - 3);
    expect(existsSync(join(run.directory, 'answers.jsonl'))).toBe(true);
  });

  it('when killed while it answers, is asked only the remaining questions', async () => {
    const child = fork(new URL('./worker.ts', import.meta.url), { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.send({ plan });
    while (asked().length < 6) await setTimeout(10);
    child.kill('SIGKILL');
    await gone;
    const rest = open();
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length).toBeLessThan(COUNT);
    await rm(log);
    const run = await evaluate(plan);
    expect(asked()).toEqual(rest);
    expect(run.record.answers).toMatchObject({ asked: COUNT, answered: COUNT - 3 });
  });

  it('when aborted while it answers, stops at once and is later asked only the remaining questions', async () => {
    const controller = new AbortController();
    const running = evaluate(plan, { signal: controller.signal });
    while (asked().length < 5) await setTimeout(10);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(asked().length).toBeLessThan(8);
    expect(existsSync(join(plan.root, readdirSync(plan.root)[0], 'run.json'))).toBe(false);
    const rest = open();
    await rm(log);
    await evaluate(plan);
    expect(asked()).toEqual(rest);
  });

  it('gives another run when its module changes', async () => {
    const quick = { ...plan, parameters: { delay: 0 } };
    const first = await evaluate(quick);
    const same = await writeOwnKind(await mkdtemp(join(folder, 'same-')));
    const other = await writeOwnKind(await mkdtemp(join(folder, 'other-')));
    await appendFile(other, '// changed\n');
    expect((await evaluate({ ...quick, modelFile: same })).record.id).toBe(first.record.id);
    expect((await evaluate({ ...quick, modelFile: other })).record.id).not.toBe(first.record.id);
  });

  it('runs in a separate process, or in this one if it calls a service', async () => {
    const pids = (): string[] =>
      readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]);
    const remote = await writeOwnKind(folder, { id: 'service', remote: true });
    await loadModelFile(remote);
    const quick = { ...plan, parameters: { log, delay: 0 } };
    await loadModelFile(quick.modelFile ?? '');
    await evaluateAll([quick, { ...quick, seed: 1 }], { jobs: 2 });
    expect(pids()).not.toContain(String(process.pid));
    await rm(log);
    const services = [0, 1].map((seed) => ({ ...quick, model: 'service', modelFile: remote, seed }));
    await evaluateAll(services, { jobs: 2 });
    expect(new Set(pids())).toEqual(new Set([String(process.pid)]));
  });

  it('is planned with its module, and without it where it is built in', async () => {
    const modelFile = await loadModelFile(plan.modelFile ?? '');
    const request = { ...plan, tasks: [plan.task], models: ['own', 'majority'], seeds: [0] };
    const { plans } = makePlans({ ...request, modelFile, parameters: {} });
    expect(plans.map(({ model, modelFile: file }) => [model, file])).toEqual([
      ['own', modelFile.path],
      ['majority', undefined],
    ]);
  });
});

describe('the module of a model', () => {
  const load = async (text: string): Promise<unknown> => {
    const file = join(await mkdtemp(join(folder, 'bad-')), 'kind.mjs');
    await writeFile(file, text);
    return loadModelFile(file);
  };

  it('is refused where it was written for another version of the contract', async () => {
    const file = await writeOwnKind(folder, { id: 'later', contract: 2 });
    await expect(loadModelFile(file)).rejects.toMatchObject({ code: 'other-contract' });
  });

  it('is refused if it is not a module, exports something else, or uses a built-in name', async () => {
    await expect(load('export default {')).rejects.toMatchObject({ code: 'bad-model-file' });
    await expect(load('export default 7')).rejects.toMatchObject({ code: 'bad-model-file' });
    await expect(load("export default { contract: 1, id: 'x' }")).rejects.toMatchObject({
      code: 'bad-model-file',
    });
    await expect(loadModelFile(join(folder, 'absent.js'))).rejects.toMatchObject({ code: 'file-missing' });
    const file = await writeOwnKind(folder, { id: 'linear' });
    await expect(loadModelFile(file)).rejects.toMatchObject({ code: 'model-exists' });
  });
});
