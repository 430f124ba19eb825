import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTerminal, type TerminalSettings, widthOf } from './terminal.ts';

function open(settings: Partial<TerminalSettings> = {}) {
  const written = { out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const terminal = createTerminal({
    language: 'en',
    json: false,
    quiet: false,
    stdout: sink('out'),
    stderr: sink('err'),
    ...settings,
  });
  return { terminal, written };
}

describe('the width', () => {
  it('is that of the terminal, else COLUMNS, else 80 on a terminal and unlimited in a pipe', () => {
    expect(widthOf({ isTTY: true, columns: 132 }, { COLUMNS: '60' })).toBe(132);
    expect(widthOf({ isTTY: true, columns: 0 }, { COLUMNS: '60' })).toBe(60);
    expect(widthOf({ isTTY: true }, {})).toBe(80);
    expect(widthOf({}, { COLUMNS: '60' })).toBe(60);
    expect(widthOf({}, { COLUMNS: 'wide' })).toBeUndefined();
  });
});

describe('a table', () => {
  it('names the columns that were left out on standard error, and returns them', async () => {
    const { terminal, written } = open({ width: 20 });
    const dropped = await terminal.table(
      ['task', { head: 'early name', dropRank: 1 }],
      [['cMedQQ', 'x'.repeat(30)]],
    );
    expect(dropped).toEqual(['early name']);
    expect(written.out).toBe('task\n──────\ncMedQQ\n');
    expect(written.err.replaceAll('\n', ' ')).toContain('Left out to fit the width: early name.');
  });
});

describe('tables one below another', () => {
  it('have an empty line between them, those below a sentence have none', async () => {
    const { terminal, written } = open();
    await terminal.table(['a'], [['1']]);
    await terminal.table(['b'], [['2']]);
    terminal.printText('so');
    await terminal.table(['c'], [['3']]);
    expect(written.out).toBe('a\n─\n1\n\nb\n─\n2\nso\nc\n─\n3\n');
  });
});

describe('control characters', () => {
  const EVIL = 'a\u001b]0;owned\u0007\r\u009b2J\u007f';
  const SHOWN = 'a\\u001b]0;owned\\u0007\\u000d\\u009b2J\\u007f';
  it('have no effect, whatever is shown', async () => {
    const { terminal, written } = open();
    terminal.print(EVIL);
    terminal.printText(EVIL);
    terminal.note(EVIL);
    terminal.alert(EVIL);
    await terminal.table(['id'], [[EVIL]]);
    expect(written.out.match(/a\\u001b.*/g)).toEqual([SHOWN, SHOWN, SHOWN]);
    expect(written.err).toBe(`${SHOWN}\n${SHOWN}\n`);
    terminal.printJson(EVIL);
    expect(JSON.parse(written.out.trim().split('\n').at(-1)!)).toBe(EVIL);
    expect(written.out + written.err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('progress without a terminal', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is a line after 10 s, then every 30 s, with share, time left and note', () => {
    const { terminal, written } = open();
    const progress = terminal.progress({ en: 'Running', zh: '运行中' });
    progress.update(0.001);
    vi.advanceTimersByTime(9_999);
    expect(written.err).toBe('');
    progress.update(0.05, 'cMedQQ linear');
    vi.advanceTimersByTime(1);
    expect(written.err).toBe('Running 5%, about 3 min left, cMedQQ linear\n');
    vi.advanceTimersByTime(30_000);
    progress.update(0.5, { en: 'scoring', zh: '评分' });
    vi.advanceTimersByTime(30_000);
    expect(written.err.split('\n').slice(1)).toEqual([
      'Running 5%, about 13 min left, cMedQQ linear',
      'Running 50%, about 1 min left, scoring',
      '',
    ]);
    progress.stop();
    vi.advanceTimersByTime(300_000);
    expect(written.err.split('\n')).toHaveLength(4);
  });

  it('does not count work of an earlier run in its speed', () => {
    const { terminal, written } = open();
    const progress = terminal.progress({ en: 'Running', zh: '运行中' });
    progress.update(0.6);
    vi.advanceTimersByTime(10_000);
    expect(written.err).toBe('Running 60%\n');
    vi.advanceTimersByTime(20_000);
    progress.update(0.62);
    vi.advanceTimersByTime(10_000);
    // 2 % took 40 s.
    expect(written.err.split('\n')[1]).toBe('Running 62%, about 13 min left');
    progress.stop();
  });

  it('is Chinese where the output is', () => {
    const { terminal, written } = open({ language: 'zh' });
    const progress = terminal.progress({ en: 'Running', zh: '运行中' });
    progress.update(0);
    progress.update(0.5, { en: 'scoring', zh: '评分' });
    vi.advanceTimersByTime(10_000);
    expect(written.err).toBe('运行中 50%，剩余不到 1 分钟，评分\n');
    progress.stop();
  });

  it.each([{ quiet: true }, { json: true }])('is silent under %j', (settings) => {
    const { terminal, written } = open(settings);
    terminal.progress('Running').update(0.5);
    vi.advanceTimersByTime(100_000);
    expect(written.err).toBe('');
  });
});
