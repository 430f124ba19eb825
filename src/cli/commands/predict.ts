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
  summary: { en: 'inputs as JSON Lines, instead of a split', zh: 'JSON Lines 输入文件，代替数据划分' },
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
      summary: { en: 'where the predictions go (JSON Lines)', zh: '预测结果文件（JSON Lines）' },
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
  async run({ options, terminal, signal }) {
    const out = textOption(options, 'out');
    const { task, questions, kind, fitted } = await loadQuestionsAndModel(options);
    const { collectAnswers, predictionOf } = await import('../../models/answers.ts');
    const { writePredictions } = await import('../../scoring/write.ts');
    const progress = terminal.progress(terminal.say({ en: 'Predicting', zh: '预测中' }));
    const inputs = questions.map(({ input }) => input);
    const answers = await collectAnswers({
      ...{ kind, fitted, task, inputs, signal },
      onProgress: progress.update,
    }).finally(progress.stop);
    const answered = questions.flatMap(({ id }, i) => {
      const prediction = predictionOf(answers[i]);
      return prediction ? [{ id, prediction }] : [];
    });
    await writePredictions(
      out,
      answered,
      answered.map(({ prediction }) => prediction),
    );
    const unanswered = questions.length - answered.length;
    if (terminal.json) return terminal.printJson({ out, predictions: answered.length, unanswered });
    const rest =
      unanswered > 0
        ? { en: `, ${unanswered} inputs without one`, zh: `，另有 ${unanswered} 条输入没有预测` }
        : { en: '', zh: '' };
    terminal.print(
      terminal.say({
        en: `${out}: ${answered.length} predictions${rest.en}`,
        zh: `${out}：${answered.length} 条预测${rest.zh}`,
      }),
    );
  },
};

/** What `predict` and `explain` start from: inputs of a split or of a file, and the kept model. */
export async function loadQuestionsAndModel(options: Invocation['options']) {
  const name = textOption(options, 'model');
  await modelFileOption(options);
  const { task, dataset, part } = await openTaskData(options);
  const { readInputs } = await import('../../datasets/inputs.ts');
  const { loadKept } = await import('../../evaluation/fitted.ts');
  const questions =
    typeof options.input === 'string'
      ? await readInputs(options.input, task)
      : (await dataset.split(part)).questions;
  return { task, questions, ...(await loadKept(name, task, await parameterOptions(options))) };
}
