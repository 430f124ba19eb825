import { expect, it } from 'vitest';
import { guess, imaginedPairs, imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import { analyse } from './analysis.ts';
import { FORMATS } from './formats.ts';

const task = taskNamed('cMedQQ');
const examples = imaginedPairs(60);
const of = (model: string, right: number) =>
  imaginedRun({ task, examples, predictions: guess(examples, right, 1), model });
const EVIL = '=cmd|"x" & \\input{y}_\n| [a](b) <script>';
const tasks = await analyse([of('good', 0.95), of(EVIL, 0.5)], async () => []);

/** Cells of a CSV line with quoting (RFC 4180). */
const cells = (csv: string): string[][] =>
  [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)/g)]
    .reduce<string[][]>(
      (rows, [, quoted, plain, end]) => {
        rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
        if (end === '\n') rows.push([]);
        return rows;
      },
      [[]],
    )
    .filter((row) => row.length > 0);

it('csv: every row has every column, and no cell is a formula', () => {
  const [head, ...rows] = cells(FORMATS.csv(tasks));
  for (const row of rows) expect(row).toHaveLength(head.length);
  expect(rows.find((row) => row[3].includes('cmd'))![3]).toBe(`'${EVIL}`);
  const primary = rows.find((row) => row[3] === 'good' && row[head.indexOf('primary')] === 'true')!;
  expect(Number(primary[head.indexOf('score')])).toBeGreaterThan(Number(primary[head.indexOf('low')]));
  // 60 examples are too few for an interval to be trusted.
  expect(primary[head.indexOf('flaw')]).toBe('few-units');
});

it.each([
  ['-1+cmd', "'-1+cmd"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', "'\r=1"],
  ['-0.5', '-0.5'],
])('csv: %j is written as a text, unless it is a number', async (id, written) => {
  const [, row] = cells(FORMATS.csv(await analyse([of(id, 0.5)], async () => [])));
  expect(row[3]).toBe(written);
});

it('markdown: a table row stays a row, and nothing is markup', () => {
  const page = FORMATS.markdown(tasks);
  expect(page).not.toContain('<script>');
  expect(page).not.toContain('](b)');
  const bars = page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.match(/(?<!\\)\|/g)!.length);
  expect(new Set(bars)).toEqual(new Set([4, 7]));
});

it('latex: special characters are escaped and groups marked', () => {
  const page = FORMATS.latex(tasks);
  expect(page).toContain('{good \\#0} & ');
  expect(page).toContain('\\textsuperscript{a}');
  expect(page).not.toContain('\\input{');
  expect(page).toContain('\\textbackslash{}input\\{y\\}\\_');
});

it('json: complete and finite', () => {
  const report = JSON.parse(FORMATS.json(tasks));
  expect(report).toMatchObject({
    schema: 'chineseblue/report@2',
    tasks: [{ task: 'cMedQQ', runs: [{ record: { model: { id: 'good' } } }, {}] }],
  });
  expect(report.tasks[0].comparison.systems).toHaveLength(2);
  expect(report.tasks[0].runs[1].kinds[0].examples[0]).toEqual({
    id: expect.any(String),
    kinds: ['wrong-label'],
  });
});

it('model-index: one entry per model, strings quoted, values plain', () => {
  const lines = FORMATS['model-index'](tasks).split('\n');
  expect(lines[0]).toBe('model-index:');
  const names = lines.filter((line) => line.startsWith('- name: ')).map((line) => JSON.parse(line.slice(8)));
  expect(names).toEqual(['good', EVIL]);
  expect(
    lines
      .filter((line) => line.trim().startsWith('value: '))
      .every((line) => Number.isFinite(Number(line.split(': ')[1]))),
  ).toBe(true);
  expect(lines).toContain('    - type: "accuracy"');
});
