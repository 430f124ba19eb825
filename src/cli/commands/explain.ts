import { EXIT, UserError } from '../../ground/errors.ts';
import type { CommandSpec } from '../command.ts';
import { DATA_DIR, MODEL_FILE, SPLIT, TASK_FILE, textOption } from '../options.ts';
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
    MODEL_FILE,
    DATA_DIR,
  ],
  examples: ['chineseblue explain --task cMedIC --model linear:linear.bin --id 3'],
  async run({ options, terminal, signal }) {
    const id = textOption(options, 'id');
    const { task, questions, kind, fitted } = await loadQuestionsAndModel(options);
    const question = questions.find((one) => one.id === id);
    if (!question) {
      const [first, last] = [questions[0].id, questions.at(-1)?.id];
      throw new UserError(
        'unknown-id',
        { en: `There is no example ${id}`, zh: `没有样本 ${id}` },
        {
          id,
          hint: { en: `Ids run from ${first} to ${last}.`, zh: `id 范围为 ${first} 至 ${last}。` },
        },
      );
    }
    if (!fitted.explain) throw await cannotExplain(kind.id);
    const { collectAnswers } = await import('../../models/answers.ts');
    const [answer] = await collectAnswers({ kind, fitted, task, inputs: [question.input], signal });
    const prediction = answer.status === 'answered' ? answer.prediction : answer;
    const reasons = fitted.explain(question.input).map((reason) => terminal.say(reason));
    if (terminal.json) return terminal.printJson({ ...question, prediction, reasons });
    terminal.print(JSON.stringify(prediction));
    for (const reason of reasons) terminal.print(reason);
  },
};

async function cannotExplain(id: string): Promise<UserError> {
  const { modelKinds } = await import('../../models/registry.ts');
  const able = modelKinds().flatMap((kind) => (kind.capabilities.explain ? [kind.id] : []));
  return new UserError(
    'cannot-explain',
    { en: `Models of kind ${id} do not explain their answers`, zh: `${id} 类模型不提供解释` },
    {
      hint: { en: `These do: ${able.join(', ')}.`, zh: `可解释的模型：${able.join('、')}。` },
      exitCode: EXIT.usage,
    },
  );
}
