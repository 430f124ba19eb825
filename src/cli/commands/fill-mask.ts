import type { CommandSpec } from '../command.ts';
import { numberOption } from '../numbers.ts';

export const fillMaskCommand: CommandSpec = {
  name: 'fill-mask',
  summary: { en: 'what a pretrained model writes for [MASK]', zh: '查看预训练模型对 [MASK] 的预测' },
  operands: '<model> <text>',
  options: [
    {
      flags: '--top <n>',
      summary: { en: 'tokens for every mask', zh: '每个掩码给出的词元数' },
      default: '5',
    },
  ],
  examples: ["chineseblue fill-mask cbert '孩子一直[MASK][MASK]，吃什么药？'"],
  async run({ operands, options, terminal }) {
    const { fillMasks } = await import('../../pretraining/fill.ts');
    const [model, text] = operands;
    const masks = await fillMasks(model, text, numberOption(options, 'top', 1, 1000, 'whole'));
    if (terminal.json) return terminal.printJson({ text, masks });
    const rows = masks.map((found, i) => [
      String(i + 1),
      ...found.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(1)} %`),
    ]);
    await terminal.table(['[MASK]', ...masks[0].map((_, i) => String(i + 1))], rows);
  },
};
