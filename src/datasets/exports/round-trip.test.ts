import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example, FamilyId, Gold, Prediction } from '../../tasks/examples.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { openDataset } from '../dataset.ts';
import { importData } from '../imports/import.ts';
import { readTaskFile } from '../task-file.ts';
import { exportData } from './export.ts';
import { createTasks } from './fixtures/tasks.ts';
import type { Predicted } from './records.ts';
import { type ExportFormatId, exportFormats } from './registry.ts';

const { bring } = createTasks();

type Fields = Readonly<Record<string, unknown>>;

/** Exports a task, imports what was written, and gives the examples of both. */
async function roundTrip(
  { dir, task }: { dir: string; task: Task },
  to: ExportFormatId,
  predicted?: Predicted,
) {
  const out = join(dir, 'out');
  const report = await exportData({ task, dir, to, out, leaveOut: false, predicted });
  await importData({
    ...{ sources: [out], name: 'again', dataDir: dir, seed: 0, dryRun: false },
    given: {
      ...{ family: task.family, fields: {}, positive: task.positive },
      group: report.importOptions.includes('--group') ? 'group' : undefined,
    },
  });
  const again = await readTaskFile(join(dir, 'again', 'again.task.json'));
  return {
    report,
    before: await examplesOf(task, dir, report.lost.includes('ids')),
    after: await examplesOf(again, dir, report.lost.includes('ids')),
  };
}

/** Entities in an order that does not depend on that of a file. */
const inOrder = (gold: Gold | Prediction | undefined): unknown =>
  gold && 'entities' in gold
    ? { entities: (gold.entities ?? []).map((entity) => JSON.stringify(entity)).sort() }
    : gold;

interface Read {
  readonly split: SplitName;
  readonly id: string;
  group: string | undefined;
  readonly input: unknown;
  readonly gold: unknown;
}

/** All that is read, in an order that does not depend on that of files. */
async function examplesOf(task: Task, dir: string, byPlace: boolean): Promise<Read[]> {
  const dataset = await openDataset({ task, dir, scheme: 'released' });
  const all: Read[] = [];
  for (const name of dataset.splits) {
    let number = 0;
    for await (const { id, group, input, gold } of dataset.stream(name)) {
      all.push({
        split: name,
        id: byPlace ? String(number++) : id,
        ...{ group, input, gold: inOrder(gold) },
      });
    }
  }
  return all.sort((a, b) => (`${a.split} ${a.id}` < `${b.split} ${b.id}` ? -1 : 1));
}

const LETTERS = [
  '甲',
  '乙',
  '病',
  'a',
  'B',
  '1',
  ' ',
  '\u3000',
  '🩺',
  '𠮷',
  '，',
  '"',
  '[',
  '{',
  '&',
  '\u2028',
];
/** A text that is not blank, of characters of one and two code units. */
const textOf = (more: readonly string[] = []) =>
  fc
    .array(fc.constantFrom(...LETTERS, ...more), { minLength: 1, maxLength: 14 })
    .map((letters) => `${letters.join('')}末`);
const BREAKS = ['\n', '\t', '\r\n'];
const ANY = [...BREAKS, '\ufeff', '\0'];
const LABEL = fc.constantFrom('dis', '药物', 'a-b', '𠮷', 'B-x');

const startsOf = (text: string): number[] => {
  const starts = [0];
  for (const character of text) starts.push(starts[starts.length - 1] + character.length);
  return starts;
};

/** A text with entities: nested, crossing and repeated in place; `flat`: apart; `parts`: also of several parts. */
const marked = ({ more, flat = false, parts = false }: Marks) =>
  fc
    .tuple(textOf(more), fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), LABEL), { maxLength: 5 }))
    .map(([text, drawn]) => {
      const starts = startsOf(text);
      const entities = new Map<string, Fields & { readonly start: number; readonly end: number }>();
      for (const [a, b, c, d, type] of drawn) {
        const ends = [...new Set([a, b, c, d].map((at) => starts[at % starts.length]))].sort((x, y) => x - y);
        if (ends.length < 2) continue;
        const several = parts && ends.length === 4;
        const [start, end] = [ends[0], several ? ends[3] : ends[1]];
        const fragments = several ? { fragments: [ends.slice(0, 2), ends.slice(2)] } : {};
        if (flat && [...entities.values()].some((other) => start < other.end && other.start < end)) continue;
        entities.set(`${ends} ${type}`, { start, end, type, ...fragments });
      }
      return { text, entities: [...entities.values()] };
    });

interface Marks {
  readonly more?: readonly string[];
  readonly flat?: boolean;
  readonly parts?: boolean;
}

const related = (more: readonly string[] = []) =>
  fc
    .tuple(
      textOf(more),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), LABEL, LABEL, LABEL), { maxLength: 4 }),
    )
    .map(([text, drawn]) => {
      const starts = startsOf(text);
      const piece = (a: number, b: number): string => {
        const from = a % (starts.length - 1);
        return text.slice(starts[from], starts[from + 1 + (b % (starts.length - 1 - from))]);
      };
      const triples = drawn.map(([a, b, c, d, predicate, subjectType, objectType]) => ({
        ...{ subject: piece(a, b), predicate, object: piece(c, d), subjectType, objectType },
      }));
      return { text, triples };
    });

const classified = (more: readonly string[] = []) => fc.record({ text: textOf(more), label: LABEL });
const manyClasses = (more: readonly string[] = []) =>
  fc.record({ text: textOf(more), labels: fc.uniqueArray(LABEL, { maxLength: 3 }) });
const pairs = (more: readonly string[] = []) =>
  fc.record({ textA: textOf(more), textB: textOf(more), label: fc.constantFrom('同', '异') });

/** What surely has gold of the family: an import asks for some. */
const SURE: Readonly<Record<string, Fields>> = {
  ner: { text: '🩺甲病末', entities: [{ start: 2, end: 4, type: 'dis' }] },
  relation: {
    text: '🩺甲病末',
    triples: [{ subject: '甲', predicate: '治', object: '病', subjectType: 'dis', objectType: 'a-b' }],
  },
  classification: { text: '甲', label: 'dis' },
  multilabel: { text: '甲', labels: ['dis', 'a-b'] },
  similarity: { textA: '甲', textB: '乙', label: '同' },
  inference: { textA: '甲', textB: '乙', label: '同' },
};

const CASES: readonly [ExportFormatId, FamilyId, fc.Arbitrary<Fields>][] = [
  ['doccano', 'ner', marked({ more: BREAKS })],
  ['label-studio', 'ner', marked({ more: BREAKS })],
  ['brat', 'ner', marked({ more: BREAKS, parts: true })],
  ['conll', 'ner', marked({ more: ['\t'], flat: true })],
  ['bio', 'ner', marked({ more: ['\t'], flat: true })],
  ['parquet', 'ner', marked({ more: ANY, parts: true })],
  ['hf', 'ner', marked({ more: ANY, parts: true })],
  ['parquet', 'relation', related(ANY)],
  ['hf', 'relation', related(ANY)],
  ['parquet', 'classification', classified(ANY)],
  ['hf', 'classification', classified(ANY)],
  ['parquet', 'multilabel', manyClasses(ANY)],
  ['hf', 'multilabel', manyClasses(ANY)],
  ['parquet', 'similarity', pairs(ANY)],
  ['hf', 'similarity', pairs(ANY)],
  ['parquet', 'inference', pairs(ANY)],
  ['hf', 'inference', pairs(ANY)],
  ['doccano', 'relation', related(BREAKS)],
  ['label-studio', 'relation', related(BREAKS)],
  ['brat', 'relation', related(BREAKS)],
  ['doccano', 'classification', classified(BREAKS)],
  ['label-studio', 'classification', classified(BREAKS)],
  ['csv', 'classification', classified(['\n'])],
  ['jsonl', 'classification', classified(BREAKS)],
  ['doccano', 'multilabel', manyClasses(BREAKS)],
  ['label-studio', 'multilabel', manyClasses(BREAKS)],
  ['csv', 'multilabel', manyClasses(['\n'])],
  ['jsonl', 'multilabel', manyClasses(BREAKS)],
  ['csv', 'similarity', pairs(['\n'])],
  ['jsonl', 'similarity', pairs(BREAKS)],
  ['csv', 'inference', pairs(['\n'])],
  ['jsonl', 'inference', pairs(BREAKS)],
];

describe('exports are read back', () => {
  it('covers every family of every format', () => {
    const declared = Object.entries(exportFormats).flatMap(([id, { families }]) =>
      families.map((family) => `${id} ${family}`),
    );
    expect(CASES.map(([id, family]) => `${id} ${family}`).sort()).toEqual(declared.sort());
  });

  it.each(CASES)('%s, %s', async (to, family, record) => {
    const splits = fc.tuple(...[1, 2].map(() => fc.array(record, { minLength: 1, maxLength: 12 })));
    const grouped = fc.boolean();
    await fc.assert(
      fc.asyncProperty(splits, grouped, async ([train, test], hasGroups) => {
        const named = (records: readonly Fields[]) =>
          records.map((one, i) => ({ id: `r${i}`, ...one, ...(hasGroups ? { group: `g${i % 2}` } : {}) }));
        const brought = await bring(family, {
          train: named([SURE[family], ...train]),
          test: named([...test, SURE[family]]),
        });
        const { before, after, report } = await roundTrip(brought, to);
        if (report.lost.includes('groups')) for (const one of before) one.group = undefined;
        expect(after).toEqual(before);
      }),
      { numRuns: 3 },
    );
  });

  it.each(CASES)('%s, %s: the answers of a model', async (to, family, record) => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async (records) => {
        const brought = await bring(family, { test: [SURE[family], ...records] });
        const dataset = await openDataset({ task: brought.task, dir: brought.dir });
        const { examples } = await dataset.split('test');
        const answers = new Map(examples.map(({ id }, i) => [id, answerOf(examples, i)]));
        const { after, report } = await roundTrip(brought, to, { model: 'm', answers });
        expect(report.splits).toEqual({ test: examples.length });
        const isBeside = 'holdsPredictions' in exportFormats[to];
        const expected = examples.map(({ id, gold }) => inOrder(isBeside ? gold : answers.get(id)));
        const texts = (all: readonly unknown[]): string[] => all.map((one) => JSON.stringify(one)).sort();
        expect(texts(after.map(({ gold }) => gold))).toEqual(texts(expected));
      }),
      { numRuns: 2 },
    );
  });
});

/** Not the gold of an example, but what could be: one mark less, or the class of the next. */
function answerOf(examples: readonly Example[], index: number): Prediction {
  const { gold } = examples[index];
  const { gold: next } = examples[(index + 1) % examples.length];
  const fewer = <T>(list: readonly T[]): readonly T[] => (list.length > 1 ? list.slice(1) : list);
  if ('triples' in gold) return { triples: fewer(gold.triples) };
  if ('labels' in gold) return { labels: fewer(gold.labels) };
  if ('label' in next) return next;
  const marks = 'entities' in gold ? (gold.entities ?? []) : [];
  return { entities: fewer(marks.flatMap((mark) => ('type' in mark ? [mark] : []))) };
}
