import type { Text } from '../../ground/language.ts';
import { choice, flag, integer, list, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { DATA_DIR } from '../options.ts';

export const dataImportCommand = defineCommand({
  name: 'import',
  summary: {
    en: 'turn your own files (Excel, CSV, JSON, Parquet, doccano, Label Studio, brat, CoNLL, …) into a task',
    zh: '将自有数据（Excel、CSV、JSON、Parquet、doccano、Label Studio、brat、CoNLL 等）导入为任务',
  },
  operands: '<source...>',
  options: {
    as: text({
      required: true,
      placeholder: 'name',
      summary: { en: 'the name of the task and of its folder', zh: '任务名，也是其目录名' },
    }),
    family: choice(['ner', 'relation', 'similarity', 'inference', 'classification', 'multilabel'], {
      summary: { en: 'the task family (default: inferred from the data)', zh: '任务族（默认由数据判断）' },
    }),
    fields: list({
      placeholder: 'role=field',
      summary: {
        en: 'field of each role: id, text, text1, text2, label, labels, entities (default: by name)',
        zh: '各字段的含义：id、text、text1、text2、label、labels、entities（默认按字段名判断）',
      },
    }),
    positive: text({
      placeholder: 'label',
      summary: { en: 'similarity: the label that means "the same"', zh: 'similarity：表示同义的标签' },
    }),
    ratios: text({
      placeholder: 'train,dev,test',
      summary: {
        en: 'split in these proportions (default: by the names of the sources, else 70,10,20)',
        zh: '按此比例划分（默认依来源文件名，否则为 70,10,20）',
      },
    }),
    seed: integer({
      default: 0,
      min: 0,
      summary: {
        en: 'random seed of the split and of the interval of annotator agreement',
        zh: '划分及标注者一致性区间所用的种子',
      },
    }),
    group: text({
      placeholder: 'field',
      summary: {
        en: 'records with the same value stay in one split (patient, document)',
        zh: '该字段值相同的记录不拆分（如患者、文档）',
      },
    }),
    config: text({
      placeholder: 'name',
      summary: {
        en: 'configuration of a Hugging Face dataset folder (default: its default or only one)',
        zh: 'Hugging Face 数据集目录的配置（默认取其默认或唯一配置）',
      },
    }),
    byAnnotator: flag({
      default: false,
      summary: {
        en: 'treat each source as the work of one annotator, named after its file or folder',
        zh: '每个来源为一名标注者的结果，以文件或目录名为其名',
      },
    }),
    adjudicate: text({
      placeholder: 'majority|name',
      summary: {
        en: 'if annotators disagree, use the majority or this annotator (default: the first reading)',
        zh: '标注者不一致时：取过半数的标注，或以此人为准（默认取第一份）',
      },
    }),
    scan: flag({
      default: false,
      summary: {
        en: 'count likely personal data; locations are recorded, values never are',
        zh: '统计疑似个人信息；只记录位置，不记录内容',
      },
    }),
    mask: flag({
      default: false,
      summary: {
        en: 'mask personal data at equal length, so that gold stays aligned; ids become record numbers',
        zh: '以等长的“某”或“*”替换个人信息，标注位置不变；编号改为记录序号',
      },
    }),
    dryRun: flag({
      default: false,
      summary: { en: 'show what would be written, and write nothing', zh: '仅显示结果，不写入' },
    }),
    ...DATA_DIR,
  },
  examples: [
    'chineseblue data import triage.xlsx --as ward-triage',
    'chineseblue data import export.jsonl --as ward-notes --dry-run',
    'chineseblue data import notes.csv --as notes --fields text=content,label=kind --group patient',
  ],
  async run({ operands, options, terminal, signal }) {
    const { importData } = await import('../../datasets/imports/import.ts');
    const { parseFields } = await import('../../datasets/imports/parse-fields.ts');
    const { parseRatios } = await import('../../datasets/imports/division.ts');
    const { writableDataDir } = await import('../../datasets/directory.ts');
    const { as: name, family, group, positive, config, ratios, seed, dryRun } = options;
    const { byAnnotator, adjudicate, scan, mask } = options;
    const { dir: dataDir } = writableDataDir(options.dataDir, process.env);
    const report = await importData({
      ...{ sources: operands, name: name ?? '', dataDir, seed, dryRun, signal },
      given: {
        ...{ family, fields: parseFields(options.fields), group, positive, config },
        ...{ byAnnotator, adjudicate, scan, mask },
      },
      ratios: ratios === undefined ? undefined : parseRatios(ratios),
    });
    if (terminal.json) return terminal.printJson(report);
    const { printImport } = await import('../import-tables.ts');
    await printImport(report, terminal);
    terminal.note(
      dryRun
        ? { en: 'Nothing was written (--dry-run).', zh: '未写入任何内容（--dry-run）。' }
        : nextSteps(report.tasks, options.dataDir, dataDir),
    );
  },
});

/** Commands to copy: with all tasks that were made, and the data directory where it was named. */
function nextSteps(
  tasks: readonly { readonly task: string }[],
  named: string | undefined,
  dataDir: string,
): Text {
  const names = tasks.map(({ task }) => task);
  const where = named === undefined ? '' : ` --data-dir ${named}`;
  const audit = `\`chineseblue data audit ${names.join(' ')}${where}\``;
  const run = `\`chineseblue run --task ${names.join(',')}${where}\``;
  return {
    en: `The task is in ${dataDir}. Next: ${audit}, ${run}.`,
    zh: `任务位于 ${dataDir}。下一步：${audit}、${run}。`,
  };
}
