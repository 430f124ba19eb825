import { describe, expect, it } from 'vitest';
import { drawTable, type Heading } from './table.ts';
import { displayWidth } from './width.ts';

const headings: readonly Heading[] = [
  'task',
  { head: 'early name', dropRank: 2 },
  'convention',
  'score',
  { head: 'fit s', dropRank: 1 },
];
const rows = [
  ['cMedQANER', 'CMedQANER', 'ner/muc/partial/full-text/json@1', '86.1 [84.0, 88.0]', '12.5'],
  ['任务', '', '中文口径的一个很长的名称', '7.0 [5.0, 9.0]', '0.1'],
];

describe('a table', () => {
  it('without a limit has one line per row, numbers to the right', () => {
    expect(drawTable(headings, rows, undefined)).toEqual({
      lines: [
        'task       early name  convention                        score              fit s',
        '─────────  ──────────  ────────────────────────────────  ─────────────────  ─────',
        'cMedQANER  CMedQANER   ner/muc/partial/full-text/json@1  86.1 [84.0, 88.0]   12.5',
        '任务                   中文口径的一个很长的名称          7.0 [5.0, 9.0]       0.1',
      ],
      dropped: [],
    });
  });

  it('has no column for what no row has, if the column may be left out', () => {
    const heads = ['task', { head: 'early name', dropRank: 2 }, 'offsets', ''];
    const [line] = drawTable(heads, [['ward'], ['clinic', '']], undefined).lines;
    expect(line).toBe('task    offsets');
    expect(drawTable(heads, [['cMedQQ', 'CMedQQ', '', 'weak']], undefined).lines[0]).toBe(
      'task    early name  offsets',
    );
  });

  it('wraps long cells at slashes and between Chinese characters before it leaves out columns', () => {
    expect(drawTable(headings, rows, 72)).toEqual({
      lines: [
        'task       early name  convention               score              fit s',
        '─────────  ──────────  ───────────────────────  ─────────────────  ─────',
        'cMedQANER  CMedQANER   ner/muc/partial/         86.1 [84.0, 88.0]   12.5',
        '                       full-text/json@1',
        '任务                   中文口径的一个很长的名   7.0 [5.0, 9.0]       0.1',
        '                       称',
      ],
      dropped: [],
    });
  });

  it('leaves out columns of the highest rank first, and never those without one', () => {
    expect(drawTable(headings, rows, 60).dropped).toEqual(['early name']);
    expect(drawTable(headings, rows, 50).dropped).toEqual(['early name', 'fit s']);
    expect(drawTable(headings, rows, 30).dropped).toEqual(['early name', 'fit s']);
  });

  it('is never wider than allowed, and keeps every number whole', () => {
    for (let width = 40; width <= 90; width++) {
      const { lines } = drawTable(headings, rows, width);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join('\n')).toContain('86.1');
      expect(lines.join('\n')).toContain('[84.0, 88.0]');
    }
  });

  it('separates rows by a blank line where their first cells are wrapped', () => {
    const { lines } = drawTable(
      ['file', 'state'],
      [
        ['a/very/long/path/of/a/file.txt', 'ok'],
        ['b', 'ok'],
      ],
      20,
    );
    expect(lines).toContain('');
  });

  it('of no rows has its headings', () => {
    expect(drawTable(['a', 'b'], [], 80).lines).toEqual(['a  b', '─  ─']);
  });
});
