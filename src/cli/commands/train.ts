import { flag, integer, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { ANSWERING, MODEL_FILE, modelFileOption, PARAM, parameterOptions } from '../model-options.ts';
import { chooseTask, dataDirOf, noteDatasets } from '../open-task.ts';
import { DATA_DIR, TASK, TASK_FILE } from '../options.ts';

export const trainCommand = defineCommand({
  name: 'train',
  summary: { en: 'fit one model on a task and save it', zh: '在一个任务上训练并保存模型' },
  options: {
    ...TASK,
    model: text({
      required: true,
      placeholder: 'kind',
      default: 'linear',
      summary: { en: 'the kind of model', zh: '模型类型' },
    }),
    out: text({
      required: true,
      placeholder: 'path',
      summary: { en: 'where to save it', zh: '模型保存位置' },
    }),
    ...PARAM,
    ...ANSWERING,
    seed: integer({ min: 0, default: 0, summary: { en: 'random seed', zh: '随机种子' } }),
    force: flag({
      default: false,
      summary: { en: 'discard the checkpoints of an interrupted training', zh: '丢弃中断训练留下的检查点' },
    }),
    ...TASK_FILE,
    ...MODEL_FILE,
    ...DATA_DIR,
  },
  examples: ['chineseblue train --task cMedQANER --model crf --out crf.bin'],
  finishing: {
    en: 'finishing the current step and saving a checkpoint',
    zh: '正在完成当前步骤并保存检查点',
  },
  async run({ options, terminal, signal }) {
    const { out, seed, force } = options;
    const task = await chooseTask(options);
    const dataDir = await dataDirOf(options);
    await noteDatasets([{ task, dir: dataDir, split: 'test' }], terminal);
    const { parseModel } = await import('../../evaluation/plans.ts');
    const { trainAndKeep } = await import('../../evaluation/fitted.ts');
    await modelFileOption(options);
    const { kind, parameters: named } = parseModel(options.model);
    const parameters = { ...(await parameterOptions(options)), ...named };
    const progress = terminal.progress(kind.id);
    const sheet = await trainAndKeep(
      { task, model: kind.id, parameters, seed, dataDir, out, force },
      { onProgress: progress.update, onNote: terminal.note, signal },
    ).finally(progress.stop);
    if (terminal.json) return terminal.printJson({ out, scores: sheet });
    const { printSheet } = await import('../tables.ts');
    await printSheet(sheet, terminal);
    terminal.print(
      terminal.say({
        en: `Saved to ${out}: --model ${kind.id}:${out}`,
        zh: `已保存到 ${out}：--model ${kind.id}:${out}`,
      }),
    );
  },
});
