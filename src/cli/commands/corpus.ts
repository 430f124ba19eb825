import type { Manifest } from '../../pretraining/corpus/build.ts';
import type { Refined } from '../../pretraining/lexicon/lexicon.ts';
import type { Task } from '../../tasks/task.ts';
import { type CommandSpec, type Invocation, listOption, type OptionSpec } from '../command.ts';
import { chooseTasks, DATA_DIR, TASK_FILE, textOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const TRAIN: OptionSpec = {
  flags: '--train <list>',
  summary: {
    en: 'tasks whose train split is used too, comma-separated, or all that are there',
    zh: '同时使用其训练集的任务，以逗号分隔，或 all（现有全部）',
  },
};
const SHOWN = 8;
const SHOWN_LENGTH = 10;

/** The tasks of `--train`; `all` means those whose train split is there. */
async function trainTasks(options: Invocation['options'], dataDir: string): Promise<readonly Task[]> {
  const names = listOption(options.train);
  if (names.length === 0) return [];
  const { availableSplits } = await import('../../datasets/corpus.ts');
  const { tasks, named } = await chooseTasks(names, options.taskFile);
  return named ? tasks : tasks.filter((task) => availableSplits(task, dataDir).includes('train'));
}

const build: CommandSpec = {
  name: 'build',
  summary: {
    en: 'make a corpus for pretraining from text, JSON, CSV and train splits',
    zh: '由文本、JSON、CSV 与训练集构建预训练语料',
  },
  operands: '[in...]',
  options: [
    { flags: '--out <dir>', summary: { en: 'where the corpus goes', zh: '输出目录' } },
    TRAIN,
    {
      flags: '--fields <list>',
      summary: {
        en: 'JSON keys or CSV columns that hold text (default: all)',
        zh: '含文本的 JSON 键或 CSV 列（默认全部）',
      },
    },
    {
      flags: '--near <similarity>',
      summary: {
        en: 'Jaccard similarity from which documents are duplicates',
        zh: '视为重复文档的 Jaccard 相似度',
      },
      default: '0.8',
    },
    { flags: '--force', summary: { en: 'replace a corpus that is there', zh: '替换已有的语料' } },
    TASK_FILE,
    DATA_DIR,
  ],
  examples: [
    'chineseblue corpus build notes.txt dialogues.csv --train all --out corpus',
    'chineseblue corpus build texts/ --fields ask,answer --out corpus',
  ],
  async run({ operands, options, terminal, signal }) {
    const { resolveDataDir } = await import('../../datasets/corpus.ts');
    const { numberOption } = await import('../numbers.ts');
    const { buildCorpus } = await import('../../pretraining/corpus/build.ts');
    const { dir } = resolveDataDir(options.dataDir as string | undefined, process.env);
    const guarded = (await chooseTasks(['all'], options.taskFile)).tasks;
    const { tasks } = await import('../../tasks/registry.ts');
    const progress = terminal.progress(terminal.say({ en: 'Building', zh: '构建中' }));
    const manifest = await buildCorpus({
      inputs: operands,
      train: await trainTasks(options, dir),
      guarded: [...new Set([...guarded, ...tasks])],
      dataDir: dir,
      out: textOption(options, 'out'),
      fields: listOption(options.fields),
      threshold: numberOption(options, 'near', 0.05, 1),
      force: options.force === true,
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json) terminal.printJson(manifest);
    else await printManifest(manifest, terminal);
  },
};

async function printManifest(manifest: Manifest, terminal: Terminal): Promise<void> {
  const { sources, documents, sentences, evaluation, characters, shards } = manifest;
  const say = terminal.say;
  await terminal.table(
    [say({ en: 'source', zh: '来源' }), say({ en: 'documents', zh: '文档' }), 'MB'],
    sources.map(({ path, documents, bytes }) => [path, String(documents), (bytes / 1e6).toFixed(1)]),
  );
  const rows: [string, number, number][] = [
    [say({ en: 'read', zh: '读入' }), documents.read, sentences.read],
    [say({ en: 'kept', zh: '保留' }), documents.kept, sentences.kept],
    [say({ en: 'without any text', zh: '没有文本' }), documents.empty, 0],
    [say({ en: 'exact duplicates', zh: '完全重复' }), documents.exactDuplicates, 0],
    [say({ en: 'near duplicates', zh: '近似重复' }), documents.nearDuplicates, 0],
    [say({ en: 'without Chinese', zh: '不含中文' }), 0, sentences.removed['no-chinese']],
    [say({ en: 'too short', zh: '过短' }), 0, sentences.removed['too-short']],
    [say({ en: 'not text', zh: '非文本' }), 0, sentences.removed['not-text']],
    [say({ en: 'page furniture', zh: '网页套话' }), 0, sentences.removed['page-furniture']],
    [say({ en: 'repeated everywhere', zh: '到处重复' }), 0, sentences.removed.repeated],
    [
      say({ en: 'dev or test text of a task', zh: '任务的开发集或测试集文本' }),
      0,
      sentences.removed.evaluation,
    ],
  ];
  await terminal.table(
    ['', say({ en: 'documents', zh: '文档' }), say({ en: 'sentences', zh: '句子' })],
    rows.map(([what, ...counts]) => [what, ...counts.map((count) => (count > 0 ? String(count) : ''))]),
  );
  for (const [where, count] of Object.entries(evaluation.refused)) {
    terminal.print(
      say({ en: `  refused from ${where}: ${count} sentences`, zh: `  拒绝 ${where} 的句子：${count}` }),
    );
  }
  terminal.print(
    say({
      en: `${evaluation.texts} evaluation texts were guarded; ${characters} characters in ${shards.length} shards.`,
      zh: `已防护 ${evaluation.texts} 条评测文本；共 ${characters} 字，${shards.length} 个分片。`,
    }),
  );
}

const lexicon: CommandSpec = {
  name: 'lexicon',
  summary: {
    en: 'make a lexicon of entities from word lists and annotated train splits',
    zh: '由词表与带标注的训练集构建实体词典',
  },
  operands: '[list...]',
  options: [
    { flags: '--out <file>', summary: { en: 'where the lexicon goes (TSV)', zh: '输出文件（TSV）' } },
    TRAIN,
    { flags: '--corpus <dir>', summary: { en: 'a corpus to count in', zh: '用于计频的语料' } },
    {
      flags: '--min-frequency <n>',
      summary: { en: 'least occurrences in the corpus', zh: '在语料中的最少出现次数' },
      default: '2',
    },
    TASK_FILE,
    DATA_DIR,
  ],
  examples: [
    'chineseblue corpus lexicon --train all --corpus corpus --out lexicon.tsv',
    'chineseblue corpus lexicon disease.txt drug.txt --out lexicon.tsv',
  ],
  async run({ operands, options, terminal }) {
    const { resolveDataDir } = await import('../../datasets/corpus.ts');
    const { numberOption } = await import('../numbers.ts');
    const { annotatedTexts } = await import('../../pretraining/lexicon/annotations.ts');
    const { addAnnotations, addWordList, createCandidates, refineLexicon, writeLexicon } = await import(
      '../../pretraining/lexicon/lexicon.ts'
    );
    const { openCorpus, readCorpus } = await import('../../pretraining/corpus/shards.ts');
    const { readTrainSplit } = await import('../../pretraining/corpus/train-splits.ts');
    const { dir } = resolveDataDir(options.dataDir as string | undefined, process.env);
    const out = textOption(options, 'out');
    const corpus = typeof options.corpus === 'string' ? options.corpus : undefined;
    const minFrequency = numberOption(options, 'minFrequency', 0, 1e9, 'whole');
    const splits = [];
    for (const task of await trainTasks(options, dir)) splits.push(await readTrainSplit(task, dir));
    const annotated = [...annotatedTexts(splits)];
    const candidates = createCandidates();
    for (const file of operands) await addWordList(candidates, file);
    addAnnotations(candidates, annotated);
    if (candidates.size === 0) {
      const { UserError } = await import('../../ground/errors.ts');
      throw new UserError('lexicon-empty', 'There is no term to take', {
        hint: 'Give word lists, or --train with tasks that annotate entities.',
      });
    }
    const refined = await refineLexicon(candidates, {
      annotated,
      corpus: corpus === undefined ? undefined : readCorpus(corpus, await openCorpus(corpus)),
      minFrequency,
    });
    await writeLexicon(out, refined.kept);
    if (terminal.json) terminal.printJson(summarize(refined, out));
    else await printLexicon(refined, out, terminal);
  },
};

function summarize({ kept, rejected }: Refined, file: string) {
  const reasons: Record<string, number> = {};
  for (const { reason } of rejected) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return { file, kept: kept.length, rejected: reasons };
}

async function printLexicon(refined: Refined, file: string, terminal: Terminal): Promise<void> {
  const say = terminal.say;
  const groups = new Map<string, string[]>();
  for (const { entry, reason } of refined.rejected) {
    const group = groups.get(reason) ?? [];
    group.push(entry.text);
    groups.set(reason, group);
  }
  const shown = (texts: readonly string[]): string =>
    texts
      .slice(0, SHOWN)
      .map((text) => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text))
      .join(' ');
  await terminal.table(
    ['', say({ en: 'terms', zh: '词条' }), say({ en: 'for instance', zh: '例如' })],
    [
      [
        say({ en: 'kept', zh: '保留' }),
        String(refined.kept.length),
        shown(refined.kept.map(({ text }) => text)),
      ],
      ...[...groups].map(([reason, texts]) => [reason, String(texts.length), shown(texts)]),
    ],
  );
  terminal.print(file);
}

export const corpusCommand: CommandSpec = {
  name: 'corpus',
  summary: { en: 'text and lexicons for pretraining', zh: '预训练所用的语料与词典' },
  examples: build.examples,
  subcommands: [build, lexicon],
};
