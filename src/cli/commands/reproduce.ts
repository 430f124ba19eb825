import type { SideBySide } from '../../audit/reproduction/side-by-side.ts';
import type { CommandSpec } from '../command.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTask, DATA_DIR, textOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { PREDICTIONS } from './score.ts';

export const reproduceCommand: CommandSpec = {
  name: 'reproduce',
  summary: {
    en: "score predictions as the paper's scripts did, beside our rule and the published column",
    zh: '按论文代码的口径评分，与本工具的口径及论文数字并列',
  },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    PREDICTIONS,
    {
      flags: '--split <name>',
      summary: {
        en: 'train, dev or test (default: the one that the published figure is about)',
        zh: 'train、dev 或 test（默认为论文数字所用的划分）',
      },
    },
    {
      flags: '--vocab <file>',
      summary: {
        en: 'vocab.txt of a BERT, for the NER tasks (default: beside the corpora)',
        zh: 'BERT 的 vocab.txt，用于实体任务（默认在语料旁）',
      },
    },
    DATA_DIR,
  ],
  examples: [
    'chineseblue reproduce --task cMedQA --predictions predictions.jsonl',
    'chineseblue reproduce --task cEHRNER --predictions predictions.jsonl --vocab vocab.txt',
  ],
  async run({ options, terminal }) {
    const file = textOption(options, 'predictions');
    const task = await chooseTask(options);
    const { parseSplit, requireReleased } = await import('../../datasets/schemes/registry.ts');
    const { findReproduction } = await import('../../audit/reproduction/registry.ts');
    const { openDataset } = await import('../../datasets/dataset.ts');
    const { readAnyPredictions, refuseUnfit } = await import('../../scoring/predictions.ts');
    const { reproduce } = await import('../../audit/reproduction/side-by-side.ts');
    const { findVocabulary, openTokenizer } = await import('../vocabulary.ts');
    const reproduction = findReproduction(task);
    const named = typeof options.split === 'string' ? parseSplit(options.split) : reproduction.split;
    const split = requireReleased(named, { en: 'Published figures', zh: '论文数字' });
    const dataDir = await dataDirOf(options);
    const dataset = await openDataset({ task, dir: dataDir });
    const { examples, files, synthetic } = await dataset.split(split);
    const answers = await readAnyPredictions(file, task, examples);
    refuseUnfit(file, answers);
    const vocabulary = reproduction.needsVocabulary ? findVocabulary(options.vocab, dataDir) : undefined;
    // The published tokenizer knows no special tokens in texts.
    const tokenizer = vocabulary && (await openTokenizer(vocabulary, { specialTokensInText: 'as-text' }));
    const corpus = { task, split, dataDir, examples, files, synthetic, tokenizer: tokenizer || undefined };
    const result = await reproduce(corpus, answers.predictions);
    if (terminal.json) terminal.printJson(result);
    else await printSideBySide(result, terminal);
  },
};

async function printSideBySide(result: SideBySide, terminal: Terminal): Promise<void> {
  const { say, language } = terminal;
  const { formatAs, formatScore } = await import('../tables.ts');
  const { findReproduction } = await import('../../audit/reproduction/registry.ts');
  const { ours, asPublished, paper, references, difference, comparable, coverage } = result;
  const reproduction = findReproduction({ id: result.task });
  const left = (value: number): string => formatScore(value, ours.convention);
  const right = (value: number): string => formatAs(value, reproduction.unit);
  const ranged = (judged: typeof ours, format: (value: number) => string): string =>
    format(judged.value) +
    (judged.interval ? ` [${format(judged.interval.low)}, ${format(judged.interval.high)}]` : '');
  const synthetic = result.synthetic ? say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
  terminal.print(
    say({
      en: `${result.task} ${result.split}${synthetic}: ${coverage.examples} examples, ${coverage.answered} answered, ${coverage.missing} missing or invalid (scored as wrong); as published, ${asPublished.scope.en} are judged`,
      zh: `${result.task} ${result.split}${synthetic}：${coverage.examples} 个样本，已答 ${coverage.answered}，缺失或无效 ${coverage.missing}（按答错计）；论文口径只评 ${asPublished.scope.zh}`,
    }),
  );
  const heads = {
    en: ['answers', `our rule: ${ours.convention}`, `as published: ${asPublished.convention}`],
    zh: ['答案', `本工具口径：${ours.convention}`, `论文口径：${asPublished.convention}`],
  };
  await terminal.table(heads[language], [
    [say({ en: 'these predictions', zh: '此预测' }), ranged(ours, left), ranged(asPublished, right)],
    ...paper.map(({ model, value }) => [
      say({ en: `${model} in the paper`, zh: `论文 ${model}` }),
      '',
      right(value),
    ]),
    ...references.map((reference) => [
      say(reference.answer),
      left(reference.ours),
      right(reference.asPublished),
    ]),
  ]);
  terminal.print(say(difference));
  if (!comparable) {
    terminal.print(
      result.synthetic
        ? say({
            en: 'This is a synthetic sample: nothing here compares with the paper.',
            zh: '这是合成样例：此处任何数字都不能与论文比较。',
          })
        : say({
            en: `The paper's column is about ${reproduction.split}: these predictions answer ${result.split}.`,
            zh: `论文数字取自 ${reproduction.split}，而此预测回答的是 ${result.split}。`,
          }),
    );
  }
}
