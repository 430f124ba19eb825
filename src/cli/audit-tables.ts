import type { Audit } from '../audit/audit.ts';
import { countBySplit, type FindingKind } from '../audit/finding.ts';
import { ASSUMED_CORRELATION } from '../audit/power.ts';
import { fittedOnText, WEAK_GAIN } from '../audit/signal.ts';
import { formatRef } from '../datasets/item-ref.ts';
import { listed, type Text } from '../ground/language.ts';
import type { Terminal } from './terminal.ts';

/** Item ids shown of one finding. */
const SHOWN_IDS = 5;

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (share * 100).toFixed(1));

const KIND_NAMES: Readonly<Record<FindingKind, Text>> = {
  leak: { en: 'leak', zh: '泄漏' },
  conflict: { en: 'conflict', zh: '矛盾' },
  defect: { en: 'defect', zh: '缺陷' },
  oddity: { en: 'oddity', zh: '异常' },
};

/** What `data audit` prints for one task: findings, truncation, signal of the labels, published figures. */
export async function printAudit(audit: Audit, terminal: Terminal): Promise<void> {
  const synthetic = audit.synthetic ? terminal.say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
  const sizes = listed(audit.splits.map(({ name, examples }) => `${name} ${examples}`));
  const without = listed(audit.withoutGold ?? []);
  const left = without.en
    ? { en: `; without gold: ${without.en}`, zh: `；无金标：${without.zh}` }
    : { en: '', zh: '' };
  terminal.printText({
    en: `\n${audit.task}${synthetic}: ${sizes.en}${left.en}`,
    zh: `\n${audit.task}${synthetic}：${sizes.zh}${left.zh}`,
  });
  if (audit.findings.length > 0) await printFindings(audit, terminal);
  if (audit.truncation && audit.truncation.length > 0) await printTruncation(audit.truncation, terminal);
  await printSignal(audit, terminal);
  if (audit.sharing.length > 0) await printSharing(audit, terminal);
  printPublished(audit, terminal);
}

async function printFindings({ findings }: Audit, { say, table }: Terminal): Promise<void> {
  await table(
    [
      { head: say({ en: 'kind', zh: '类别' }), dropRank: 2 },
      say({ en: 'finding', zh: '发现' }),
      say({ en: 'items per split', zh: '各划分数量' }),
      { head: say({ en: 'for example', zh: '例如' }), dropRank: 1 },
    ],
    findings.map(({ code, kind, message, items, groups }) => [
      say(KIND_NAMES[kind]),
      `${say(message)} [${code}]`,
      say(listed(Object.entries(countBySplit(items)).map(([split, count]) => `${split} ${count}`))),
      groups?.[0]
        ? groups[0].slice(0, SHOWN_IDS).map(formatRef).join(' = ')
        : items.slice(0, SHOWN_IDS).map(formatRef).join(' '),
    ]),
  );
}

async function printTruncation(
  rows: NonNullable<Audit['truncation']>,
  { say, table }: Terminal,
): Promise<void> {
  await table(
    [
      say({ en: 'split', zh: '划分' }),
      say({ en: 'maximum WordPieces', zh: '最大词元数' }),
      say({ en: 'examples truncated', zh: '被截断样本' }),
      { head: say({ en: 'characters lost, %', zh: '丢失字符 %' }), dropRank: 1 },
      say({ en: 'gold lost, %', zh: '丢失实体 %' }),
      say({ en: "oracle's F1, %", zh: '理想模型 F1 %' }),
    ],
    rows.map((row) => [
      row.split,
      String(row.length),
      `${row.cut} / ${row.examples}`,
      percent(row.charactersUnseen / row.characters),
      row.gold ? percent((row.goldUnseen ?? 0) / row.gold) : '',
      row.oracleF1 === undefined ? '' : percent(row.oracleF1),
    ]),
  );
}

async function printSignal({ signal, power }: Audit, { say, table }: Terminal): Promise<void> {
  await table(
    [
      say({ en: 'split', zh: '划分' }),
      say({ en: 'convention', zh: '口径' }),
      say({ en: 'simple model', zh: '简单模型' }),
      say({ en: 'fitted on', zh: '训练于' }),
      say({ en: 'best constant', zh: '最佳常数' }),
      { head: say({ en: 'chance', zh: '随机' }), dropRank: 2 },
      say({ en: 'gain, 95 % interval', zh: '增益的 95% 区间' }),
      { head: say({ en: 'detectable difference', zh: '可检出差异' }), dropRank: 1 },
      '',
    ],
    signal.map((row) => {
      const found = power.find(
        ({ split, convention }) => split === row.split && convention === row.convention,
      );
      return [
        row.split,
        row.convention,
        `${percent(row.witnessScore)} (${row.witness})`,
        say(fittedOnText(row)),
        percent(row.constant),
        percent(row.chance),
        `[${percent(row.gain[0])}, ${percent(row.gain[1])}]`,
        found ? percent(found.paired) : '',
        row.weak ? say({ en: 'weak labels', zh: '标签信号弱' }) : '',
      ];
    }),
  );
}

async function printSharing({ sharing }: Audit, { say, table }: Terminal): Promise<void> {
  await table(
    [
      say({ en: 'split', zh: '划分' }),
      say({ en: 'convention', zh: '口径' }),
      say({ en: 'without reading', zh: '不读文本' }),
      say({ en: 'labels of', zh: '所用标签' }),
      { head: say({ en: 'examples sharing', zh: '有共用的样本' }), dropRank: 1 },
      say({ en: 'best constant', zh: '最佳常数' }),
      { head: say({ en: 'chance', zh: '随机' }), dropRank: 2 },
      say({ en: 'gain, 95 % interval', zh: '增益的 95% 区间' }),
      '',
    ],
    sharing.map((row) => [
      row.split,
      row.convention,
      percent(row.score),
      say(listed(row.from)),
      `${row.sharing} / ${row.examples}`,
      percent(row.constant),
      percent(row.chance),
      `[${percent(row.gain[0])}, ${percent(row.gain[1])}]`,
      row.predictable ? say({ en: 'predictable', zh: '可预测' }) : '',
    ]),
  );
}

/** What the columns of the audits say, once after all of them. */
export const SIGNAL_NOTE: Text = {
  en: `Gain: of the simple model over the better of the best constant answer and chance; weak labels: it may be below ${percent(WEAK_GAIN)}. Detectable difference: the smallest between two systems that a split finds with 80 % power, if their errors correlate by ${ASSUMED_CORRELATION}.`,
  zh: `增益：简单模型高出最佳常数答案与随机中较高者的部分；标签信号弱：该值可能不足 ${percent(WEAK_GAIN)}。可检出差异：两个系统的错误相关系数为 ${ASSUMED_CORRELATION} 时，该划分以 80% 的功效能够检出的最小差异。`,
};

function printPublished({ published: figures, gap: found }: Audit, { printText }: Terminal): void {
  for (const { model, published, convention, split, constant, beaten } of figures) {
    if (!beaten) continue;
    printText({
      en: `One constant answer reaches the published ${model} score (${percent(published)}): ${percent(constant)} under ${convention} on ${split}.`,
      zh: `论文中 ${model} 的得分（${percent(published)}）用一个常数答案即可达到：${split} 上 ${convention} 为 ${percent(constant)}。`,
    });
  }
  if (found && found.gap < found.detectable) {
    const { gap, detectable, models, split } = found;
    printText({
      en: `The published gap between ${models.join(' and ')} (${percent(gap)}) is smaller than the difference that ${split} can detect (${percent(detectable)} at 80 % power).`,
      zh: `论文中 ${models.join(' 与 ')} 的差距（${percent(gap)}）小于 ${split} 可检出的差异（80% 功效下 ${percent(detectable)}）。`,
    });
  }
}
