import { counted } from '../../ground/counted.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { text } from '../../ground/parameters.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import type { CheckedSubmission } from '../../scoring/submissions/check.ts';
import { defineCommand } from '../command.ts';
import { dataDirOf, openTaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { OFFSETS, PREDICTIONS, refuseOffsets } from './score.ts';

export const checkCommand = defineCommand({
  name: 'check',
  summary: { en: 'validate predictions without scoring them', zh: '只校验预测文件，不评分' },
  options: {
    ...TASK,
    predictions: { ...PREDICTIONS.predictions, required: false },
    cblue: text({
      placeholder: 'path',
      summary: {
        en: 'check a submission to CBLUE, PromptCBLUE or CCKS 2018 instead: a zip or a folder',
        zh: '改为校验 CBLUE、PromptCBLUE 或 CCKS 2018 提交文件（zip 或目录）',
      },
    }),
    ...SPLIT,
    ...OFFSETS,
    ...TASK_FILE,
    ...DATA_DIR,
  },
  excludes: { cblue: ['predictions', 'task', 'split', 'offsets', 'taskFile'] },
  examples: [
    'chineseblue check --task cMedQQ --predictions predictions.jsonl',
    'chineseblue check --cblue submission.zip',
  ],
  endsAtOnce: true,
  async run({ options, terminal }) {
    const { cblue, predictions: file } = options;
    if ((cblue === undefined) === (file === undefined)) throw oneOfBoth();
    if (cblue !== undefined) return checkCblue(cblue, await dataDirOf(options), terminal);
    if (file === undefined) return;
    const { dataset, split, part } = await openTaskData(options);
    await refuseOffsets(options, dataset.task);
    const { checkFile } = await import('../../scoring/score-file.ts');
    const { offsetsNote } = await import('../../scoring/offsets.ts');
    const asked = { file, dataset, split, part, offsets: options.offsets };
    const { problems, coverage, offsets } = await checkFile(asked);
    const note = offsetsNote(offsets);
    if (note) terminal.note(note);
    if (terminal.json) terminal.printJson({ file, examples: coverage.asked, coverage, offsets, problems });
    else if (problems.length === 0) {
      terminal.printText({
        en: `${file}: ${counted(coverage.asked, 'prediction')}, no problems`,
        zh: `${file}：${coverage.asked} 条预测，没有问题`,
      });
    } else await printProblems(problems, terminal);
    if (problems.length > 0) {
      throw new UserError(
        'check-failed',
        { en: `${counted(problems.length, 'problem')} found`, zh: `发现 ${problems.length} 个问题` },
        { file },
      );
    }
  },
});

const oneOfBoth = (): UserError =>
  new UserError(
    'missing-option',
    { en: 'Name either --predictions or --cblue', zh: '请指定 --predictions 或 --cblue 之一' },
    {
      field: 'predictions',
      hint: { en: '`chineseblue check --help` shows the usage.', zh: '用法见 `chineseblue check --help`。' },
      exitCode: EXIT.usage,
    },
  );

/** Refuses what the official checkers refuse, and shows what they miss. */
async function checkCblue(path: string, dir: string, terminal: Terminal): Promise<void> {
  const { checkSubmission } = await import('../../scoring/submissions/check.ts');
  const { submittedTasks } = await import('../../tasks/suites/registry.ts');
  const { files, problems } = await checkSubmission({
    ...{ path, dir },
    tasks: ['cblue', 'promptcblue', 'ccks'].flatMap(submittedTasks),
  });
  const fatal = problems.filter(({ severity }) => severity === 'refused');
  if (terminal.json) terminal.printJson({ files, problems });
  else await printSubmission({ files, problems }, terminal);
  if (fatal.length === 0) return;
  throw new UserError(
    'check-failed',
    {
      en: `${counted(fatal.length, 'problem')} for which the official checker rejects the file`,
      zh: `${fatal.length} 个官方校验不接受的问题`,
    },
    { file: path },
  );
}

/** Problems that are shown; JSON has all. */
const SHOWN = 50;

async function printSubmission({ files, problems }: CheckedSubmission, terminal: Terminal): Promise<void> {
  const { say } = terminal;
  for (const { file, task, records, questions } of files) {
    const own = problems.filter((problem) => problem.file === file);
    const refused = own.filter(({ severity }) => severity === 'refused').length;
    terminal.printText({
      en: `${file} (${task}): ${counted(records, 'record')}${questions === undefined ? '' : ` for ${counted(questions, 'question')}`}, ${refused} rejected, ${own.length - refused} missed by the official checker`,
      zh: `${file}（${task}）：${records} 条记录${questions === undefined ? '' : `，对应 ${questions} 道题`}，官方检查器拒绝 ${refused} 处，漏检 ${own.length - refused} 处`,
    });
    if (questions === undefined)
      terminal.note({
        en: `The raw test file of ${task} was not found: only the format was checked.`,
        zh: `缺少 ${task} 的原始测试文件，只校验了格式。`,
      });
  }
  if (problems.length === 0) return;
  await terminal.table(
    [
      say({ en: 'file', zh: '文件' }),
      say({ en: 'line', zh: '行' }),
      { head: 'id', dropRank: 2 },
      { head: say({ en: 'field', zh: '字段' }), dropRank: 1 },
      say({ en: 'official checker', zh: '官方校验' }),
      say({ en: 'problem', zh: '问题' }),
    ],
    problems
      .slice(0, SHOWN)
      .map(({ file, line, id, field, severity, message }) => [
        ...[file, String(line ?? ''), id ?? '', field ?? ''],
        say(severity === 'refused' ? { en: 'rejects', zh: '不接受' } : { en: 'misses', zh: '未发现' }),
        say(message),
      ]),
  );
  if (problems.length > SHOWN)
    terminal.note({
      en: `${problems.length - SHOWN} more: --json lists all.`,
      zh: `另有 ${problems.length - SHOWN} 处，--json 列出全部。`,
    });
}

async function printProblems(problems: ReadPredictions['problems'], { say, table }: Terminal): Promise<void> {
  await table(
    [
      say({ en: 'line', zh: '行' }),
      'id',
      { head: say({ en: 'code', zh: '代码' }), dropRank: 1 },
      { head: say({ en: 'field', zh: '字段' }), dropRank: 2 },
      say({ en: 'problem', zh: '问题' }),
    ],
    problems.map(({ line, id, code, field, message }) => [
      String(line ?? ''),
      id ?? '',
      code,
      field ?? '',
      say(message),
    ]),
  );
}
