import { text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { KEPT_MODEL, MODEL_FILE, modelFileOption } from '../model-options.ts';
import { openQuestions } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';
import { INPUT } from './predict.ts';

export const explainCommand = defineCommand({
  name: 'explain',
  summary: { en: 'explain the predictions of a kept model', zh: '解释已保存模型的预测依据' },
  options: {
    ...TASK,
    ...KEPT_MODEL,
    ...SPLIT,
    ...INPUT,
    id: text({
      required: true,
      placeholder: 'id',
      summary: { en: 'the example to explain', zh: '要解释的样本 id' },
    }),
    ...TASK_FILE,
    ...MODEL_FILE,
    ...DATA_DIR,
  },
  excludes: { input: ['split'] },
  examples: ['chineseblue explain --task cMedIC --model linear:linear.bin --id 3'],
  async run({ options, terminal, signal }) {
    await modelFileOption(options);
    const { task, questions } = await openQuestions(options);
    const { loadKept } = await import('../../evaluation/fitted.ts');
    const { explainAnswer } = await import('../../evaluation/explain.ts');
    const kept = await loadKept(options.model, task);
    const { question, answer, reasons } = await explainAnswer({
      ...kept,
      task,
      questions,
      id: options.id,
      signal,
    });
    const prediction = answer.status === 'answered' ? answer.prediction : answer;
    const said = reasons.map((reason) => terminal.say(reason));
    if (terminal.json) return terminal.printJson({ ...question, prediction, reasons: said });
    terminal.print(JSON.stringify(prediction));
    for (const reason of said) terminal.print(reason);
  },
});
