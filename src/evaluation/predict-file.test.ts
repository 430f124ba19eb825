import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import type { FittedModel } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { findTask } from '../tasks/registry.ts';
import { explainAnswer } from './explain.ts';
import { predictToFile } from './predict-file.ts';

const task = findTask('cMedIC');
const { questions } = await (await openDataset({ task, dir: samplesDir() })).split('test');
const kind = findModel('majority');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-predict-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Answers all but the last; calls back after each. */
const answering = (after: (index: number) => void = () => {}): FittedModel => ({
  async answer(inputs, { signal, answered, onAnswer }) {
    for (let i = 0; i + 1 < inputs.length; i++) {
      if (answered?.has(i)) continue;
      signal?.throwIfAborted();
      onAnswer(i, { raw: { label: '1' } });
      after(i);
    }
  },
  explain: (input) => [{ en: `keys ${Object.keys(input)}`, zh: '键' }],
});
const request = (fitted: FittedModel, out: string) => ({
  ...{ task, questions, of: { split: 'test' as const, scheme: 'carved' as const } },
  ...{ kind, fitted, out: join(folder, out), identity: async () => 'majority' },
});
const linesOf = async (name: string) => (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');

describe('predictions to a file', () => {
  it('are one per question after a header; unanswered questions are marked and counted', async () => {
    const { signal } = new AbortController();
    expect(await predictToFile(request(answering(), 'p.jsonl'), { signal })).toEqual({
      predictions: 59,
      unanswered: 1,
    });
    const [header, first, ...rest] = (await linesOf('p.jsonl')).map((line) => JSON.parse(line));
    expect(header).toMatchObject({ task: 'cMedIC', split: 'test', scheme: 'carved' });
    expect(first).toEqual({ id: '0', label: '1' });
    expect(rest).toHaveLength(59);
  });

  it('survive an interruption in a partial file, which is removed once the file is complete', async () => {
    const interruption = new AbortController();
    const stopping = answering((i) => i === 6 && interruption.abort(new Error('stop')));
    const watching = { signal: interruption.signal };
    await expect(predictToFile(request(stopping, 'q.jsonl'), watching)).rejects.toMatchObject({
      code: 'interrupted',
      message: 'Interrupted after 7 of 60 inputs',
      place: { file: join(folder, 'q.jsonl.partial') },
      exitCode: 130,
    });
    expect(existsSync(join(folder, 'q.jsonl'))).toBe(false);
    expect(await linesOf('q.jsonl.partial')).toHaveLength(8);
    const asked: number[] = [];
    await predictToFile(
      request(
        answering((i) => asked.push(i)),
        'q.jsonl',
      ),
      {
        signal: new AbortController().signal,
      },
    );
    expect(asked[0]).toBe(7);
    expect(await linesOf('q.jsonl')).toHaveLength(61);
    expect(existsSync(join(folder, 'q.jsonl.partial'))).toBe(false);
  });

  it('are kept where the model failed, only for the same model and inputs', async () => {
    const failing = answering((i) => {
      if (i === 3) throw new Error('broken');
    });
    const { signal } = new AbortController();
    await expect(predictToFile(request(failing, 'r.jsonl'), { signal })).rejects.toThrow('broken');
    expect(await linesOf('r.jsonl.partial')).toHaveLength(5);
    const other = { ...request(answering(), 'r.jsonl'), identity: async () => 'other' };
    await expect(predictToFile(other, { signal })).rejects.toMatchObject({
      code: 'other-answers',
      place: { file: join(folder, 'r.jsonl.partial') },
    });
    await predictToFile(request(answering(), 'r.jsonl'), { signal });
    expect(existsSync(join(folder, 'r.jsonl.partial'))).toBe(false);
    expect(existsSync(join(folder, 'r.jsonl.partial.lock'))).toBe(false);
  });
});

describe('an explanation', () => {
  const asked = { task, questions, kind, fitted: answering(), id: '3' };

  it('is of one question, with its answer', async () => {
    const { question, answer, reasons } = await explainAnswer(asked);
    expect(question).toBe(questions[3]);
    expect(answer.status).toBe('missing');
    expect(reasons).toEqual([{ en: 'keys text', zh: '键' }]);
  });

  it('is refused for an unknown id, and by kinds that cannot explain', async () => {
    await expect(explainAnswer({ ...asked, id: '60' })).rejects.toMatchObject({
      code: 'unknown-id',
      hint: 'Ids run from 0 to 59.',
    });
    const { explain: _, ...mute } = answering();
    await expect(explainAnswer({ ...asked, fitted: mute })).rejects.toMatchObject({
      code: 'cannot-explain',
      hint: expect.stringContaining('linear'),
    });
  });
});
