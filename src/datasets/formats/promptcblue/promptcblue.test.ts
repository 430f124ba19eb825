import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { conventionsOf } from '../../../tasks/conventions.ts';
import type { Answered, Example } from '../../../tasks/examples.ts';
import { readReply } from '../../../tasks/families/instruction/reading.ts';
import { PROMPT_DATASETS } from '../../../tasks/promptcblue/datasets.ts';
import { promptcblueTasks } from '../../../tasks/promptcblue/tasks.ts';
import type { Task } from '../../../tasks/task.ts';
import { openDataset } from '../../dataset.ts';
import { createReader } from '../cblue/fixtures/written.ts';

/** Written by `bench/peers/promptcblue.py`, with what independent code makes of the answers. */
const FIXTURES = join(import.meta.dirname, 'fixtures');
const load = (name: string) => JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));
const replies: Record<string, string> = load('answers.json');
const expected: Record<
  string,
  { gold: Record<string, unknown>; answers: Record<string, unknown>; scores: Record<string, number> | null }
> = load('expected.json');

const directory = mkdtempSync(join(tmpdir(), 'promptcblue-'));
afterAll(() => rmSync(directory, { recursive: true }));

const partOf = ({ corpus }: Task): string => corpus.part ?? '';

async function devOf(task: Task): Promise<readonly Example<'instruction'>[]> {
  const { examples } = await (await openDataset({ task, dir: FIXTURES })).split('dev');
  return examples as readonly Example<'instruction'>[];
}

/** What the peer writes of an answer, in the order of the keys here. */
const ORDERS: Readonly<Record<string, (parts: readonly unknown[]) => readonly unknown[]>> = {
  entities: ([name, type]) => [type, name],
  statuses: ([name, status]) => [status, name],
  terms: ([term]) => ['', term],
  events: ([core, state, ...lists]) => [state, core, ...lists],
};

function comparable(text: string, input: Example<'instruction'>['input']): unknown {
  const reading = readReply(text, input);
  if (reading.kind === 'label') return reading.label;
  if (reading.kind === 'set') return reading.answers.map(({ key }) => key).sort();
  if (reading.kind === 'tree') return reading.tree.map(({ role, logic, triples }) => [role, logic, triples]);
  return input.form === 'text' ? reading.sections[''] : reading.sections;
}

function theirs(value: unknown, form: string): unknown {
  if (!Array.isArray(value) || form === 'tree') return value;
  const keys = value.map((parts) => JSON.stringify(ORDERS[form]?.(parts) ?? parts));
  return [...new Set(keys)].sort();
}

describe.each(promptcblueTasks.map((task) => [task.id, task] as const))('%s', (_, task) => {
  it('reads gold and replies as the rules of the benchmark do', async () => {
    const { gold, answers } = expected[partOf(task)];
    const examples = await devOf(task);
    expect(examples.map(({ id }) => id).sort()).toEqual(Object.keys(gold).sort());
    for (const { id, input, gold: own } of examples) {
      expect(comparable(own.target, input), id).toEqual(theirs(gold[id], input.form));
      expect(comparable(replies[id], input), id).toEqual(theirs(answers[id], input.form));
    }
  });

  it('scores as the benchmark does', async () => {
    const { scores } = expected[partOf(task)];
    const items = (await devOf(task)).map(
      ({ id, input, gold }): Answered => ({ input, gold, prediction: { reply: replies[id] } }),
    );
    const own = conventionsOf(task);
    expect(own[0].id.split('/')[1]).toBe(task.primary.split('/')[1]);
    expect(own.some(({ id }) => id === task.primary)).toBe(true);
    for (const [name, value] of Object.entries(scores ?? {})) {
      const metric = own.find(({ id }) => id.endsWith(`/${name}@1`))?.metric(task);
      if (!metric) throw new Error(`no ${name}`);
      const counts = new Float64Array('width' in metric ? metric.width : 0);
      if ('count' in metric) metric.count(items, counts, 0);
      // rouge-chinese adds 1e-8 to a denominator
      expect('whole' in metric ? metric.whole(items) : metric.value(counts), name).toBeCloseTo(value, 7);
    }
  });

  it('has no gold in test', async () => {
    const test = await (await openDataset({ task, dir: FIXTURES })).split('test');
    expect([test.hasGold, test.questions.length]).toEqual([false, 2]);
  });
});

it('declares every task of the peer', () => {
  expect(Object.keys(PROMPT_DATASETS).sort()).toEqual(Object.keys(expected).sort());
});

describe('an error in a file', () => {
  const read = createReader(directory);
  const record = {
    input: '“a”，“b”',
    target: '相同',
    answer_choices: null,
    task_type: 'cls',
    sample_id: 'x-1',
  };
  const STS = { ...record, task_dataset: 'CHIP-STS' };
  const lines = (...records: object[]) => records.map((one) => JSON.stringify(one)).join('\r\n');

  it('names line and field', async () => {
    await expect(
      read('PromptCBLUE-CHIP-STS', lines(STS, { ...STS, sample_id: 'x-2', input: 3 })),
    ).rejects.toMatchObject({
      code: 'bad-field',
      place: { line: 2, id: 'x-2', field: 'input' },
    });
    await expect(read('PromptCBLUE-CHIP-STS', lines(STS, STS))).rejects.toMatchObject({
      code: 'duplicate-id',
      place: { field: 'sample_id' },
    });
    await expect(
      read('PromptCBLUE-CHIP-STS', lines({ ...STS, answer_choices: '相同' })),
    ).rejects.toMatchObject({ place: { field: 'answer_choices' } });
    await expect(
      read('PromptCBLUE-CHIP-STS', `\ufeff${lines(STS)}\n{"task_dataset": "CHIP-STS"`),
    ).rejects.toMatchObject({ code: 'bad-json' });
  });

  it('accepts CMeIE, the name in the first version, and refuses unknown tasks', async () => {
    const target = '具有同义词关系的头尾实体对如下：头实体为甲，尾实体为乙。';
    const old = { ...record, target, answer_choices: ['同义词'], task_dataset: 'CMeIE' };
    const { items } = await read('PromptCBLUE-CMeIE-V2', lines(STS, old));
    expect(items).toMatchObject([{ id: 'x-1', gold: { target } }]);
    const other = { ...record, task_dataset: 'CHIP-STX' };
    const whole = import('./promptcblue.ts').then(async ({ promptcblue }) => {
      const { writeFile } = await import('node:fs/promises');
      const path = join(directory, 'other.json');
      await writeFile(path, lines(other));
      for await (const _ of promptcblue.read(path, { labels: new Set(), notice: () => undefined }));
    });
    await expect(whole).rejects.toMatchObject({
      code: 'unknown-part',
      place: { line: 1, field: 'task_dataset' },
      hintText: { en: expect.stringContaining('CHIP-STS') },
    });
  });
});
