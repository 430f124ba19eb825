import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseParameters } from '../../ground/parameters.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { createBase } from './base.ts';
import { bert } from './kind.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { termsPlanner } from './terms.ts';

const task = findTask('normalisation');
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bert-terms-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const text = (written: string, ...terms: string[]): Example<'normalisation'> => ({
  id: written,
  input: { text: written },
  gold: { terms },
});
const train = [text('右肺癌', '肺癌'), text('肺癌伴骨转移', '肺癌', '骨癌'), text('胃癌待查', '胃癌')];

async function planOf(given: object, more: { decision?: 'count' | number; share?: number } = {}) {
  const parsed = parseParameters(PARAMETERS, { layers: 1, hidden: 64, ...given }, { name: bert.summary });
  const parameters = await resolveParameters(parsed, { task });
  const learnt = (await termsPlanner.learn(train, parameters, task)) as object;
  const base = await createBase(parameters, () => ['肺胃骨癌右伴转移待查'], 1);
  return { learnt, plan: await termsPlanner.plan({ ...learnt, ...more }, { ...base, parameters }) };
}

describe('terms of a text', () => {
  it('are learned from right ones, wrong candidates, and their number', async () => {
    const { learnt, plan } = await planOf({ documents: 2 });
    expect(learnt).toMatchObject({ vocabulary: ['肺癌', '骨癌', '胃癌'], counts: [1, 2] });
    const targets = plan.use(({ items }) => items(train).map(({ rows: [{ target }] }) => target));
    expect(targets).toEqual([
      ...[
        { group: 1, label: 0 },
        { group: 0, label: 1 },
        { group: 0, label: 0 },
      ],
      ...[
        { group: 1, label: 1 },
        { group: 0, label: 1 },
        { group: 0, label: 1 },
        { group: 0, label: 0 },
      ],
      ...[
        { group: 1, label: 0 },
        { group: 0, label: 1 },
        { group: 0, label: 0 },
      ],
    ]);
    expect(plan.labels).toEqual(['no', 'yes', 'terms:1', 'terms:2']);
  });

  it('are the predicted number of best ones, or those above a threshold, at least one', async () => {
    const decode = async (decision: 'count' | number, two: number): Promise<readonly string[]> => {
      const { plan } = await planOf({}, { decision, share: 0 });
      return plan.use(({ ask }) => {
        const { sequences, decode } = ask({ text: '肺癌骨癌' });
        // of all three terms, in the order in which they were found
        const answers = [
          [0, 0, 0, two],
          [0, 1],
          [0, -1],
          [0, -2],
        ];
        expect(sequences).toHaveLength(answers.length);
        return decode(answers.map((row) => Float32Array.from(row)) as never, () => new Float32Array(0)).terms;
      });
    };
    expect(await decode('count', -1)).toHaveLength(1);
    expect(await decode('count', 1)).toHaveLength(2);
    expect(await decode(0.5, 1)).toHaveLength(1);
    expect(await decode(0.2, 1)).toHaveLength(2);
    expect(await decode(0.9, 1)).toHaveLength(1);
  });

  it('are scored by encoder and regression together', async () => {
    const best = async (share: number): Promise<readonly string[]> =>
      (await planOf({}, { decision: 0.999, share })).plan.use(({ ask }) => {
        const { sequences, decode } = ask({ text: '肺癌待查' });
        // the encoder prefers what the regression ranks last
        const answers = sequences.map((_, i) => Float32Array.of(0, i, 0, 0));
        return decode(answers as never, () => new Float32Array(0)).terms;
      });
    expect(await best(100)).toEqual(['肺癌']);
    expect(await best(0)).not.toContain('肺癌');
  });

  it('may come from a list, whose content is part of the identity of a run', async () => {
    const terminology = join(scratch, 'terms.txt');
    writeFileSync(terminology, '\ufeffC18\t结肠癌\r\nC16\t胃癌\r\n\r\n');
    const { learnt, plan } = await planOf({ terminology, candidates: 1 });
    expect(learnt).toMatchObject({ vocabulary: ['肺癌', '骨癌', '胃癌', '结肠癌'] });
    const asked = plan.use(({ ask }) => ask({ text: '结肠' }).sequences.length);
    expect(asked).toBe(2);
    const first = await bert.startingPoint({ terminology });
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(terminology, 'C18\t直肠癌\n');
    expect(await bert.startingPoint({ terminology })).not.toBe(first);
    await expect(planOf({ terminology: join(scratch, 'absent') })).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('are refused where the learned part is damaged, and for other families', async () => {
    const { learnt } = await planOf({});
    const { parameters, ...base } = await (async () => {
      const parsed = parseParameters(PARAMETERS, { layers: 1, hidden: 64 }, { name: bert.summary });
      const parameters = await resolveParameters(parsed, { task });
      return { ...(await createBase(parameters, () => ['癌'], 1)), parameters };
    })();
    for (const [damaged, field] of [
      [{ ...learnt, known: [{ text: '', terms: [9] }] }, 'learnt.known'],
      [{ ...learnt, decision: 'all' }, 'learnt.decision'],
      [{ ...learnt, counts: [-1] }, 'learnt.counts.0'],
      [{ ...learnt, weights: [1] }, 'learnt.weights'],
    ] as const)
      await expect(termsPlanner.plan(damaged, { ...base, parameters })).rejects.toMatchObject({
        code: 'bad-model',
        place: { field },
      });
    await expect(bert.resolve({ candidates: 5 }, { task: findTask('cMedIC') })).rejects.toMatchObject({
      code: 'bad-parameter',
      place: { field: 'candidates' },
    });
  });
});
