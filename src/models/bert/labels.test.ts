import { describe, expect, it } from 'vitest';
import { parseParameters } from '../../ground/parameters.ts';
import type { LabelPrediction } from '../../tasks/families/shared/types.ts';
import { findTask } from '../../tasks/registry.ts';
import { createBase } from './base.ts';
import { bert } from './kind.ts';
import { learnLabels, planLabels } from './labels.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';

const FREQUENT_A = Array.from({ length: 10 }, (_, i) => (i < 9 ? 'a' : 'b'));
const off = { classWeights: false, logitAdjustment: false };

describe('statistics of labels', () => {
  it('have weights and shares only on request', () => {
    expect(learnLabels(FREQUENT_A, off)).toEqual({ labels: ['a', 'b'] });
    const adjusted = { labels: ['a', 'b'], shares: [0.9, 0.1] };
    expect(learnLabels(FREQUENT_A, { ...off, logitAdjustment: true })).toEqual(adjusted);
    const { weights, shares } = learnLabels(FREQUENT_A, { classWeights: true, logitAdjustment: true });
    expect(shares).toEqual(adjusted.shares);
    expect(weights![1] / weights![0]).toBeCloseTo(3);
  });
});

describe('logit adjustment', () => {
  const task = findTask('cMedIC');
  const resolved = (given: object, family = task) =>
    resolveParameters(
      parseParameters(PARAMETERS, { layers: 1, hidden: 64, ...given }, { name: bert.summary }),
      {
        task: family,
      },
    );
  const planOf = async (learnt: Parameters<typeof planLabels>[0]) => {
    const parameters = await resolved({ logitAdjustment: true });
    const base = await createBase(parameters, () => ['头疼'], 1);
    return planLabels<'classification'>(learnt, { ...base, parameters });
  };
  /** The label for logits by which `a` leads by 1, and its probability. */
  const decode = (ask: unknown): LabelPrediction =>
    (ask as (input: object) => { decode(logits: Float32Array[]): LabelPrediction })({ text: '头' }).decode([
      Float32Array.of(1, 0),
    ]);

  it('lowers frequent labels by their log share, with matching probabilities', async () => {
    const learnt = { labels: ['a', 'b'], shares: [0.9, 0.1] };
    const asked = async (adjustment: number | undefined) =>
      (await planOf({ ...learnt, adjustment })).use(({ ask }) => decode(ask));
    expect((await asked(0)).label).toBe('a');
    const { label, scores } = await asked(1);
    expect(label).toBe('b');
    // odds of e : 1, divided by 9 : 1
    expect(scores!.a / scores!.b).toBeCloseTo(Math.E / 9, 5);
    expect(await asked(undefined)).toEqual(await asked(1));
  });

  it('is one of several decodings, chosen on dev, and off without dev', async () => {
    const learnt = { labels: ['a', 'b'], shares: [0.9, 0.1] };
    const choices = (await planOf(learnt)).use(({ decodings = [] }) =>
      decodings.map(({ ask, learnt }) => [(learnt as { adjustment: number }).adjustment, decode(ask).label]),
    );
    expect(choices[0]).toEqual([0, 'a']);
    expect(choices).toContainEqual([0.5, 'b']);
    expect((await planOf({ labels: ['a', 'b'] })).use(({ decodings }) => decodings)).toBeUndefined();
  });

  it('is refused for entities and for bi-encoders', async () => {
    const ner = resolved({ logitAdjustment: true }, findTask('cEHRNER'));
    await expect(ner).rejects.toMatchObject({ code: 'bad-parameter', place: { field: 'logit-adjustment' } });
    const bi = resolved({ logitAdjustment: true, objective: 'cosent' }, findTask('cMedQQ'));
    await expect(bi).rejects.toMatchObject({ code: 'bad-parameter', place: { field: 'logit-adjustment' } });
  });
});
