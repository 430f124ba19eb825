import { listed } from '../../ground/language.ts';
import { choice, type Parsed, text } from '../../ground/parameters.ts';
import { SPLITS, type Task } from '../../tasks/task.ts';
import { defineCommand } from '../command.ts';
import { chooseTask, dataDirOf } from '../open-task.ts';
import { DATA_DIR, TASK } from '../options.ts';
import { refuseUnread } from '../typed-options.ts';
import { MIN_COVERAGE, OFFSETS, PREDICTIONS, refuseOffsets } from './score.ts';

const VOCAB = {
  vocab: text({
    placeholder: 'file',
    summary: {
      en: 'vocab.txt of a BERT, for the NER tasks (default: in or next to the data directory)',
      zh: 'BERT 的 vocab.txt，用于实体任务（默认在语料目录或其上级目录中）',
    },
  }),
};

export const reproduceCommand = defineCommand({
  name: 'reproduce',
  summary: {
    en: "score predictions as the paper's scripts did, next to our convention and the published figures",
    zh: '按论文代码的口径评分，与本工具的口径及论文数字并列',
  },
  options: {
    ...TASK,
    ...PREDICTIONS,
    split: choice(SPLITS, {
      summary: {
        en: 'the split as released; if omitted, that of the published figure',
        zh: '按发布的划分，省略时为论文数字所用的划分',
      },
    }),
    ...VOCAB,
    ...OFFSETS,
    ...MIN_COVERAGE,
    ...DATA_DIR,
  },
  examples: [
    'chineseblue reproduce --task cMedQA --predictions predictions.jsonl',
    'chineseblue reproduce --task cEHRNER --predictions predictions.jsonl --vocab vocab.txt',
  ],
  endsAtOnce: true,
  async run({ options, terminal }) {
    const { predictions: file, split, vocab, offsets, minCoverage } = options;
    const task = await chooseTask(options);
    await refuseVocab(options, task);
    await refuseOffsets(options, task);
    const dataDir = await dataDirOf(options);
    const { reproduceFile } = await import('../../audit/reproduction/reproduce-file.ts');
    const { requireCoverage } = await import('../../scoring/coverage.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const { result, answers } = await reproduceFile({ task, dataDir, file, split, vocab, offsets });
    const { printSideBySide } = await import('../side-by-side-table.ts');
    if (terminal.json) terminal.printJson({ ...result, offsets: answers.offsets });
    else await printSideBySide(result, terminal);
    const doubt = offsetsNote(answers.offsets);
    if (doubt) terminal.note(doubt);
    requireCoverage(file, answers.coverage, minCoverage);
  },
});

/** Throws a UserError `option-unread` where `--vocab` is given for a task whose published score is not counted in tokens. */
async function refuseVocab(options: Parsed<typeof VOCAB>, task: Task): Promise<void> {
  const { findReproduction, tasksWithVocabulary } = await import('../../audit/reproduction/registry.ts');
  if (findReproduction(task).needsVocabulary) return;
  refuseUnread(VOCAB, options, ['vocab'], { en: task.id, zh: ` ${task.id}` }, listed(tasksWithVocabulary));
}
