import { listed } from '../../ground/language.ts';
import { text } from '../../ground/parameters.ts';
import { type CommandSpec, defineCommand } from '../command.ts';
import { dataDirOf } from '../open-task.ts';
import { DATA_DIR, RUNS_DIR } from '../options.ts';

const pack = defineCommand({
  name: 'pack',
  summary: {
    en: 'predict test with kept models, or take files of predictions, and write the submission',
    zh: '用已保存的模型回答测试集或采用预测文件，写出提交文件',
  },
  operands: '<suite> <run...>',
  options: {
    out: text({
      required: true,
      placeholder: 'file',
      summary: { en: 'the zip file to submit', zh: '提交用的 zip 文件' },
    }),
    ...RUNS_DIR,
    ...DATA_DIR,
  },
  examples: [
    'chineseblue suite pack cblue runs/CMeEE-V2-dev-crf-s0-0a1b2c3d4e --out submission.zip',
    'chineseblue suite pack cblue predictions.jsonl --out submission.zip',
  ],
  async run({ operands: [name, ...sources], options, terminal, signal }) {
    const { packSubmission } = await import('../../evaluation/submission.ts');
    const { submittedTasks } = await import('../../tasks/suites/registry.ts');
    const { out, runsDir } = options;
    const tasks = submittedTasks(name);
    const progress = terminal.progress(terminal.say({ en: 'Predicting test', zh: '预测测试集' }));
    const files = await packSubmission({
      ...{ sources, tasks, out, runsDir, signal },
      dataDir: await dataDirOf(options),
      onProgress: progress.update,
    }).finally(progress.stop);
    if (terminal.json)
      return terminal.printJson({
        out,
        files: files.map(({ name: file, unanswered }) => ({ file, unanswered })),
      });
    const names = listed(files.map(({ name: file }) => file));
    terminal.printText({ en: `${out}: ${names.en}`, zh: `${out}：${names.zh}` });
    for (const { name: file, unanswered } of files) {
      if (unanswered === 0) continue;
      terminal.note({
        en: `${file}: ${unanswered} questions have no answer; an empty answer or the first label is submitted instead.`,
        zh: `${file}：${unanswered} 个问题没有答案，以空答案或首个标签代替。`,
      });
    }
  },
});

export const suiteCommand: CommandSpec = {
  name: 'suite',
  summary: { en: 'write submissions to the leaderboards of suites', zh: '任务集的榜单提交' },
  examples: ['chineseblue suite pack cblue RUN --out submission.zip'],
  subcommands: [pack],
};
