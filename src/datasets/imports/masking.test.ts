import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scanSources } from '../scan-sources.ts';
import { type ImportRequest, importData } from './import.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-masking-'));
});
afterAll(() => rm(folder, { recursive: true }));

const TEXT = '😀姓名：王小明，电话13812345678，甲病用乙药';
const NOTES = [
  {
    id: '住院号00123456',
    text: TEXT,
    patient: '王小明',
    entities: [
      [11, 22],
      [23, 25],
      [5, 8],
      [2, 4],
    ],
  },
  { id: '住院号00123457', text: '无特殊', patient: '李四', entities: [] },
];
const notes = NOTES.map(({ entities, ...rest }) =>
  JSON.stringify({
    ...rest,
    entities: entities.map(([start, end], i) => ({
      id: i,
      label: 'x',
      start_offset: start,
      end_offset: end,
    })),
  }),
).join('\n');

let count = 0;
async function imported(given: Partial<ImportRequest['given']>) {
  const own = join(folder, String(count++));
  const file = join(folder, 'test.jsonl');
  await writeFile(file, `${notes}\n`);
  const request = { sources: [file], name: 'mine', dataDir: own, seed: 0, dryRun: false };
  const report = await importData({ ...request, given: { fields: {}, ...given } });
  const read = (name: string): Promise<string> => readFile(join(own, 'mine', name), 'utf8');
  return { report, written: await read('test.jsonl'), record: await read('import.json') };
}

it('counts personal data and keeps its places, not its values, in the record', async () => {
  const { report, written, record } = await imported({ scan: true });
  expect(report.scan).toMatchObject({ texts: 2, touched: 1, masked: false, maskedEntities: 0 });
  expect(
    report.scan?.kinds.map(({ kind, count, places }) => [kind, count, places[0].start, places[0].end]),
  ).toEqual([
    ['name', 1, 5, 8],
    ['mobile', 1, 11, 22],
  ]);
  expect(record).not.toMatch(/王小明|13812345678/);
  expect(written).toContain('王小明');
});

it('replaces it at equal length, with the entities that it is in', async () => {
  const { report, written, record } = await imported({ mask: true, group: 'patient' });
  const [first] = written.split('\n').map((line) => line && JSON.parse(line));
  expect(first.text).toBe('😀姓名：某某某，电话***********，甲病用乙药');
  expect(first.text).toHaveLength(TEXT.length);
  expect(first.entities.map(({ mention }: { mention: string }) => mention)).toEqual(
    first.entities.map(({ start, end }: { start: number; end: number }) => first.text.slice(start, end)),
  );
  expect(report.scan).toMatchObject({ masked: true, maskedEntities: 2 });
  expect(first).not.toHaveProperty('id');
  expect([first.group, `${written}${record}`.match(/王小明|李四|13812345678|住院号/)]).toEqual(['1', null]);
});

it('counts personal data in files that are not imported', async () => {
  const file = join(folder, 'notes.csv');
  await writeFile(file, `text,label\n${TEXT},a\n`);
  expect(await scanSources([file], {})).toMatchObject({ texts: 1, touched: 1 });
  await expect(scanSources([join(folder, 'none.csv')], {})).rejects.toMatchObject({ code: 'file-missing' });
  await writeFile(file, 'x,y\n1,2\n');
  await expect(scanSources([file], {})).rejects.toMatchObject({ code: 'which-fields' });
});
