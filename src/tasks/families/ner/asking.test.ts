import { describe, expect, it } from 'vitest';
import { findConvention } from '../../conventions.ts';
import { taskOf } from '../fixtures/sample.ts';
import { nerAsking } from './asking.ts';

const task = taskOf('ner', ['disease', 'symptom'], {
  labels: [
    { id: 'disease', meaning: { en: 'illness', zh: '疾病' } },
    { id: 'symptom', meaning: { en: 'complaint', zh: '症状' } },
  ],
});
const TEXT = '头痛三天，查ＣＴ后头痛加重，诊断感冒';

function read(entities: unknown, text = TEXT) {
  const reading = nerAsking.read([{ entities }], { text }, task);
  if (!('prediction' in reading)) return reading.unreadable;
  const { entities: found, unaligned } = reading.prediction;
  const counts = Object.fromEntries(Object.entries(reading.quotes ?? {}).filter(([, n]) => n > 0));
  return { found: found.map(({ start, end, type }) => `${start}-${end} ${type}`), unaligned, counts };
}

describe('quotes of entities', () => {
  it('are placed by occurrence, counted from 1', () => {
    expect(read([{ quote: '头痛', type: 'symptom', occurrence: 2 }])).toEqual({
      found: ['9-11 symptom'],
      counts: { aligned: 1 },
    });
    expect(read([{ quote: '头痛', type: 'symptom', occurrence: 3 }])).toEqual({
      found: [],
      unaligned: [{ quote: '头痛', type: 'symptom' }],
      counts: { unaligned: 1 },
    });
  });

  it('take successive occurrences where none is given, and surplus ones are duplicates', () => {
    const quote = { quote: '头痛', type: 'symptom' };
    expect(read([quote])).toEqual({ found: ['0-2 symptom'], counts: { aligned: 1, ambiguous: 1 } });
    expect(read([quote, quote, quote])).toEqual({
      found: ['0-2 symptom', '9-11 symptom'],
      counts: { aligned: 2, ambiguous: 2, duplicate: 1 },
    });
    expect(
      read([
        { ...quote, occurrence: 1 },
        { ...quote, occurrence: 1 },
      ]),
    ).toEqual({
      found: ['0-2 symptom'],
      counts: { aligned: 1, duplicate: 1 },
    });
  });

  it('keep two types of the same span, and overlaps', () => {
    expect(
      read([
        { quote: '感冒', type: 'disease' },
        { quote: '感冒', type: 'symptom' },
      ]),
    ).toEqual({
      found: ['16-18 disease', '16-18 symptom'],
      counts: { aligned: 2, conflicting: 1 },
    });
    expect(
      read([
        { quote: '头痛三天', type: 'symptom' },
        { quote: '三天', type: 'symptom' },
      ]),
    ).toEqual({
      found: ['0-4 symptom', '2-4 symptom'],
      counts: { aligned: 2 },
    });
  });

  it('are folded in width, case and white space, and not otherwise', () => {
    expect(read([{ quote: 'ct', type: 'symptom' }])).toEqual({
      found: ['6-8 symptom'],
      counts: { folded: 1 },
    });
    expect(read([{ quote: '头疼', type: 'symptom' }])).toEqual({
      found: [],
      unaligned: [{ quote: '头疼', type: 'symptom' }],
      counts: { unaligned: 1 },
    });
  });

  it('name types by id or by meaning in either language', () => {
    for (const type of ['disease', 'Disease', '疾病', 'illness', ' ＤＩＳＥＡＳＥ '])
      expect(read([{ quote: '感冒', type }])).toMatchObject({ found: ['16-18 disease'] });
    expect(read([{ quote: '感冒', type: '病症' }])).toBe('unknown-label entities[0].type');
  });

  it('of another shape make an answer unreadable', () => {
    expect(read([{ quote: 3, type: 'disease' }])).toBe('wrong-type entities[0].quote');
    expect(read([{ type: 'disease' }])).toBe('missing-field entities[0].quote');
    expect(read([{ quote: '感冒', type: 'disease', occurrence: 0 }])).toBe(
      'out-of-range entities[0].occurrence',
    );
    expect(read([{ quote: '感冒', type: 'disease', occurrence: 1e12 }])).toMatchObject({ found: [] });
    expect(read(['感冒'])).toBe('wrong-type entities[0]');
  });

  it('that are invented count as wrong under every convention', () => {
    const input = { text: '感冒' };
    const gold = { entities: [{ start: 0, end: 2, type: 'disease' }] };
    const right = { entities: gold.entities };
    const madeUp = { entities: gold.entities, unaligned: [{ quote: '咳嗽', type: 'disease' }] };
    const score = (id: string, prediction: typeof madeUp | typeof right): number => {
      const metric = findConvention(id).metric(task);
      if ('whole' in metric) throw new Error(id);
      const counts = new Float64Array(metric.width);
      metric.count([{ input, gold, prediction }], counts, 0);
      return metric.value(counts);
    };
    for (const id of [
      'ner/strict/micro/full-text/json@1',
      'ner/muc/partial/full-text/json@1',
      'ner/mention-set@1',
    ]) {
      expect(score(id, right)).toBe(1);
      expect(score(id, madeUp)).toBeCloseTo(2 / 3, 12);
    }
  });
});

describe('worked examples', () => {
  it('give the occurrence only where a quote occurs more than once', () => {
    const entities = [
      { start: 9, end: 11, type: 'symptom' },
      { start: 16, end: 18, type: 'disease' },
    ];
    expect(nerAsking.worked({ entities }, { text: TEXT }, task)).toEqual([
      {
        entities: [
          { quote: '头痛', type: 'symptom', occurrence: 2 },
          { quote: '感冒', type: 'disease', occurrence: null },
        ],
      },
    ]);
  });
});

describe('mention sets', () => {
  it('compare words and types, not how often or where', () => {
    const metric = findConvention('ner/mention-set@1').metric(task);
    if ('whole' in metric) throw new Error('counted');
    const symptom = (start: number) => ({ start, end: start + 2, type: 'symptom' });
    const counts = new Float64Array(metric.width);
    const item = { input: { text: TEXT }, gold: { entities: [symptom(0), symptom(9)] } };
    metric.count([{ ...item, prediction: { entities: [symptom(9)] } }], counts, 0);
    expect(metric.value(counts)).toBe(1);
  });
});
