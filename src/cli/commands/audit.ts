import type { CommandSpec } from '../command.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTasks, DATA_DIR, noCorpora, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export const auditCommand: CommandSpec = {
  name: 'audit',
  summary: {
    en: 'report issues in a corpus: leaks, contradictions, impossible gold, truncated gold, weak labels, size',
    zh: '审查语料：泄漏、矛盾、错误标注、截断损失、标签信号与规模',
  },
  operands: '[task...]',
  options: [
    DATA_DIR,
    TASK_FILE,
    {
      flags: '--vocab <file>',
      summary: {
        en: 'vocab.txt of a BERT, to measure truncation (default: beside the corpora)',
        zh: 'BERT 的 vocab.txt，用于截断分析（默认在语料旁）',
      },
    },
    {
      flags: '--write-clean <dir>',
      summary: {
        en: 'write the subsets clean, leaked and conflicting, as lists of ids',
        zh: '按 id 写出 clean、leaked、conflicting 子集',
      },
    },
    {
      flags: '--write-split <dir>',
      summary: {
        en: 'write the ids of train, dev and test of the split scheme regrouped@1',
        zh: '按 id 写出划分方案 regrouped@1 的训练、开发与测试部分',
      },
    },
    {
      flags: '--cards <dir>',
      summary: {
        en: 'write a card and Croissant metadata for every corpus',
        zh: '为每个语料写出数据卡与 Croissant 元数据',
      },
    },
  ],
  examples: ['chineseblue data audit cMedTC', 'chineseblue data audit --write-clean subsets'],
  async run({ operands, options, terminal, signal }) {
    const { auditTasks } = await import('../../audit/audit-tasks.ts');
    const { splitsAtHand } = await import('../../datasets/dataset.ts');
    const dir = await dataDirOf(options);
    const { tasks, named } = await chooseTasks(operands, options.taskFile);
    const chosen = tasks.filter((task) => named || splitsAtHand({ task, dir }).length > 0);
    if (chosen.length === 0) throw noCorpora(dir);
    const tokenizer = await findTokenizer(options.vocab, dir, terminal);
    const directory = (name: string): string | undefined =>
      typeof options[name] === 'string' ? options[name] : undefined;
    const progress = terminal.progress({ en: 'Auditing', zh: '审查中' });
    const audits = await auditTasks(chosen, dir, {
      tokenizer,
      subsetsDir: directory('writeClean'),
      splitDir: directory('writeSplit'),
      cardsDir: directory('cards'),
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json) return terminal.printJson(audits);
    const { printAudit } = await import('../audit-tables.ts');
    for (const audit of audits) await printAudit(audit, terminal);
  },
};

async function findTokenizer(vocab: string | boolean | undefined, dataDir: string, terminal: Terminal) {
  const { findVocabulary, openTokenizer } = await import('../vocabulary.ts');
  const file = findVocabulary(vocab, dataDir);
  if (file) return openTokenizer(file);
  terminal.note({
    en: 'No vocab.txt was found: truncation is not measured (--vocab FILE).',
    zh: '未找到 vocab.txt：略去截断分析（可用 --vocab FILE 指定）。',
  });
  return undefined;
}
