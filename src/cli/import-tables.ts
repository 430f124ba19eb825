import type { AgreementReport } from '../datasets/imports/agreement.ts';
import type { ImportReport } from '../datasets/imports/import.ts';
import type { ScanReport } from '../datasets/imports/masking.ts';
import { counted } from '../ground/counted.ts';
import { listed, type Text } from '../ground/language.ts';
import { isUnsure, UNSURE_MARK } from '../scoring/figures.ts';
import type { Interval } from '../statistics/interval.ts';
import { showInterval } from '../statistics/show-interval.ts';
import { SPLITS } from '../tasks/task.ts';
import { printPersonal } from './scan-table.ts';
import { printUnsureNote } from './tables.ts';
import type { Terminal } from './terminal.ts';

/** Characters of a text that are shown. */
const SHOWN = 60;
/** Labels and misfits that are listed. */
const SHOWN_LABELS = 12;
const SHOWN_MISFITS = 3;
/** Records by which the size of a split may differ from the requested one. */
const FEW = 10;

const BASES: Readonly<Record<string, Text>> = {
  mentions: { en: 'from the given mentions', zh: '据所附实体文本' },
  range: { en: 'other rules exceed the text', zh: '其他规则会越出文本' },
  format: { en: 'convention of the format', zh: '按该格式的惯例' },
};

/** What `data import` prints: sources, tasks, the first records and what did not fit. */
export async function printImport(report: ImportReport, terminal: Terminal): Promise<void> {
  const { say, table } = terminal;
  await printSources(report.sources, terminal);
  const sizes = Object.entries(report.splits).map(([split, size]) => `${split} ${size}`);
  await table(
    [
      say({ en: 'task', zh: '任务' }),
      say({ en: 'family', zh: '任务族' }),
      say({ en: 'splits', zh: '划分' }),
      say({ en: 'labels', zh: '标签' }),
    ],
    report.tasks.map(({ task, family, labels }) => [
      ...[task, family, say(listed(sizes))],
      say(listed([...labels.slice(0, SHOWN_LABELS), ...(labels.length > SHOWN_LABELS ? ['…'] : [])])),
    ]),
  );
  await table(
    [
      say({ en: 'split', zh: '划分' }),
      say({ en: 'first records', zh: '前几条记录' }),
      say({ en: 'gold', zh: '金标' }),
    ],
    report.samples.map(({ split, texts, gold }) => [
      ...[split, texts.map((text) => cut(text.replaceAll(/\s+/g, ' '))).join(' | '), cut(gold)],
    ]),
  );
  if (report.agreement) await printAgreement(report.agreement, terminal);
  if (report.scan) await printScan(report.scan, terminal);
  noteDivision(report, terminal);
  for (const { count, meaning, examples } of report.misfits) {
    const { en, zh } = meaning;
    terminal.note({
      en: `${en.charAt(0).toUpperCase()}${en.slice(1)} (${count}).`,
      zh: `${zh}（${count}）。`,
    });
    for (const { file, line, id, field, readings = [] } of examples.slice(0, SHOWN_MISFITS)) {
      const place = [line === undefined ? file : `${file}:${line}`, id, field];
      terminal.note(
        `  ${place.filter((part) => part !== undefined).join(' ')} ${readings.join(' | ')}`.trimEnd(),
      );
    }
  }
}

async function printSources(sources: ImportReport['sources'], { say, table }: Terminal): Promise<void> {
  await table(
    [
      say({ en: 'source', zh: '来源' }),
      say({ en: 'format', zh: '格式' }),
      say({ en: 'encoding', zh: '编码' }),
      say({ en: 'fields', zh: '字段' }),
      say({ en: 'offsets', zh: '偏移' }),
      say({ en: 'records', zh: '记录' }),
    ],
    sources.map(({ path, format, encoding, fields, offsets, records }) => [
      ...[path, format, encoding],
      say(
        listed(
          Object.entries(fields ?? {}).map(([role, name]) => (role === name ? role : `${role}=${name}`)),
        ),
      ),
      offsets ? say(describeOffsets(offsets)) : '',
      String(records),
    ]),
  );
}

const UNITS = { utf16: 'UTF-16', 'code-point': '码点' } as const;
const ENDS = { exclusive: '不含末端', inclusive: '含末端' } as const;

const describeOffsets = ({
  unit,
  end,
  fitting,
  spans,
  basis,
}: NonNullable<ImportReport['sources'][number]['offsets']>): Text => ({
  en: `${unit}, ${end} (${fitting}/${spans}, ${BASES[basis].en})`,
  zh: `${UNITS[unit]}，${ENDS[end]}（${fitting}/${spans}，${BASES[basis].zh}）`,
});

async function printScan(scan: ScanReport, terminal: Terminal): Promise<void> {
  await printPersonal(scan, terminal);
  if (scan.masked)
    terminal.note({
      en: `They were masked; ${counted(scan.maskedEntities, 'entity was', 'entities were')} affected.`,
      zh: `已替换；其中涉及 ${scan.maskedEntities} 个实体。`,
    });
}

async function printAgreement(
  { records, differing, adjudication, alpha, entityAlpha, pairs, annotators }: AgreementReport,
  terminal: Terminal,
): Promise<void> {
  const { say, table } = terminal;
  const show = (interval: Interval | undefined): string =>
    interval ? `${showInterval(interval)}${isUnsure(interval) ? UNSURE_MARK : ''}` : '';
  const together = [say(listed(annotators)), String(records), ''];
  const all = alpha || entityAlpha ? [[...together, show(alpha), show(entityAlpha), '', '']] : [];
  await table(
    [
      say({ en: 'annotators', zh: '标注者' }),
      say({ en: 'records', zh: '记录' }),
      say({ en: 'kappa', zh: 'kappa' }),
      say({ en: 'alpha', zh: 'alpha' }),
      say({ en: 'alpha of entities', zh: '实体 alpha' }),
      say({ en: 'F1 of entities', zh: '实体 F1' }),
      say({ en: 'F1 of relations', zh: '关系 F1' }),
    ],
    [
      ...pairs.map(({ a, b, records: both, kappa, entities, relations }) => [
        ...[`${a}, ${b}`, String(both), show(kappa), '', '', show(entities), show(relations)],
      ]),
      ...all,
    ],
  );
  printUnsureNote(
    [alpha, entityAlpha, ...pairs.flatMap(({ kappa, entities, relations }) => [kappa, entities, relations])],
    terminal,
  );
  terminal.note({
    en: `Annotators disagree on ${differing} of ${counted(records, 'record')} with several readings; used: ${adjudication}.`,
    zh: `${records} 条多人标注的记录中 ${differing} 条不一致；采用：${adjudication}。`,
  });
}

/** Whether a split has less than half or more than twice the requested size. */
function isFarFrom(ratios: readonly number[], splits: ImportReport['splits']): boolean {
  const sizes = SPLITS.map((split) => splits[split] ?? 0);
  const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
  return ratios.some((ratio, i) => {
    const wanted = (ratio / sum(ratios)) * sum(sizes);
    // A handful of records never has the requested size.
    return Math.abs(sizes[i] - wanted) > FEW && (sizes[i] < wanted / 2 || sizes[i] > 2 * wanted);
  });
}

function noteDivision(
  { division, leaks, leaksAtLeast, twins, splits }: ImportReport,
  terminal: Terminal,
): void {
  if (division === 'sources')
    terminal.note({ en: 'Splits are taken from the names of the sources.', zh: '划分依来源名称。' });
  else {
    const shares = division.ratios.join(',');
    terminal.note({
      en: `Split by ${shares}, seed ${division.seed}; near-duplicates and groups stay together.`,
      zh: `按 ${shares} 划分，种子 ${division.seed}；近似样本与同组记录不拆分。`,
    });
    if (isFarFrom(division.ratios, splits))
      terminal.note({
        en: 'The sizes are far from these proportions because many records depend on each other: they share texts, are near-duplicates, or belong to one group.',
        zh: '各划分的大小与该比例相差较大：许多记录相互关联（文本相同、相近或属于同一分组），不能拆分。',
      });
  }
  if (twins === 'equal')
    terminal.note({
      en: 'Too large to search for near-duplicates during the import: only records that are equal except for width, case and punctuation count as duplicates here. `chineseblue data audit` finds near-duplicates.',
      zh: '数据过大，导入时未查找近似样本：此处仅把全半角、大小写与标点之外相同的记录视为相同样本。`chineseblue data audit` 可找出近似样本。',
    });
  if (leaks)
    terminal.note({
      en: `${leaksAtLeast ? 'At least ' : ''}${counted(leaks, 'example of dev and test has a twin', 'examples of dev and test have a twin')} in an earlier split (\`chineseblue data audit\` lists them).`,
      zh: `开发集与测试集中${leaksAtLeast ? '至少' : ''}有 ${leaks} 个样本在前面的划分中有相同或近似样本（\`chineseblue data audit\` 可列出）。`,
    });
}

const cut = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
