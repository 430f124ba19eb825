import { counted } from '../../ground/counted.ts';
import { flag, list, type Parsed, text } from '../../ground/parameters.ts';
import type { Manifest } from '../../pretraining/corpus/manifest.ts';
import type { Part } from '../../pretraining/corpus/part-record.ts';
import type { Refined } from '../../pretraining/lexicon/refine.ts';
import type { Observer } from '../../pretraining/observer.ts';
import { CORPUS, LEXICON } from '../../pretraining/parameters.ts';
import type { Task } from '../../tasks/task.ts';
import { type CommandSpec, defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf, noCorpora } from '../open-task.ts';
import { DATA_DIR, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const SHOWN = 8;
const SHOWN_LENGTH = 10;

const TRAIN_SPLITS = {
  ...DATA_DIR,
  ...TASK_FILE,
  train: list({
    summary: {
      en: 'tasks whose train split is included, or all for every available task',
      zh: '同时使用其训练集的任务，或 all（现有全部）',
    },
  }),
};

/** Where data is, and the tasks of `--train`: `all` stands for those with a train split there. Throws a UserError if none has. */
async function trainTasks({
  train,
  taskFile,
  dataDir,
}: Parsed<typeof TRAIN_SPLITS>): Promise<{ dir: string; tasks: readonly Task[] }> {
  const { availableSplits } = await import('../../datasets/dataset.ts');
  const dir = await dataDirOf({ dataDir });
  if (train.length === 0) return { dir, tasks: [] };
  const { tasks, named } = await chooseTasks(train, taskFile, dir);
  if (named) return { dir, tasks };
  const there = tasks.filter((task) => availableSplits({ task, dir }).includes('train'));
  if (there.length === 0) throw noCorpora(dir);
  return { dir, tasks: there };
}

/** Tasks whose dev and test texts must stay out: all there are, imported ones too, and that of a task file. */
async function guardedTasks(taskFile: string | undefined, dir: string): Promise<readonly Task[]> {
  const { tasks } = await chooseTasks([], undefined, dir);
  return [...new Set([...(await chooseTasks([], taskFile)).tasks, ...tasks])];
}

const build = defineCommand({
  name: 'build',
  summary: {
    en: 'build a pretraining corpus from text, JSON, CSV and train splits',
    zh: '由文本、JSON、CSV 与训练集构建预训练语料',
  },
  operands: '[in...]',
  options: {
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the corpus directory to write', zh: '输出的语料目录' },
    }),
    ...CORPUS,
    force: flag({
      default: false,
      summary: { en: 'replace an existing corpus', zh: '替换已有的语料' },
    }),
    shard: text({
      placeholder: 'i/n',
      summary: {
        en: 'build only part i of n, for `corpus merge`; all parts need the same inputs',
        zh: '只构建 n 个部分中的第 i 个，供 `corpus merge` 合并；各部分的输入须相同',
      },
    }),
    ...TRAIN_SPLITS,
  },
  examples: [
    'chineseblue corpus build notes.txt dialogues.csv --train all --out corpus',
    'chineseblue corpus build texts/ --fields ask,answer --out corpus',
    'chineseblue corpus build texts/ --shard 1/8 --out part-1',
  ],
  async run({ operands, options, terminal, signal }) {
    const { buildCorpus } = await import('../../pretraining/corpus/build.ts');
    const { buildPart, parseShard } = await import('../../pretraining/corpus/part.ts');
    const { out, fields, dedupThreshold, force } = options;
    const shard = options.shard === undefined ? undefined : parseShard(options.shard);
    const { dir: dataDir, tasks: train } = await trainTasks(options);
    const guarded = await guardedTasks(options.taskFile, dataDir);
    const progress = terminal.progress(terminal.say({ en: 'Building', zh: '构建中' }));
    const request = { inputs: operands, train, guarded, dataDir, out, fields, dedupThreshold, force };
    const observer: Observer = {
      signal,
      onProgress: (share, note) => progress.update(share, terminal.say(note)),
    };
    if (shard) {
      const part = await buildPart(request, shard, observer).finally(progress.stop);
      if (terminal.json) terminal.printJson(part);
      else printPart(part, out, terminal);
      return;
    }
    const manifest = await buildCorpus(request, observer).finally(progress.stop);
    if (terminal.json) terminal.printJson(manifest);
    else await printManifest(manifest, terminal);
  },
});

function printPart({ shard, common, sources, shards }: Part, out: string, terminal: Terminal): void {
  const documents = shards.reduce((sum, part) => sum + part.documents, 0);
  terminal.printText({
    en: `Part ${shard} of ${common.shards} in ${out}: ${counted(documents, 'document')} of ${counted(sources.length, 'source')}. \`chineseblue corpus merge\` merges all parts.`,
    zh: `第 ${shard} 部分（共 ${common.shards} 个）写入 ${out}：${sources.length} 个来源的 ${documents} 篇文档。用 \`chineseblue corpus merge\` 合并所有部分。`,
  });
}

const merge = defineCommand({
  name: 'merge',
  summary: {
    en: 'merge the parts of `corpus build --shard`; the result equals that of a single process',
    zh: '合并 `corpus build --shard` 的各部分，结果与单进程构建相同',
  },
  operands: '<dir...>',
  options: {
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the corpus directory to write', zh: '输出的语料目录' },
    }),
    force: flag({
      default: false,
      summary: { en: 'replace an existing corpus', zh: '替换已有的语料' },
    }),
    ...DATA_DIR,
    ...TASK_FILE,
  },
  examples: ['chineseblue corpus merge part-1 part-2 part-3 --out corpus'],
  async run({ operands: parts, options, terminal, signal }) {
    const { mergeCorpus } = await import('../../pretraining/corpus/merge.ts');
    const { out, force } = options;
    const dataDir = await dataDirOf(options);
    const guarded = await guardedTasks(options.taskFile, dataDir);
    const progress = terminal.progress(terminal.say({ en: 'Merging', zh: '合并中' }));
    const manifest = await mergeCorpus(
      { parts, guarded, dataDir, out, force },
      { signal, onProgress: (share, note) => progress.update(share, terminal.say(note)) },
    ).finally(progress.stop);
    if (terminal.json) terminal.printJson(manifest);
    else await printManifest(manifest, terminal);
  },
});

async function printManifest(manifest: Manifest, terminal: Terminal): Promise<void> {
  const { sources, documents, sentences, evaluation, characters, shards } = manifest;
  const { say } = terminal;
  const { removed } = sentences;
  await terminal.table(
    [say({ en: 'source', zh: '来源' }), say({ en: 'documents', zh: '文档' }), 'MB'],
    sources.map(({ path, documents, bytes }) => [path, String(documents), (bytes / 1e6).toFixed(1)]),
  );
  const rows: [string, number, number][] = [
    [say({ en: 'read', zh: '读入' }), documents.read, sentences.read],
    [say({ en: 'kept', zh: '保留' }), documents.kept, sentences.kept],
    [say({ en: 'without text', zh: '没有文本' }), documents.empty, 0],
    [say({ en: 'exact duplicates', zh: '完全重复' }), documents.exactDuplicates, 0],
    [say({ en: 'near duplicates', zh: '近似重复' }), documents.nearDuplicates, 0],
    [say({ en: 'without Chinese', zh: '不含中文' }), 0, removed['no-chinese']],
    [say({ en: 'too short', zh: '过短' }), 0, removed['too-short']],
    [say({ en: 'not text', zh: '非文本' }), 0, removed['not-text']],
    [say({ en: 'page furniture', zh: '网页套话' }), 0, removed['page-furniture']],
    [say({ en: 'boilerplate', zh: '模板语句' }), 0, removed.repeated],
    [say({ en: 'dev or test text of a task', zh: '任务的开发集或测试集文本' }), 0, removed.evaluation],
  ];
  await terminal.table(
    ['', say({ en: 'documents', zh: '文档' }), say({ en: 'sentences', zh: '句子' })],
    rows.map(([what, ...counts]) => [what, ...counts.map((count) => (count > 0 ? String(count) : ''))]),
  );
  for (const [where, count] of Object.entries(evaluation.refused)) {
    terminal.print(
      say({
        en: `  refused as ${where} text: ${counted(count, 'sentence')}`,
        zh: `  拒绝 ${where} 的句子：${count}`,
      }),
    );
  }
  terminal.print(
    say({
      en: `Checked against ${counted(evaluation.texts, 'evaluation text')}; ${characters} characters in ${counted(shards.length, 'shard')}.`,
      zh: `已对照 ${evaluation.texts} 条评测文本；共 ${characters} 字，${shards.length} 个分片。`,
    }),
  );
}

const lexicon = defineCommand({
  name: 'lexicon',
  summary: {
    en: 'build an entity lexicon from word lists and annotated train splits',
    zh: '由词表与带标注的训练集构建实体词典',
  },
  operands: '[list...]',
  options: {
    out: text({
      required: true,
      placeholder: 'file',
      summary: { en: 'the lexicon to write, as TSV', zh: '输出的词典文件，TSV 格式' },
    }),
    corpus: text({
      placeholder: 'dir',
      summary: { en: 'the corpus in which terms are counted', zh: '用于计频的语料' },
    }),
    ...LEXICON,
    ...TRAIN_SPLITS,
  },
  needs: { minFrequency: ['corpus'], taskFile: ['train'], dataDir: ['train'] },
  examples: [
    'chineseblue corpus lexicon --train all --corpus corpus --out lexicon.tsv',
    'chineseblue corpus lexicon disease.txt drug.txt --out lexicon.tsv',
  ],
  async run({ operands, options, terminal }) {
    const { buildLexicon } = await import('../../pretraining/lexicon/build.ts');
    const { out, corpus, minFrequency } = options;
    const { dir: dataDir, tasks: train } = await trainTasks(options);
    const refined = await buildLexicon({ lists: operands, train, dataDir, corpus, out, minFrequency });
    const shown = terminal.beside(out);
    if (shown.json) shown.printJson(summarize(refined, out));
    else await printLexicon(refined, out, shown);
  },
});

function summarize({ kept, rejected }: Refined, file: string) {
  const reasons: Record<string, number> = {};
  for (const { reason } of rejected) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return { file, kept: kept.length, rejected: reasons };
}

async function printLexicon(refined: Refined, file: string, terminal: Terminal): Promise<void> {
  const { say } = terminal;
  const shown = (texts: readonly string[]): string =>
    texts
      .slice(0, SHOWN)
      .map((text) => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text))
      .join(' ');
  const kept = refined.kept.map(({ text }) => text);
  const rejected = Map.groupBy(refined.rejected, ({ reason }) => reason);
  await terminal.table(
    ['', say({ en: 'terms', zh: '词条' }), say({ en: 'for example', zh: '例如' })],
    [
      [say({ en: 'kept', zh: '保留' }), String(kept.length), shown(kept)],
      ...Array.from(rejected, ([reason, items]) => [
        reason,
        String(items.length),
        shown(items.map(({ entry }) => entry.text)),
      ]),
    ],
  );
  terminal.print(file);
}

export const corpusCommand: CommandSpec = {
  name: 'corpus',
  summary: { en: 'corpora and lexicons for pretraining', zh: '预训练所用的语料与词典' },
  examples: build.examples,
  subcommands: [build, merge, lexicon],
};
