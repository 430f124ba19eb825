import { describe, expect, it } from 'vitest';
import { findConvention } from '../conventions.ts';
import type { AnswerSchema } from './asking.ts';
import { SAMPLES, type SampleTask } from './fixtures/sample.ts';
import { familyIds, familyOf } from './registry.ts';

/** Whether a value has the shape of a schema; `undefined` elements have none. */
function fits(value: unknown, schema: AnswerSchema): boolean {
  if (schema.type === 'object') {
    const entries = Object.entries(value as object);
    return (
      schema.required.join() === Object.keys(schema.properties).join() &&
      entries.length === schema.required.length &&
      entries.every(([name, inner]) => fits(inner, schema.properties[name]))
    );
  }
  if (schema.type === 'array') return Array.isArray(value) && value.every((item) => fits(item, schema.items));
  if (schema.type === 'string')
    return typeof value === 'string' && (schema.enum === undefined || schema.enum.includes(value));
  if (value === null) return Array.isArray(schema.type);
  return Number.isInteger(value) && (schema.enum === undefined || schema.enum.includes(value as number));
}

const placeholdersOf = (template: string): string[] =>
  [...template.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

describe.each(familyIds)('%s', (id) => {
  const { task, input, gold }: SampleTask = SAMPLES[id];
  const family = familyOf(task);
  const askings = family.asking ?? [];

  it('can be asked', () => {
    expect(askings.length).toBeGreaterThan(0);
    expect(new Set(askings.map((asking) => asking.id)).size).toBe(askings.length);
  });

  it.each(askings)('$prompt.id parses the reply with the gold answer as a right prediction', (asking) => {
    const calls = asking.calls(input, 'zh', task);
    const worked: unknown[] = asking.worked(gold, input, task).map((one) => JSON.parse(JSON.stringify(one)));
    const schema = asking.schema(task);
    expect(worked).toHaveLength(calls.length);
    for (const one of worked) expect(schema ? fits(one, schema) : typeof one === 'string').toBe(true);
    const reading = asking.read(worked, input, task);
    if (!('prediction' in reading)) throw new Error(reading.unreadable);
    const metric = findConvention(task.primary).metric(task);
    const item = { input, gold, prediction: reading.prediction };
    const counts = new Float64Array('width' in metric ? metric.width : 0);
    if ('count' in metric) metric.count([item], counts, 0);
    expect('whole' in metric ? metric.whole([item]) : metric.value(counts)).toBeCloseTo(1, 12);
    expect(family.parse({ ...reading.prediction }, input, task)).toEqual(reading.prediction);
  });

  it.each(askings)('$prompt.id has no placeholder without a value, in either language', (asking) => {
    const { system, user } = asking.prompt;
    const known = ['task', 'labels', ...asking.placeholders];
    for (const language of ['zh', 'en'] as const) {
      const learnt = Object.keys(asking.learn?.([{ gold }]) ?? {});
      const [call] = asking.calls(input, language, task).map((values) => Object.keys(values));
      expect([...call, ...learnt].sort()).toEqual([...asking.placeholders].sort());
      expect(placeholdersOf(system[language] + user[language]).every((name) => known.includes(name))).toBe(
        true,
      );
      expect(call.every((name) => placeholdersOf(user[language]).includes(name))).toBe(true);
    }
  });

  it.each(askings)('$prompt.id refuses a reply that is not an answer, and says why', (asking) => {
    const count = asking.calls(input, 'zh', task).length;
    const isText = asking.schema(task) === undefined;
    for (const wrong of [null, 'x', [], 3, {}, { label: 'no such label' }, { entities: 'none' }]) {
      if (isText && typeof wrong === 'string') continue;
      const reading = asking.read(new Array(count).fill(wrong), input, task);
      expect('unreadable' in reading && reading.unreadable).toMatch(/^[a-z-]+( .+)?$/);
    }
  });

  it.each(askings.filter(({ choice }) => choice))(
    '$prompt.id decides by the scores of its options',
    (asking) => {
      const options = asking.choice?.options(task).map((label) => label.id) ?? [];
      const count = asking.calls(input, 'zh', task).length;
      const scores = Object.fromEntries(options.map((option, i) => [option, i === 0 ? -0.1 : -5 - i]));
      const prediction = asking.choice?.decide(new Array(count).fill(scores), input, task);
      expect(family.parse({ ...prediction }, input, task)).toEqual(prediction);
      const only = Object.fromEntries(
        options.map((option, i) => [option, i === 1 ? 0 : Number.NEGATIVE_INFINITY]),
      );
      const chosen = asking.choice?.decide(new Array(count).fill(only), input, task);
      expect(family.parse({ ...chosen }, input, task)).toEqual(chosen);
      if (chosen && 'label' in chosen) expect(chosen.label).toBe(options[1]);
    },
  );
});
