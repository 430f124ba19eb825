import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createImports } from './fixtures/imported.ts';
import { parseYaml } from './formats/hugging-face/yaml.ts';
import { findSources } from './sources.ts';

const { fromContents } = createImports();

/** What macOS leaves next to a file on other file systems. */
const APPLE_DOUBLE = Buffer.from('\0\x05\x16\x07\0\x02\0\0Mac OS X        ', 'latin1');
const TEXTS = ['头痛三天来诊', '发热伴咳嗽', '反复腹痛半年', '右膝疼痛明显', '视物模糊一周', '夜间盗汗不止'];
const csvOf = (header: string, rowOf: (text: string, i: number) => string): string =>
  `${header}\n${TEXTS.map((text, i) => `${rowOf(text, i)}\n`).join('')}`;
const csv = csvOf('text,label', (text, i) => `${text},${'ab'[i % 2]}`);
const brat = Object.fromEntries(
  TEXTS.flatMap((text, i) => [
    [`brat/${i}.txt`, `${text}。`],
    [`brat/${i}.ann`, `T1\tsign 0 2\t${text.slice(0, 2)}\n`],
  ]),
);

describe('folders', () => {
  it('may contain files that systems and programs leave next to data', async () => {
    const { report } = await fromContents({
      ...{ 'folder/all.csv': csv, 'folder/._all.csv': APPLE_DOUBLE, 'folder/~$all.csv': 'x' },
      'folder/.hidden.csv': 'x',
    });
    expect(report.sources.map(({ records }) => records)).toEqual([TEXTS.length]);
  });

  it('of brat do not read such files as documents', async () => {
    const { report } = await fromContents({
      ...brat,
      ...{ 'brat/._0.txt': APPLE_DOUBLE, 'brat/._0.ann': APPLE_DOUBLE },
    });
    expect(report.sources[0].records).toBe(TEXTS.length);
    expect(report.misfits).toEqual([]);
  });

  it('may contain an Emacs lock, which is a dangling link', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chineseblue-links-'));
    try {
      await symlink('someone@somewhere.1', join(folder, '.#all.csv'));
      const found = findSources([folder], { fields: {}, misfit: () => undefined });
      await expect(found).rejects.toMatchObject({ code: 'no-sources' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a byte-order mark before a text of brat', () => {
  const withMark = (ann: string) => ({ ...brat, 'brat/0.txt': '\ufeff头痛三天来诊。', 'brat/0.ann': ann });
  it.each([
    ['counts as brat counts it', 'T1\tsign 1 3\t头痛\nT2\tsign 3 4;5 6\t三 来\n'],
    ['does not count where mentions say so', 'T1\tsign 0 2\t头痛\nT2\tsign 2 3;4 5\t三 来\n'],
  ])('%s', async (_, ann) => {
    const { report, records } = await fromContents(withMark(ann));
    expect(report.misfits).toEqual([]);
    const all = (await Promise.all(['train', 'dev', 'test'].map(records))).flat();
    expect(all.find(({ id }) => id === '0')).toMatchObject({
      text: '头痛三天来诊。',
      entities: [
        { start: 0, end: 2, mention: '头痛' },
        {
          start: 2,
          end: 5,
          fragments: [
            [2, 3],
            [4, 5],
          ],
        },
      ],
    });
  });
});

describe('tables', () => {
  it('with two columns of the same name keep the first, and report it', async () => {
    const { report } = await fromContents({
      'all.csv': csvOf('text,label,label', (text, i) => `${text},${'ab'[i % 2]},note ${i}`),
    });
    expect(report.labels).toEqual(['a', 'b']);
    expect(report.misfits).toMatchObject([{ code: 'column-repeated', count: 1 }]);
  });

  it('may have booleans as labels', async () => {
    const { report } = await fromContents({
      'all.jsonl': TEXTS.map((text, i) => `${JSON.stringify({ text, label: i % 2 === 0 })}\n`).join(''),
    });
    expect(report.labels).toEqual(['false', 'true']);
  });
});

it('reads a card with many items without a copy of it for each', () => {
  const count = 20_000;
  const items = parseYaml(`configs:\n${'- config_name: a\n  default: true\n'.repeat(count)}`);
  expect(items).toMatchObject({ configs: { length: count, 0: { config_name: 'a', default: 'true' } } });
});
