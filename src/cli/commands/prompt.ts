import { integer, text } from '../../ground/parameters.ts';
import { parameters as llm } from '../../models/llm/parameters.ts';
import { defineCommand } from '../command.ts';
import { openTaskData } from '../open-task.ts';
import { DATA_DIR, SPLIT, TASK, TASK_FILE } from '../options.ts';

const { promptFile, promptLanguage, ranking, mode, shots, choice } = llm;

export const promptCommand = defineCommand({
  name: 'prompt',
  summary: {
    en: 'show what is sent to a language model: the prompt of a task, or the complete request for one example',
    zh: '查看向大语言模型提出的内容：任务的提示词，或某个样本实际发送的全部内容',
  },
  options: {
    ...TASK,
    ...SPLIT,
    id: text({
      placeholder: 'id',
      summary: {
        en: 'id of an example; if omitted, the prompt is printed as JSON',
        zh: '样本 id；省略时以 JSON 输出提示词',
      },
    }),
    ...{ shots, choice, ranking, mode, promptLanguage, promptFile },
    seed: integer({
      min: 0,
      default: 0,
      summary: { en: 'random seed of the worked examples', zh: '选取示例的随机种子' },
    }),
    ...TASK_FILE,
    ...DATA_DIR,
  },
  needs: {
    split: ['id'],
    shots: ['id'],
    mode: ['id'],
    choice: ['shots'],
    seed: ['shots'],
  },
  examples: [
    'chineseblue prompt --task cMedQANER',
    'chineseblue prompt --task cMedQANER --id 3 --shots 2 --choice nearest',
  ],
  endsAtOnce: true,
  async run({ options, terminal }) {
    const { previewPrompt, promptOf } = await import('../../models/llm/preview.ts');
    const { id, seed, shots, choice, ranking, mode, promptLanguage, promptFile } = options;
    const given = {
      shots,
      choice,
      ranking,
      mode,
      promptLanguage,
      ...(promptFile !== undefined && { promptFile }),
    };
    const { task, dataset, part } = await openTaskData(options);
    if (id === undefined) return terminal.printJson(await promptOf(task, given));
    const { findQuestion } = await import('../../datasets/find-question.ts');
    const { input } = findQuestion(id, (await dataset.split(part)).questions);
    const division = await dataset.division(part);
    const preview = await previewPrompt(task, input, { train: division.train, seed, given });
    if (terminal.json) return terminal.printJson(preview);
    for (const [i, messages] of preview.calls.entries()) {
      if (preview.calls.length > 1) terminal.print(`#### ${i + 1}/${preview.calls.length}`);
      for (const { role, content } of messages) terminal.print(`## ${role}\n${content}\n`);
    }
    if (preview.schema) {
      terminal.printText({ en: '## JSON schema', zh: '## JSON Schema' });
      terminal.print(`${JSON.stringify(preview.schema)}\n`);
    }
    terminal.note(
      terminal.say({
        en: `${preview.prompt}, about ${preview.tokens.reduce((a, b) => a + b, 0)} tokens`,
        zh: `${preview.prompt}，约 ${preview.tokens.reduce((a, b) => a + b, 0)} 个 token`,
      }),
    );
  },
});
