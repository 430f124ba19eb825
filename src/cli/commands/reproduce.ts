import type { CommandSpec } from '../command.ts';
import { dataDirOf } from '../open-task.ts';
import { chooseTask, DATA_DIR, textOption } from '../options.ts';
import { optionSpecs, parseOptions } from '../typed-options.ts';
import { MIN_COVERAGE, PREDICTIONS, READING } from './score.ts';

const PARSED = { ...READING, ...MIN_COVERAGE };

export const reproduceCommand: CommandSpec = {
  name: 'reproduce',
  summary: {
    en: "score predictions as the paper's scripts did, next to our convention and the published figures",
    zh: '按论文代码的口径评分，与本工具的口径及论文数字并列',
  },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    PREDICTIONS,
    {
      flags: '--split <name>',
      summary: {
        en: 'train, dev or test (default: the split of the published figure)',
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
    ...optionSpecs(PARSED),
    DATA_DIR,
  ],
  examples: [
    'chineseblue reproduce --task cMedQA --predictions predictions.jsonl',
    'chineseblue reproduce --task cEHRNER --predictions predictions.jsonl --vocab vocab.txt',
  ],
  async run({ options, terminal }) {
    const file = textOption(options, 'predictions');
    const { offsets, minCoverage } = parseOptions(PARSED, options);
    const task = await chooseTask(options);
    const { parseSplit, requireReleased } = await import('../../datasets/schemes/registry.ts');
    const { findReproduction } = await import('../../audit/reproduction/registry.ts');
    const { openDataset } = await import('../../datasets/dataset.ts');
    const { readAnyPredictions } = await import('../../scoring/corpus-format.ts');
    const { requireCoverage } = await import('../../scoring/coverage.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const { refuseUnfit } = await import('../../scoring/problems.ts');
    const { reproduce } = await import('../../audit/reproduction/side-by-side.ts');
    const { findVocabulary, openTokenizer } = await import('../vocabulary.ts');
    const reproduction = findReproduction(task);
    const named = typeof options.split === 'string' ? parseSplit(options.split) : reproduction.split;
    const split = requireReleased(named, { en: 'Published figures', zh: '论文数字' });
    const dataDir = await dataDirOf(options);
    const dataset = await openDataset({ task, dir: dataDir });
    const { examples, files, synthetic } = await dataset.split(split);
    const answers = await readAnyPredictions(file, task, examples, {
      offsets,
      split,
      scheme: dataset.scheme,
    });
    refuseUnfit(file, answers);
    const vocabulary = reproduction.needsVocabulary ? findVocabulary(options.vocab, dataDir) : undefined;
    // The published tokenizer knows no special tokens in texts.
    const tokenizer = vocabulary && (await openTokenizer(vocabulary, { specialTokensInText: 'as-text' }));
    const corpus = { task, split, dataDir, examples, files, synthetic, tokenizer: tokenizer || undefined };
    const result = await reproduce(corpus, answers.predictions, answers.coverage);
    const { printSideBySide } = await import('../side-by-side-table.ts');
    if (terminal.json) terminal.printJson({ ...result, offsets: answers.offsets });
    else await printSideBySide(result, terminal);
    const doubt = offsetsNote(answers.offsets);
    if (doubt) terminal.note(doubt);
    requireCoverage(file, answers.coverage, minCoverage);
  },
};
