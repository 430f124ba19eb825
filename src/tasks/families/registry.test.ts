import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conventions, findConvention } from '../conventions.ts';
import type { Answered, Example, Prediction } from '../examples.ts';
import type { Task } from '../task.ts';
import { codesOf, parseSample } from './fixtures/parse-sample.ts';
import { SAMPLES, type SampleTask, taskOf } from './fixtures/sample.ts';
import { families, familyIds, familyOf, withObservedLabels } from './registry.ts';

const nanAsNull = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;
const deepNull = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(deepNull);
  if (typeof value !== 'object' || value === null) return nanAsNull('', value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deepNull(inner)]));
};

const IDS = familyIds;
const example = ({ input, gold }: SampleTask): Example => ({ id: '0', group: 'g', input, gold });

function score(conventionId: string, task: Task, items: readonly Answered[]): number {
  const metric = findConvention(conventionId).metric(task);
  if ('whole' in metric) return metric.whole(items);
  const counts = new Float64Array(metric.width);
  metric.count(items, counts, 0);
  return metric.value(counts);
}

describe.each(IDS)('%s', (id) => {
  const sample: SampleTask = SAMPLES[id];
  const family = familyOf(sample.task);
  const answered = (prediction: Prediction): Answered => ({
    input: sample.input,
    gold: sample.gold,
    prediction,
  });

  it('reads back what a model would write', () => {
    for (const prediction of [sample.right, sample.wrong]) {
      const line = JSON.parse(JSON.stringify({ id: '0', ...prediction, note: 'more is ignored' }));
      expect(parseSample(id, line)).toEqual(prediction);
    }
  });

  it('says that an empty line lacks its field', () => {
    expect(codesOf(id, { id: '0' })[0]).toMatch(/^missing-field /);
  });

  it('gives a right answer the best score and counts a missing one as wrong, under every convention', () => {
    const missing = family.missing(example(sample), sample.task);
    const seen = new Set(family.labels(example(sample))).size;
    for (const convention of family.conventions) {
      const right = score(convention.id, sample.task, [answered(sample.right)]);
      const wrong = score(convention.id, sample.task, [answered(sample.wrong)]);
      const absent = score(convention.id, sample.task, [answered(missing)]);
      if (Number.isNaN(right)) continue;
      if (convention.id.includes('loss')) {
        expect(right).toBe(0);
        expect(absent).toBeGreaterThanOrEqual(wrong);
        continue;
      }
      const labels = sample.task.labels.length;
      const best = {
        'ranking/pair@1': Number.POSITIVE_INFINITY,
        [`${id}/macro-f1/all-labels@1`]: seen / labels,
      };
      expect(right).toBeCloseTo(best[convention.id] ?? 1, 12);
      expect(absent).toBeLessThanOrEqual(Number.isNaN(wrong) ? 0 : wrong);
    }
  });

  it('has figures next to each score that survive JSON, except undefined ones', () => {
    const items = [answered(sample.right), answered(sample.wrong)];
    for (const convention of family.conventions) {
      const metric = convention.metric(sample.task);
      const counts = new Float64Array('whole' in metric ? 0 : metric.width);
      if (!('whole' in metric)) metric.count(items, counts, 0);
      const details = 'whole' in metric ? metric.details?.(items) : metric.details?.(counts);
      if (details) expect(JSON.parse(JSON.stringify(details, nanAsNull))).toEqual(deepNull(details));
      else expect('whole' in metric).toBe(true);
    }
  });

  it('lists texts and labels', () => {
    expect(family.texts(sample.input).join('').length).toBeGreaterThan(0);
    expect(family.labels(example(sample)).length).toBeGreaterThan(0);
    const known = new Set(sample.task.labels.map((label) => label.id));
    for (const label of family.labels(example(sample))) expect(known.has(label)).toBe(true);
  });

  it('explains each convention in both languages, under an id of its own family', () => {
    for (const convention of family.conventions) {
      expect(convention.id).toMatch(new RegExp(`^${id}/[a-z0-9/-]+@[1-9]\\d*$`));
      expect(convention.definition.en.length).toBeGreaterThan(80);
      expect(convention.definition.zh).toMatch(/[\u4e00-\u9fff]{10}/);
      expect(convention.title.en && convention.title.zh).toBeTruthy();
      expect(findConvention(convention.id)).toBe(convention);
    }
  });

  it('never throws on arbitrary JSON, and never accepts it unvalidated', () => {
    const keys = [
      'label',
      'labels',
      'entities',
      'scores',
      'symptoms',
      'triples',
      'terms',
      'acts',
      'events',
      'statuses',
      'relations',
      'unaligned',
      'reply',
      'tree',
    ] as const;
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(Number.POSITIVE_INFINITY));
    const line = fc.dictionary(fc.constantFrom(...keys), value);
    fc.assert(
      fc.property(line, (strange) => {
        const parsed = parseSample(id, strange);
        if (Array.isArray(parsed)) expect(parsed.length).toBeGreaterThan(0);
        else
          for (const { id: c } of family.conventions) score(c, sample.task, [answered(parsed as Prediction)]);
      }),
    );
  });
});

describe('missing answers', () => {
  it('are wrong even where gold is empty', () => {
    const { task, input, right } = SAMPLES.ner;
    const missing = families.ner.missing({ id: '0', input, gold: { entities: [] } }, task);
    const items = [
      { input, gold: SAMPLES.ner.gold, prediction: right },
      { input, gold: { entities: [] }, prediction: missing },
    ];
    expect(score(task.primary, task, items)).toBe(2 / 3);
  });

  it('spread over the labels', () => {
    const { task, input } = SAMPLES.classification;
    const wrong = ['0', '1', '2'].map(
      (label) => families.classification.missing({ id: '0', input, gold: { label } }, task).label,
    );
    expect(wrong).toEqual(['1', '2', '0']);
  });

  it('work for tasks with no label, or only one', () => {
    const gold = { label: '1' };
    const example = { id: '0', input: { text: '' }, gold };
    for (const labels of [[], ['1']]) {
      const task = taskOf('classification', labels);
      expect(families.classification.missing(example, task).label).toBe('');
      const many = { id: '0', input: { text: '' }, gold: { labels: labels } };
      expect(families.multilabel.missing(many, taskOf('multilabel', labels)).labels).toEqual(['']);
    }
  });

  it('of a symptom entity leave its score undefined where no answer has mentions', () => {
    const { task, input, gold } = SAMPLES.dialogue;
    const silent = [{ input, gold, prediction: { symptoms: [] } }];
    expect(score('dialogue/symptom-entity-f1@1', task, silent)).toBeNaN();
  });
});

describe('repeated entities', () => {
  it('are false positives, not faults', () => {
    const twice = { entities: [SAMPLES.ner.gold.entities[0], SAMPLES.ner.gold.entities[0]] };
    expect(parseSample('ner', twice)).toEqual(twice);
    const { task, input, gold } = SAMPLES.ner;
    expect(score(task.primary, task, [{ input, gold, prediction: twice }])).toBe(2 / 3);
  });
});

describe('the registry', () => {
  it('holds every family under its own id', () => {
    expect(IDS.map((id) => families[id].id)).toEqual(IDS);
  });

  it('gives each family a view and compared parts that accept every kind of answer', () => {
    for (const id of IDS) {
      const { view, inputShape, texts } = familyOf(SAMPLES[id].task);
      const { input, gold, right } = SAMPLES[id];
      expect(view.blocks(input).map(({ text }) => text)).toEqual(texts(input));
      expect(
        view
          .side(right, input)
          .elements.map(({ key }) => key)
          .sort(),
      ).toEqual(
        view
          .side(gold, input)
          .elements.map(({ key }) => key)
          .sort(),
      );
      if (inputShape === 'pair') expect(texts(input)).toHaveLength(2);
      if (inputShape === 'text') expect(texts(input)).toHaveLength(1);
    }
  });

  it('shows gold and answers in one line', () => {
    for (const id of IDS) {
      const { task, gold, input, line } = SAMPLES[id];
      expect(familyOf(task).brief(gold, input)).toBe(line);
    }
    expect(families.ner.brief({ entities: [] }, { text: '' })).toBe('∅');
  });
});

describe('conventions', () => {
  it('have unique ids', () => {
    expect(new Set(conventions.map(({ id }) => id)).size).toBe(conventions.length);
  });

  it('are listed for the family where one is unknown', () => {
    expect(() => findConvention('ner/nonsense@1')).toThrow(
      expect.objectContaining({
        code: 'unknown-convention',
        hint: expect.stringContaining('ner/strict/micro'),
      }),
    );
  });

  it('put the default of the family first', () => {
    expect(IDS.map((id) => families[id].conventions[0].id)).toEqual([
      'ner/strict/micro/full-text/json@1',
      'similarity/positive-f1@1',
      'inference/accuracy@1',
      'ranking/pair-accuracy@1',
      'classification/micro-f1@1',
      'multilabel/micro-f1@1',
      'relation/strict-f1@1',
      'dialogue/symptom-inference-f1@1',
      'normalisation/term-f1@1',
      'dialogue-acts/accuracy@1',
      'event/strict-f1@1',
      'mention-status/macro-f1/observed@1',
      'causal/macro-f1@1',
      'generation/rouge@1',
      'decision-tree/edit-ratio@1',
      'instruction/list/f1@1',
    ]);
  });
});

it('observed labels are sorted, each once', () => {
  const task = withObservedLabels(taskOf('ner', []), ['x', 'b', 'x']);
  expect(task.labels.map(({ id }) => id)).toEqual(['b', 'x']);
});
