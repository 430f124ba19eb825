import type { Audit } from '../../audit/audit.ts';
import type { CommandSpec } from '../command.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTasks, DATA_DIR, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** Findings of these kinds are listed even under --quiet; at most this many item ids are shown. */
const SHOWN_IDS = 5;

export const auditCommand: CommandSpec = {
  name: 'audit',
  summary: {
    en: 'what is wrong with a corpus: leaks, contradictions, impossible gold, cut-off gold, weak labels, size',
    zh: '审查语料：泄漏、矛盾、错误标注、截断损失、标签信号与规模',
  },
  operands: '[task...]',
  options: [
    DATA_DIR,
    TASK_FILE,
    {
      flags: '--vocab <file>',
      summary: {
        en: 'vocab.txt of a BERT, for what truncation hides (default: beside the corpora)',
        zh: 'BERT 的 vocab.txt，用于截断分析（默认在语料旁）',
      },
    },
    {
      flags: '--write-clean <dir>',
      summary: {
        en: 'write the subsets clean, leaked and conflicting, by id',
        zh: '按 id 写出 clean、leaked、conflicting 子集',
      },
    },
    {
      flags: '--write-split <dir>',
      summary: {
        en: 'write the ids of train, dev and test of the alternative split regrouped@1',
        zh: '按 id 写出另一种划分 regrouped@1 的训练、开发与测试部分',
      },
    },
    {
      flags: '--cards <dir>',
      summary: {
        en: 'write a card and Croissant metadata a corpus',
        zh: '为每个语料写出数据卡与 Croissant 元数据',
      },
    },
  ],
  examples: ['chineseblue data audit cMedTC', 'chineseblue data audit --write-clean subsets'],
  async run({ operands, options, terminal, signal }) {
    const { auditDataset } = await import('../../audit/audit.ts');
    const { openDataset, splitsAtHand } = await import('../../datasets/dataset.ts');
    const dir = await dataDirOf(options);
    const { tasks, named } = await chooseTasks(operands, options.taskFile);
    const here = tasks.filter((task) => named || splitsAtHand({ task, dir }).length > 0);
    const tokenizer = await findTokenizer(options.vocab as string | undefined, dir, terminal);
    const audits: Audit[] = [];
    const progress = terminal.progress(terminal.say({ en: 'Auditing', zh: '审查中' }));
    try {
      for (const [i, declared] of here.entries()) {
        signal.throwIfAborted();
        progress.update(i / here.length, declared.id);
        const dataset = await openDataset({ task: declared, dir });
        const { task } = dataset;
        const audit = await auditDataset(dataset, tokenizer);
        audits.push(audit);
        if (typeof options.writeClean === 'string') {
          const { writeSubsets } = await import('../../datasets/subsets.ts');
          const { subsetsOf } = await import('../../audit/subsets.ts');
          const ids = new Map<string, readonly string[]>();
          for (const { name } of audit.splits) {
            const { questions } = await dataset.split(name);
            ids.set(
              name,
              questions.map(({ id }) => id),
            );
          }
          await writeSubsets(
            options.writeClean,
            subsetsOf(audit, (split) => ids.get(split) ?? []),
          );
        }
        if (typeof options.writeSplit === 'string') {
          const { writeSplits } = await import('../../datasets/write-splits.ts');
          const { ownSplits } = await import('../../datasets/schemes/registry.ts');
          for (const scheme of ownSplits)
            await writeSplits(options.writeSplit, await openDataset({ task, dir, scheme }));
        }
        if (typeof options.cards === 'string') {
          const { writeCard } = await import('../../audit/card.ts');
          await writeCard(options.cards, dataset, audit);
        }
      }
    } finally {
      progress.stop();
    }
    if (terminal.json) return terminal.printJson(audits);
    for (const audit of audits) await printAudit(audit, terminal);
  },
};

async function findTokenizer(vocab: string | undefined, dataDir: string, terminal: Terminal) {
  const { findVocabulary, openTokenizer } = await import('../vocabulary.ts');
  const file = findVocabulary(vocab, dataDir);
  if (!file) {
    terminal.note(
      terminal.say({
        en: 'No vocab.txt is at hand: what truncation hides is left out (--vocab FILE).',
        zh: '本机没有 vocab.txt：略去截断分析（可用 --vocab FILE 指定）。',
      }),
    );
    return undefined;
  }
  return openTokenizer(file);
}

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (share * 100).toFixed(1));

async function printAudit(audit: Audit, terminal: Terminal): Promise<void> {
  const { countBySplit } = await import('../../audit/finding.ts');
  const { formatRef } = await import('../../datasets/item-ref.ts');
  const { say, language } = terminal;
  const synthetic = audit.synthetic ? say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
  const sizes = audit.splits.map(({ name, examples }) => `${name} ${examples}`).join(', ');
  terminal.print(`\n${audit.task}${synthetic}: ${sizes}`);
  if (audit.findings.length > 0) {
    const head = {
      en: ['kind', 'finding', 'items a split', 'for example'],
      zh: ['类别', '发现', '各划分数量', '例如'],
    };
    await terminal.table(
      head[language],
      audit.findings.map(({ code, kind, message, items, groups }) => [
        kind,
        `${say(message)} [${code}]`,
        Object.entries(countBySplit(items))
          .map(([split, count]) => `${split} ${count}`)
          .join(', '),
        groups?.[0]
          ? groups[0].slice(0, SHOWN_IDS).map(formatRef).join(' = ')
          : items.slice(0, SHOWN_IDS).map(formatRef).join(' '),
      ]),
    );
  }
  if (audit.truncation && audit.truncation.length > 0) {
    const head = {
      en: [
        'split',
        'WordPieces seen',
        'examples cut',
        'characters unseen, %',
        'gold unseen, %',
        "oracle's F1, %",
      ],
      zh: ['划分', '可见词元数', '被截断样本', '不可见字符 %', '不可见实体 %', '理想模型 F1 %'],
    };
    await terminal.table(
      head[language],
      audit.truncation.map((row) => [
        row.split,
        String(row.length),
        `${row.cut} / ${row.examples}`,
        percent(row.charactersUnseen / row.characters),
        row.gold ? percent((row.goldUnseen ?? 0) / row.gold) : '',
        row.oracleF1 === undefined ? '' : percent(row.oracleF1),
      ]),
    );
  }
  const head = {
    en: [
      'split',
      'convention',
      'simple model',
      'best constant',
      'chance',
      'gain [95 %]',
      'detectable difference',
      '',
    ],
    zh: ['划分', '口径', '简单模型', '最佳常数', '随机', '增益 [95%]', '可检出差异', ''],
  };
  await terminal.table(
    head[language],
    audit.signal.map((row) => {
      const power = audit.power.find(
        ({ split, convention }) => split === row.split && convention === row.convention,
      );
      return [
        row.split,
        row.convention,
        `${percent(row.witnessScore)} (${row.witness})`,
        percent(row.constant),
        percent(row.chance),
        `[${percent(row.gain[0])}, ${percent(row.gain[1])}]`,
        power ? percent(power.paired) : '',
        row.weak ? say({ en: 'weak labels', zh: '标签信号弱' }) : '',
      ];
    }),
  );
  for (const { model, published, convention, split, constant, beaten } of audit.published) {
    if (!beaten) continue;
    terminal.print(
      say({
        en: `The published ${model} score (${percent(published)}) is reached by one constant answer: ${percent(constant)} under ${convention} on ${split}.`,
        zh: `论文中 ${model} 的得分（${percent(published)}）用一个常数答案即可达到：${split} 上 ${convention} 为 ${percent(constant)}。`,
      }),
    );
  }
  if (audit.gap && audit.gap.gap < audit.gap.detectable) {
    const { gap, detectable, models, split } = audit.gap;
    terminal.print(
      say({
        en: `The published gap between ${models.join(' and ')} (${percent(gap)}) is smaller than what ${split} can show (${percent(detectable)} at 80 % power).`,
        zh: `论文中 ${models.join(' 与 ')} 的差距（${percent(gap)}）小于 ${split} 可检出的差异（80% 功效下 ${percent(detectable)}）。`,
      }),
    );
  }
}
