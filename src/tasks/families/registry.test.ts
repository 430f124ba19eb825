import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conventions, findConvention } from '../conventions.ts';
import type { Answered, Example, FamilyId, Gold, Input, Prediction } from '../examples.ts';
import type { Task } from '../task.ts';
import type { Fault } from './family.ts';
import { families, familyOf, withObservedLabels } from './registry.ts';

const SOURCE = { folder: 'x', format: 'text-tsv', files: {}, licence: '', source: '' } as const;

const taskOf = (family: FamilyId, labels: readonly string[], more: Partial<Task> = {}): Task => ({
  id: 't',
  aliases: [],
  family,
  domain: { en: '', zh: '' },
  title: { en: '', zh: '' },
  access: 'user',
  corpus: SOURCE,
  labels: labels.map((id) => ({ id, meaning: { en: id, zh: id } })),
  primary: families[family].conventions[0].id,
  published: [],
  ...more,
});

/** One task a family, one example with its gold, an answer that is right, and answers that are wrong throughout. */
interface Sample<F extends FamilyId> {
  readonly task: Task;
  readonly input: Input<F>;
  readonly gold: Gold<F>;
  readonly right: Prediction<F>;
  readonly wrong: Prediction<F>;
}

const pair = { textA: '头痛怎么办', textB: '头疼如何处理' };
const SAMPLES: { readonly [F in FamilyId]: Sample<F> } = {
  ner: {
    task: taskOf('ner', ['body', 'disease']),
    input: { text: '患者头痛三天' },
    gold: { entities: [{ start: 2, end: 4, type: 'disease' }] },
    right: { entities: [{ start: 2, end: 4, type: 'disease' }] },
    wrong: { entities: [{ start: 5, end: 6, type: 'disease' }] },
  },
  similarity: {
    task: taskOf('similarity', ['0', '1'], { positive: '1' }),
    input: pair,
    gold: { label: '1' },
    right: { label: '1', scores: { '0': 0.1, '1': 0.9 } },
    wrong: { label: '0', scores: { '0': 0.9, '1': 0.1 } },
  },
  inference: {
    task: taskOf('inference', ['entailment', 'neutral', 'contradiction']),
    input: pair,
    gold: { label: 'neutral' },
    right: { label: 'neutral' },
    wrong: { label: 'contradiction' },
  },
  classification: {
    task: taskOf('classification', ['0', '1', '2']),
    input: { text: '孕酮20.33' },
    gold: { label: '2' },
    right: { label: '2' },
    wrong: { label: '0' },
  },
  multilabel: {
    task: taskOf('multilabel', ['a', 'b', 'c', 'd']),
    input: { text: '咳嗽' },
    gold: { labels: ['a', 'b'] },
    right: { labels: ['b', 'a'] },
    wrong: { labels: ['c', 'd'] },
  },
  ranking: {
    task: taskOf('ranking', ['0', '1', '2'], { relevantFrom: 2 }),
    input: { query: '牙结石', documents: [{ title: '甲' }, { title: '乙' }, { title: '丙' }] },
    gold: { relevance: [2, 0, 1] },
    right: { scores: [3, 1, 2] },
    wrong: { scores: [1, 3, 2] },
  },
  relation: {
    task: taskOf('relation', ['治疗', '病因']),
    input: { text: '阿司匹林治疗头痛' },
    gold: { triples: [{ subject: '头痛', predicate: '治疗', object: '阿司匹林' }] },
    right: { triples: [{ subject: '头痛', predicate: '治疗', object: '阿司匹林' }] },
    wrong: { triples: [{ subject: '三天', predicate: '治疗', object: '患者' }] },
  },
  dialogue: {
    task: taskOf('dialogue', ['true', 'false', 'uncertain']),
    input: { turns: [{ speaker: '患者', text: '宝宝发热' }] },
    gold: { symptoms: [{ name: '发热', status: 'true' }], entities: [{ turn: 0, start: 2, end: 4 }] },
    right: { symptoms: [{ name: '发热', status: 'true' }], entities: [{ turn: 0, start: 2, end: 4 }] },
    wrong: { symptoms: [{ name: '咳嗽', status: 'true' }], entities: [{ turn: 0, start: 0, end: 1 }] },
  },
};

const nanAsNull = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;
const deepNull = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(deepNull);
  if (typeof value !== 'object' || value === null) return nanAsNull('', value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deepNull(inner)]));
};

const IDS = Object.keys(families) as FamilyId[];
const example = ({ input, gold }: Sample<FamilyId>): Example => ({ id: '0', group: 'g', input, gold });

function score(conventionId: string, task: Task, items: readonly Answered[]): number {
  const metric = findConvention(conventionId).metric(task);
  if ('whole' in metric) return metric.whole(items);
  const counts = new Float64Array(metric.width);
  metric.count(items, counts, 0);
  return metric.value(counts);
}

const parse = (family: FamilyId, line: unknown): Prediction | readonly Fault[] => {
  const { task, input } = SAMPLES[family];
  return familyOf(task).parse(line as Record<string, unknown>, input, task);
};

const codes = (family: FamilyId, line: unknown): string[] => {
  const parsed = parse(family, line);
  expect(Array.isArray(parsed)).toBe(true);
  for (const { message } of parsed as Fault[]) expect(message.length).toBeGreaterThan(10);
  return (parsed as Fault[]).map(({ code, field }) => `${code} ${field}`);
};

describe.each(IDS)('%s', (id) => {
  const sample: Sample<FamilyId> = SAMPLES[id];
  const family = familyOf(sample.task);
  const answered = (prediction: Prediction): Answered => ({
    input: sample.input,
    gold: sample.gold,
    prediction,
  });

  it('reads back what a model would write', () => {
    for (const prediction of [sample.right, sample.wrong]) {
      const line = JSON.parse(JSON.stringify({ id: '0', ...prediction, note: 'more is ignored' }));
      expect(parse(id, line)).toEqual(prediction);
    }
  });

  it('says that an empty line lacks its field', () => {
    expect(codes(id, { id: '0' })[0]).toMatch(/^missing-field /);
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

  it('has figures beside each score that survive JSON, except where they are undefined', () => {
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

  it('never throws over strange JSON, and never lets it through unread', () => {
    const keys = ['label', 'labels', 'entities', 'scores', 'symptoms', 'triples'] as const;
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(Number.POSITIVE_INFINITY));
    const line = fc.dictionary(fc.constantFrom(...keys), value);
    fc.assert(
      fc.property(line, (strange) => {
        const parsed = parse(id, strange);
        if (Array.isArray(parsed)) expect(parsed.length).toBeGreaterThan(0);
        else
          for (const { id: c } of family.conventions) score(c, sample.task, [answered(parsed as Prediction)]);
      }),
    );
  });
});

describe('faults', () => {
  it('of labels', () => {
    expect(codes('classification', { label: 1 })).toEqual(['wrong-type label']);
    expect(codes('classification', { label: '7' })).toEqual(['unknown-label label']);
    expect(codes('similarity', { label: '1', scores: [1] })).toEqual(['wrong-type scores']);
    expect(codes('similarity', { label: '2', scores: { '1': 'NaN', '9': 1 } })).toEqual([
      'unknown-label label',
      'wrong-type scores.1',
      'unknown-label scores.9',
    ]);
    expect(codes('inference', { label: null, scores: { neutral: Number.POSITIVE_INFINITY } })).toEqual([
      'wrong-type label',
      'not-finite scores.neutral',
    ]);
    expect(codes('multilabel', { labels: ['a', 'z', 3] })).toEqual([
      'unknown-label labels[1]',
      'wrong-type labels[2]',
    ]);
  });

  it('of labels: none where a task declares none', () => {
    const task = taskOf('classification', []);
    const parsed = families.classification.parse({ label: 'anything' }, { text: '' }, task);
    expect(parsed).toEqual({ label: 'anything' });
  });

  it('of spans', () => {
    const entities = (start: unknown, end: unknown, type: unknown = 'body') => ({
      entities: [{ start, end, type }],
    });
    const at = (name: string) => `entities[0].${name}`;
    expect(codes('ner', entities(-1, 2))).toEqual([`negative-offset ${at('start')}`]);
    expect(codes('ner', entities(0.5, 2))).toEqual([`not-an-integer ${at('start')}`]);
    expect(codes('ner', entities(Number.NaN, Number.POSITIVE_INFINITY))).toEqual([
      `not-finite ${at('start')}`,
      `not-finite ${at('end')}`,
    ]);
    expect(codes('ner', entities(0, 7))).toEqual([`span-outside-text ${at('end')}`]);
    expect(codes('ner', entities('0', 1))).toEqual([`wrong-type ${at('start')}`]);
    expect(codes('ner', entities(2, 2))).toEqual(['empty-span entities[0]']);
    expect(codes('ner', entities(3, 2))).toEqual(['empty-span entities[0]']);
    expect(codes('ner', entities(0, undefined))).toEqual([`missing-field ${at('end')}`]);
    expect(codes('ner', entities(0, 1, 'drug'))).toEqual([`unknown-label ${at('type')}`]);
    expect(codes('ner', { entities: [7, null, []] })).toEqual([
      'wrong-type entities[0]',
      'wrong-type entities[1]',
      'wrong-type entities[2]',
    ]);
    expect(codes('ner', { entities: {} })).toEqual(['wrong-type entities']);
  });

  it('of spans inside a character, which code points would give', () => {
    const parsed = families.ner.parse(
      { entities: [{ start: 0, end: 1, type: 'body' }] },
      { text: '𠮷' },
      SAMPLES.ner.task,
    );
    expect(parsed).toMatchObject([{ code: 'span-splits-character', field: 'entities[0].end' }]);
  });

  it('of scores in document order', () => {
    expect(codes('ranking', { scores: [1, 2] })).toEqual(['wrong-count scores']);
    expect(codes('ranking', { scores: [1, 'x', Number.NaN, 4] })).toEqual([
      'wrong-count scores',
      'wrong-type scores[1]',
      'not-finite scores[2]',
    ]);
    expect(codes('ranking', { scores: { '0': 1 } })).toEqual(['wrong-type scores']);
  });

  it('of triples', () => {
    expect(
      codes('relation', { triples: [{ subject: '', predicate: '无', object: 1, subjectType: 2 }] }),
    ).toEqual([
      'empty-text triples[0].subject',
      'wrong-type triples[0].object',
      'wrong-type triples[0].subjectType',
      'unknown-label triples[0].predicate',
    ]);
  });

  it('of dialogues', () => {
    expect(codes('dialogue', { symptoms: [{ name: 1, status: 'maybe' }] })).toEqual([
      'wrong-type symptoms[0].name',
      'unknown-label symptoms[0].status',
    ]);
    const mention = { turn: 1, start: 0, end: 1 };
    expect(codes('dialogue', { symptoms: [], entities: [mention, { ...mention, turn: 0, end: 9 }] })).toEqual(
      ['turn-outside-dialogue entities[0].turn', 'span-outside-text entities[1].end'],
    );
    expect(codes('dialogue', { symptoms: [], entities: [{ turn: 0.5, start: 0, end: 1, name: 3 }] })).toEqual(
      ['turn-outside-dialogue entities[0].turn', 'wrong-type entities[0].name'],
    );
  });

  it('are not duplicate entities: those count as false positives', () => {
    const twice = { entities: [SAMPLES.ner.gold.entities[0], SAMPLES.ner.gold.entities[0]] };
    expect(parse('ner', twice)).toEqual(twice);
    const { task, input, gold } = SAMPLES.ner;
    expect(score(task.primary, task, [{ input, gold, prediction: twice }])).toBe(2 / 3);
  });
});

describe('missing answers', () => {
  it('are wrong where gold holds nothing, too', () => {
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

  it('fit tasks with no label, or only one', () => {
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

describe('conventions', () => {
  it('have unique ids', () => {
    expect(new Set(conventions.map(({ id }) => id)).size).toBe(conventions.length);
  });

  it('name those of the family where one is unknown', () => {
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
    ]);
  });
});

describe('observed labels', () => {
  const examples: Example<'ner'>[] = ['x', 'b', 'x'].map((type, i) => ({
    id: String(i),
    input: { text: '头' },
    gold: { entities: [{ start: 0, end: 1, type }] },
  }));

  it('come from gold, sorted, where a task declares none', () => {
    const task = withObservedLabels(taskOf('ner', []), examples);
    expect(task.labels.map(({ id }) => id)).toEqual(['b', 'x']);
  });

  it('never replace declared ones', () => {
    const task = taskOf('ner', ['body']);
    expect(withObservedLabels(task, examples)).toBe(task);
  });
});
