import { text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf, noCorpora } from '../open-task.ts';
import { DATA_DIR, TASK_FILE } from '../options.ts';

export const auditCommand = defineCommand({
  name: 'audit',
  summary: {
    en: 'report issues in a corpus: leaks, contradictions, impossible gold, truncated gold, weak labels, labels predictable without reading, size',
    zh: '审查语料：泄漏、矛盾、错误标注、截断损失、标签信号、不读文本即可预测的标签与规模',
  },
  operands: '[task...]',
  options: {
    ...DATA_DIR,
    ...TASK_FILE,
    vocab: text({
      placeholder: 'file',
      summary: {
        en: 'vocab.txt of a BERT, to measure truncation (default: in or next to the data directory)',
        zh: 'BERT 的 vocab.txt，用于截断分析（默认在语料目录或其上级目录中）',
      },
    }),
    writeClean: text({
      placeholder: 'dir',
      summary: {
        en: 'write the clean, leaked and conflicting subsets as lists of ids',
        zh: '按 id 写出 clean、leaked、conflicting 子集',
      },
    }),
    writeSplit: text({
      placeholder: 'dir',
      summary: {
        en: 'write the ids of train, dev and test of the split scheme regrouped@1',
        zh: '按 id 写出划分方案 regrouped@1 的训练、开发与测试部分',
      },
    }),
    cards: text({
      placeholder: 'dir',
      summary: {
        en: 'write a card and Croissant metadata for every corpus',
        zh: '为每个语料写出数据卡与 Croissant 元数据',
      },
    }),
  },
  examples: ['chineseblue data audit cMedTC', 'chineseblue data audit --write-clean subsets'],
  async run({ operands, options, terminal, signal }) {
    const { auditTasks } = await import('../../audit/audit-tasks.ts');
    const { findTokenizer } = await import('../../audit/vocabulary.ts');
    const { availableSplits } = await import('../../datasets/dataset.ts');
    const { vocab, writeClean: subsetsDir, writeSplit: splitDir, cards: cardsDir } = options;
    const dir = await dataDirOf(options);
    const { tasks, named } = await chooseTasks(operands, options.taskFile, dir);
    const chosen = tasks.filter((task) => named || availableSplits({ task, dir }).length > 0);
    if (chosen.length === 0) throw noCorpora(dir);
    const tokenizer = await findTokenizer(vocab, dir);
    if (!tokenizer) {
      terminal.note({
        en: 'No vocab.txt was found: truncation is not measured (--vocab FILE).',
        zh: '未找到 vocab.txt：略去截断分析（可用 --vocab FILE 指定）。',
      });
    }
    const progress = terminal.progress({ en: 'Auditing', zh: '审查中' });
    const audits = await auditTasks(chosen, dir, {
      ...{ tokenizer, subsetsDir, splitDir, cardsDir, signal },
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json) return terminal.printJson(audits);
    const { SHARING_NOTE } = await import('../../audit/shared-labels.ts');
    const { printAudit, SIGNAL_NOTE } = await import('../audit-tables.ts');
    for (const audit of audits) await printAudit(audit, terminal);
    if (audits.some(({ signal }) => signal.length > 0)) terminal.printText(SIGNAL_NOTE);
    if (audits.some(({ sharing }) => sharing.length > 0)) terminal.printText(SHARING_NOTE);
  },
});
