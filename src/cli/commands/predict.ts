import { rm } from 'node:fs/promises';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { openTaskData } from '../open-task.ts';
import {
  ANSWERING,
  DATA_DIR,
  MODEL_FILE,
  modelFileOption,
  PARAM,
  parameterOptions,
  SPLIT,
  TASK_FILE,
  textOption,
} from '../options.ts';

export const KEPT_MODEL = {
  flags: '--model <kind:path>',
  summary: {
    en: 'a model that `train` or `run --keep-model` kept',
    zh: '由 train 或 run --keep-model 保存的模型',
  },
};
export const INPUT = {
  flags: '--input <file>',
  summary: {
    en: 'inputs as JSON Lines, instead of a split; - is standard input',
    zh: 'JSON Lines 输入文件，代替数据划分；- 为标准输入',
  },
};

export const predictCommand: CommandSpec = {
  name: 'predict',
  summary: {
    en: 'answer a split or your own inputs with a kept model',
    zh: '用已保存的模型预测数据划分或自己的输入',
  },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    KEPT_MODEL,
    SPLIT,
    INPUT,
    {
      flags: '--out <file>',
      summary: {
        en: 'where the predictions go (JSON Lines); - is standard output',
        zh: '预测结果文件（JSON Lines）；- 为标准输出',
      },
    },
    ...ANSWERING,
    PARAM,
    TASK_FILE,
    MODEL_FILE,
    DATA_DIR,
  ],
  examples: [
    'chineseblue predict --task cMedQANER --model crf:crf.bin --out predictions.jsonl',
    'chineseblue predict --task cMedQQ --model bert:my-model --dtype int8 --out predictions.jsonl',
  ],
  finishing: {
    en: 'finishing the current inputs; what was predicted is kept',
    zh: '正在完成当前输入，已有预测会保留',
  },
  async run({ options, terminal, signal }) {
    const out = textOption(options, 'out');
    const { task, questions, of, kind, fitted } = await loadQuestionsAndModel(options);
    const { isStandardOutput } = await import('../../ground/files.ts');
    const { collectAnswers, interpretReplies } = await import('../../models/answers.ts');
    const { createHeader } = await import('../../scoring/header.ts');
    const { writeAnswers } = await import('../../scoring/write.ts');
    const progress = terminal.progress(terminal.say({ en: 'Predicting', zh: '预测中' }));
    const inputs = questions.map(({ input }) => input);
    const header = createHeader(task, questions, of);
    const asking = { kind, fitted, task, inputs, replies: new Map() };
    const answers = await collectAnswers({ ...asking, signal, onProgress: progress.update })
      .catch(async (error) => {
        if (!signal.aborted || asking.replies.size === 0) throw error;
        const kept = isStandardOutput(out) ? out : `${out}.partial`;
        const known = [...asking.replies.keys()].sort((a, b) => a - b);
        const all = interpretReplies(asking);
        const rows = [known.map((i) => questions[i]), known.map((i) => all[i])] as const;
        await writeAnswers(kept, ...rows, header);
        throw partial(kept, asking.replies.size, inputs.length);
      })
      .finally(progress.stop);
    await writeAnswers(out, questions, answers, header);
    if (!isStandardOutput(out)) await rm(`${out}.partial`, { force: true });
    if (isStandardOutput(out)) return;
    const answered = answers.filter(({ status }) => status === 'answered').length;
    const unanswered = questions.length - answered;
    if (terminal.json) return terminal.printJson({ out, predictions: answered, unanswered });
    const rest =
      unanswered > 0
        ? { en: `, ${unanswered} inputs without one`, zh: `，另有 ${unanswered} 条输入没有预测` }
        : { en: '', zh: '' };
    terminal.print(
      terminal.say({
        en: `${out}: ${answered} predictions${rest.en}`,
        zh: `${out}：${answered} 条预测${rest.zh}`,
      }),
    );
  },
};

/** What Ctrl-C left of the predictions, and where. */
const partial = (file: string, predicted: number, asked: number): UserError =>
  new UserError(
    'interrupted',
    {
      en: `Interrupted after ${predicted} of ${asked} inputs`,
      zh: `已中断：完成 ${asked} 条输入中的 ${predicted} 条`,
    },
    {
      file,
      hint: {
        en: 'Their predictions are kept in this file; the same command predicts all inputs.',
        zh: '已有预测保存在该文件中；再次执行同一命令会预测全部输入。',
      },
      exitCode: EXIT.interrupted,
    },
  );

/** What `predict` and `explain` start from: inputs of a split or of a file, and the kept model. */
export async function loadQuestionsAndModel(options: Invocation['options']) {
  const name = textOption(options, 'model');
  await modelFileOption(options);
  const { task, dataset, split, part } = await openTaskData(options);
  const { readInputs } = await import('../../datasets/inputs.ts');
  const { loadKept } = await import('../../evaluation/fitted.ts');
  const [questions, of] =
    typeof options.input === 'string'
      ? [await readInputs(options.input, task), {}]
      : [(await dataset.split(part)).questions, { split, scheme: dataset.scheme }];
  return { task, questions, of, ...(await loadKept(name, task, await parameterOptions(options))) };
}
