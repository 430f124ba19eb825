import type { CommandSpec } from '../command.ts';
import { choiceOption } from '../numbers.ts';
import { textOption } from '../options.ts';

const importing: CommandSpec = {
  name: 'import',
  summary: {
    en: 'rewrite TensorFlow 1 or PyTorch weights as a Hugging Face folder',
    zh: '将 TensorFlow 1 或 PyTorch 权重转换为 Hugging Face 目录',
  },
  operands: '<dir>',
  options: [
    { flags: '--out <dir>', summary: { en: 'the folder to make', zh: '输出目录' } },
    {
      flags: '--dtype <name>',
      summary: { en: 'fp32, or fp16: half the size', zh: 'fp32，或 fp16（大小减半）' },
      default: 'fp32',
    },
  ],
  examples: [
    'chineseblue model import mc_bert_base --out mc-bert',
    'chineseblue model import cbert --dtype fp16 --out cbert-fp16',
  ],
  async run({ operands, options, terminal }) {
    const { importModel } = await import('../../bert/folder/import.ts');
    const { PRECISIONS } = await import('../../bert/weights/safetensors_write.ts');
    const out = textOption(options, 'out');
    const precision = choiceOption(options, 'dtype', PRECISIONS);
    const { format, config, tensors, parameters } = await importModel(operands[0], out, precision);
    const { architecture } = config;
    if (terminal.json) return terminal.printJson({ out, format, architecture, tensors, parameters });
    terminal.print(
      terminal.say({
        en: `${out}: ${architecture}, ${tensors} tensors, ${parameters} parameters, read from ${format}. Fine-tune it with --model bert:${out}`,
        zh: `${out}：${architecture}，${tensors} 个张量，${parameters} 个参数，来自 ${format}。用 --model bert:${out} 微调`,
      }),
    );
  },
};

export const modelCommand: CommandSpec = {
  name: 'model',
  summary: { en: 'import models', zh: '导入模型' },
  subcommands: [importing],
  examples: ['chineseblue model import mc_bert_base --out mc-bert'],
};
