import { EXIT, UserError } from '../../ground/errors.ts';
import type { CommandSpec } from '../command.ts';
import { DATA_DIR, SPLIT, TASK_FILE, textOption } from '../options.ts';
import { INPUT, KEPT_MODEL, loadQuestionsAndModel } from './predict.ts';

export const explainCommand: CommandSpec = {
  name: 'explain',
  summary: { en: 'why a kept model answers as it does', zh: '解释已保存模型的预测依据' },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    KEPT_MODEL,
    SPLIT,
    INPUT,
    { flags: '--id <id>', summary: { en: 'the example to explain', zh: '要解释的样本 id' } },
    TASK_FILE,
    DATA_DIR,
  ],
  examples: ['chineseblue explain --task cMedIC --model linear:linear.bin --id 3'],
  async run({ options, terminal }) {
    const id = textOption(options, 'id');
    const { questions, fitted } = await loadQuestionsAndModel(options);
    const question = questions.find((one) => one.id === id);
    if (!question) {
      throw new UserError('unknown-id', `There is no example ${id}`, {
        id,
        hint: `Ids run from ${questions[0].id} to ${questions.at(-1)?.id}.`,
      });
    }
    if (!fitted.explain) {
      throw new UserError('cannot-explain', 'This kind of model does not explain itself', {
        hint: 'linear, knn and crf do.',
        exitCode: EXIT.usage,
      });
    }
    const [prediction] = await fitted.predict([question.input]);
    const reasons = fitted.explain(question.input);
    if (terminal.json) return terminal.printJson({ ...question, prediction, reasons });
    terminal.print(JSON.stringify(prediction));
    for (const reason of reasons) terminal.print(reason);
  },
};
