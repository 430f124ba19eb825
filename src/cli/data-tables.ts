import type { CblueReport } from '../datasets/cblue/get.ts';
import type { Count, SplitSummary, TaskSummary } from '../datasets/summary.ts';
import { counted } from '../ground/counted.ts';
import { listed, type Text } from '../ground/language.ts';
import { printRemarks } from './open-task.ts';
import type { Terminal } from './terminal.ts';

/** A directory with more files than this is shown as one row per state. */
const ROWS_PER_DIRECTORY = 12;
/** Labels and notices shown in a cell. */
const SHOWN_NAMES = 4;

const STATES: Readonly<Record<string, Text>> = {
  fetched: { en: 'fetched', zh: '已下载' },
  kept: { en: 'already there', zh: '已存在' },
  missing: { en: 'not found', zh: '未找到' },
  differs: { en: 'differs from the official file', zh: '内容与官方不符' },
  yours: { en: 'unchanged: differs from the official file', zh: '未改动：内容与官方不符' },
  ok: { en: 'ok', zh: '正确' },
  absent: { en: 'absent', zh: '缺失' },
};

/** What `data get` and `data verify` print: the state of every file, or of directories of many files. */
export async function printFileStates(
  files: readonly { readonly path: string; readonly state: string }[],
  { say, table }: Terminal,
): Promise<void> {
  const folders = Map.groupBy(files, ({ path }) => path.slice(0, path.lastIndexOf('/')));
  const rows: string[][] = [];
  for (const [folder, inside] of folders) {
    if (inside.length <= ROWS_PER_DIRECTORY) {
      rows.push(...inside.map(({ path, state }) => [path, say(STATES[state])]));
      continue;
    }
    for (const [state, { length }] of Map.groupBy(inside, (file) => file.state)) {
      const many = say({ en: `${counted(length, 'file')}`, zh: `${length} 个文件` });
      rows.push([`${folder}/ (${many})`, say(STATES[state])]);
    }
  }
  await table([say({ en: 'file', zh: '文件' }), say({ en: 'state', zh: '状态' })], rows);
}

/** What `data get cblue` prints: every file with its number of records, then what needs a look. */
export async function printArchived(
  { dataDir, files, missing, ignored }: CblueReport,
  terminal: Terminal,
): Promise<void> {
  const { say } = terminal;
  await terminal.table(
    [
      say({ en: 'file', zh: '文件' }),
      say({ en: 'records', zh: '记录数' }),
      say({ en: 'official', zh: '官方' }),
      { head: say({ en: 'encoding', zh: '编码' }), dropRank: 2 },
      { head: say({ en: 'from', zh: '来源' }), dropRank: 1 },
      say({ en: 'state', zh: '状态' }),
    ],
    files.map(({ path, records, official, encoding, source, state }) => [
      ...[path, String(records), String(official ?? ''), encoding, source],
      say(state === 'kept' ? STATES.kept : { en: 'imported', zh: '已取得' }),
    ]),
  );
  const other = files.filter(({ records, official = records }) => records !== official);
  if (other.length > 0) {
    const paths = listed(other.map(({ path }) => path));
    terminal.note({
      en: `The number of records differs from the official one: ${paths.en}. The files may be another version, or incomplete.`,
      zh: `记录数与官方不符：${paths.zh}。可能是其他版本或部分文件。`,
    });
  }
  if (missing.length > 0)
    terminal.note({ en: `Not found: ${missing.join(', ')}.`, zh: `未找到：${missing.join('、')}。` });
  for (const { name, reason } of ignored)
    terminal.note({ en: `Ignored ${name}: ${reason.en}.`, zh: `已忽略 ${name}：${reason.zh}。` });
  terminal.note({ en: `The corpora are in ${dataDir}.`, zh: `语料位于 ${dataDir}。` });
}

/** What `data stats` prints: one row per split, then notes. */
export async function printSummaries(summaries: readonly TaskSummary[], terminal: Terminal): Promise<void> {
  const { say } = terminal;
  const synthetic = say({ en: ' (synthetic)', zh: '（合成样例）' });
  const noGold = say({ en: ' (no gold)', zh: '（无金标）' });
  await terminal.table(
    [
      say({ en: 'task', zh: '任务' }),
      say({ en: 'split', zh: '划分' }),
      say({ en: 'examples', zh: '样本' }),
      { head: say({ en: 'official', zh: '官方' }), dropRank: 3 },
      { head: say({ en: 'groups', zh: '独立单元' }), dropRank: 4 },
      { head: say({ en: 'length 50/90/99/max', zh: '长度 50/90/99/最大' }), dropRank: 5 },
      { head: say({ en: 'annotations', zh: '标注数' }), dropRank: 2 },
      { head: say({ en: 'labels', zh: '标签' }), dropRank: 1 },
      { head: say({ en: 'notices', zh: '提示' }), dropRank: 6 },
    ],
    summaries.flatMap(({ task, splits }) =>
      splits.map((split) => [
        task,
        split.split + (split.synthetic ? synthetic : '') + (split.hasGold === false ? noGold : ''),
        String(split.examples),
        split.official === undefined ? '' : String(split.official),
        String(split.groups),
        [split.lengths.median, split.lengths.p90, split.lengths.p99, split.lengths.max].join('/'),
        String(split.annotations),
        namesOf(split.labels, terminal),
        namesOf(split.notices, terminal),
      ]),
    ),
  );
  const counted = summaries.filter(({ splits }) => splits.length > 0);
  const remarks = counted.flatMap(({ task, notes = [], doubts = [] }) =>
    [...notes, ...doubts].map(({ message }) => ({ task, message })),
  );
  printRemarks(remarks, terminal);
  for (const { task, splits, note } of counted) {
    for (const split of splits) noteDisagreement(task, split, terminal);
    if (note) terminal.note({ en: `${task}: ${note.en}.`, zh: `${task}：${note.zh}。` });
  }
}

function namesOf(counts: readonly Count[], { say }: Terminal): string {
  const shown = counts.slice(0, SHOWN_NAMES).map(({ name, count }) => `${name} ${count}`);
  const more = counts.length - SHOWN_NAMES;
  if (more > 0) shown.push(say({ en: `and ${more} more`, zh: `另有 ${more} 类` }));
  return shown.join('\n');
}

function noteDisagreement(task: string, { split, disagreement }: SplitSummary, terminal: Terminal): void {
  if (!disagreement) return;
  const { agreed, onlyPrimary, onlyAlternative } = disagreement;
  terminal.note({
    en: `${task} ${split}: JSON and BIO agree on ${counted(agreed, 'entity', 'entities')}; ${onlyPrimary} only in JSON, ${onlyAlternative} only in BIO.`,
    zh: `${task} ${split}：JSON 与 BIO 一致的实体 ${agreed} 个；仅 JSON 有 ${onlyPrimary} 个，仅 BIO 有 ${onlyAlternative} 个。`,
  });
}
