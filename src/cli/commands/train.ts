import type { CommandSpec } from '../command.ts';
import { dataDirOf, noteLabelDoubts } from '../open-task.ts';
import {
  ANSWERING,
  chooseTask,
  DATA_DIR,
  MODEL_FILE,
  modelFileOption,
  PARAM,
  parameterOptions,
  TASK_FILE,
  textOption,
} from '../options.ts';

export const trainCommand: CommandSpec = {
  name: 'train',
  summary: { en: 'fit one model on a task and keep it', zh: '在一个任务上训练并保存模型' },
  options: [
    { flags: '--task <name>', summary: { en: 'the task', zh: '任务' } },
    { flags: '--model <kind>', summary: { en: 'the kind of model', zh: '模型类型' }, default: 'linear' },
    { flags: '--out <path>', summary: { en: 'where to keep it', zh: '模型保存位置' } },
    PARAM,
    ...ANSWERING,
    { flags: '--seed <n>', summary: { en: 'the seed', zh: '随机种子' }, default: '0' },
    {
      flags: '--force',
      summary: { en: 'discard what an interrupted training left', zh: '丢弃中断训练留下的检查点' },
    },
    TASK_FILE,
    MODEL_FILE,
    DATA_DIR,
  ],
  examples: ['chineseblue train --task cMedQANER --model crf --out crf.bin'],
  finishing: {
    en: 'finishing the current step and keeping a checkpoint',
    zh: '正在完成当前步骤并保存检查点',
  },
  async run({ options, terminal, signal }) {
    const out = textOption(options, 'out');
    const task = await chooseTask(options);
    await noteLabelDoubts([task], await dataDirOf(options), terminal);
    const { parseModel, parseSeeds } = await import('../../evaluation/plans.ts');
    const { trainAndKeep } = await import('../../evaluation/fitted.ts');
    await modelFileOption(options);
    const { kind, parameters } = parseModel(textOption(options, 'model'));
    const progress = terminal.progress(kind.id);
    const sheet = await trainAndKeep(
      {
        task,
        model: kind.id,
        parameters: { ...(await parameterOptions(options)), ...parameters },
        seed: parseSeeds([textOption(options, 'seed')])[0],
        dataDir: await dataDirOf(options),
        out,
        force: options.force === true,
      },
      { onProgress: progress.update, signal },
    ).finally(progress.stop);
    if (terminal.json) return terminal.printJson({ out, scores: sheet });
    const { printSheet } = await import('../tables.ts');
    await printSheet(sheet, terminal);
    terminal.print(
      terminal.say({
        en: `Kept in ${out}: --model ${kind.id}:${out}`,
        zh: `已保存到 ${out}：--model ${kind.id}:${out}`,
      }),
    );
  },
};
