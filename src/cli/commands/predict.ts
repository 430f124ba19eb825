import { counted } from '../../ground/counted.ts';
import { text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import {
  ANSWERING,
  KEPT_MODEL,
  MODEL_FILE,
  modelFileOption,
  PARAM,
  parameterOptions,
} from '../model-options.ts';
import { noteOpened, openQuestions } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';

export const INPUT = {
  input: text({
    placeholder: 'file',
    summary: {
      en: 'inputs as JSON Lines, instead of a split; - is standard input',
      zh: 'JSON Lines 输入文件，代替数据划分；- 为标准输入',
    },
  }),
};

export const predictCommand = defineCommand({
  name: 'predict',
  summary: {
    en: 'predict a split or your own inputs with a kept model',
    zh: '用已保存的模型预测数据划分或自己的输入',
  },
  options: {
    ...TASK,
    ...KEPT_MODEL,
    ...SPLIT,
    ...INPUT,
    out: text({
      required: true,
      placeholder: 'file',
      summary: {
        en: 'output file: JSON Lines, or Parquet if the name ends in .parquet; - is standard output',
        zh: '预测结果文件：JSON Lines，文件名以 .parquet 结尾时为 Parquet；- 为标准输出',
      },
    }),
    ...ANSWERING,
    ...PARAM,
    ...TASK_FILE,
    ...MODEL_FILE,
    ...DATA_DIR,
  },
  excludes: { input: ['split'] },
  examples: [
    'chineseblue predict --task cMedQANER --model crf:crf.bin --out predictions.jsonl',
    'chineseblue predict --task cMedQQ --model bert:my-model --dtype int8 --out predictions.jsonl',
  ],
  finishing: {
    en: 'finishing the current inputs; what was predicted is kept',
    zh: '正在完成当前输入，已有预测会保留',
  },
  async run({ options, terminal, signal }) {
    const { out, model } = options;
    const own = await modelFileOption(options);
    const { task, questions, of, dataset } = await openQuestions(options);
    const { isStandardOutput } = await import('../../ground/files.ts');
    const { loadKept } = await import('../../evaluation/fitted.ts');
    const { predictToFile } = await import('../../evaluation/predict-file.ts');
    const kept = await loadKept(model, task, await parameterOptions(options), own?.sha256);
    if (dataset) noteOpened(dataset, terminal);
    const progress = terminal.progress(terminal.say({ en: 'Predicting', zh: '预测中' }));
    const { predictions, unanswered } = await predictToFile(
      { ...kept, task, questions, of, out },
      { signal, onProgress: progress.update },
    ).finally(progress.stop);
    if (isStandardOutput(out)) return;
    if (terminal.json) return terminal.printJson({ out, predictions, unanswered });
    const rest =
      unanswered > 0
        ? { en: `, ${counted(unanswered, 'input')} without one`, zh: `，另有 ${unanswered} 条输入没有预测` }
        : { en: '', zh: '' };
    terminal.print(
      terminal.say({
        en: `${out}: ${counted(predictions, 'prediction')}${rest.en}`,
        zh: `${out}：${predictions} 条预测${rest.zh}`,
      }),
    );
  },
});
