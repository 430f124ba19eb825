import { expect, it } from 'vitest';
import { createImports } from './fixtures/imported.ts';

const { fromContents } = createImports();

const SPLITS = ['train', 'dev', 'test'];
/** Texts that have nothing in common. */
const text = (i: number): string =>
  String.fromCodePoint(...Array.from({ length: 12 }, (_, k) => 0x4e00 + i * 37 + k * 101));

const RATIOS = [60, 20, 20] as const;

/** The records of all splits by split. */
const partsOf = async ({ records }: Awaited<ReturnType<typeof fromContents>>) =>
  Promise.all(SPLITS.map((split) => records(split)));

it('keeps groups and equal twins together where there are too many records for memory', async () => {
  // 2i and 2i + 1 differ in width and punctuation; every four are of one patient.
  const rows = Array.from(
    { length: 80 },
    (_, i) => `${i},${text(i >> 1)}${i % 2 ? '。ＣＴ' : 'ct'},${i % 3},患者${i >> 2}`,
  );
  const options = { ratios: RATIOS, mostHeld: 0 };
  const content = { 'notes.csv': `id,text,label,patient\n${rows.join('\n')}\n` };
  const grouped = await fromContents(content, { ...options, given: { group: 'patient' } });
  expect(grouped.report).toMatchObject({ twins: 'equal', leaks: 0, labels: ['0', '1', '2'] });
  const patients = (await partsOf(grouped)).map((part) => new Set(part.map(({ group }) => group)).size);
  expect(patients.reduce((sum, size) => sum + size, 0)).toBe(20);
  const free = await fromContents(content, options);
  const parts = await partsOf(free);
  expect(parts.map(({ length }) => length)).toEqual([48, 16, 16]);
  for (const part of parts) {
    const pairs = part.map(({ id }) => Number(id) >> 1);
    expect(pairs.every((pair) => pairs.filter((other) => other === pair).length === 2)).toBe(true);
  }
  expect(await partsOf(await fromContents(content, options))).toEqual(parts);
  expect(free.report.samples).toHaveLength(3);
});

it('keeps pairs together that share a text or are mirrored, and drops ids that are not unique', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => {
    const [a, b, c] = [3 * i, 3 * i + 1, 3 * i + 2].map(text);
    return [`0,${a},${b},1`, `0,${b},${a}。,1`, `0,${b},${c},0`].join('\n');
  });
  const content = { 'pairs.csv': `id,text1,text2,label\n${rows.join('\n')}\n` };
  const made = await fromContents(content, { ratios: RATIOS, mostHeld: 0 });
  expect(made.report).toMatchObject({
    family: 'similarity',
    twins: 'equal',
    splits: { train: 54, dev: 18, test: 18 },
  });
  const firsts = (await partsOf(made)).map((part) => {
    expect(part.every(({ id }) => id === undefined)).toBe(true);
    return new Set(part.map(({ textA }) => textA));
  });
  for (const [i, one] of firsts.entries())
    for (const other of firsts.slice(i + 1)) expect([...one].filter((first) => other.has(first))).toEqual([]);
});

it('counts equal twins between splits that sources name', async () => {
  const made = await fromContents(
    {
      'train.csv': `text,label\n${text(1)},a\n${text(2)},b\n`,
      'test.csv': `text,label\n${text(1)}。,a\n${text(3)},b\n${text(1)},a\n`,
    },
    { mostHeld: 0 },
  );
  expect(made.report).toMatchObject({ leaks: 2, twins: 'equal', splits: { train: 2, test: 3 } });
});
