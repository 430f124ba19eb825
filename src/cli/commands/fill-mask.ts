import { integer } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';

export const fillMaskCommand = defineCommand({
  name: 'fill-mask',
  summary: { en: 'predict the tokens for each [MASK]', zh: '预测每个 [MASK] 处的词元' },
  operands: '<model> <text>',
  options: {
    top: integer({
      min: 1,
      max: 1000,
      default: 5,
      summary: { en: 'tokens per mask', zh: '每个掩码给出的词元数' },
    }),
  },
  examples: ["chineseblue fill-mask cbert '孩子一直[MASK][MASK]，吃什么药？'"],
  endsAtOnce: true,
  async run({ operands, options, terminal }) {
    const { fillMasks } = await import('../../pretraining/fill-mask.ts');
    const [model, text] = operands;
    const masks = await fillMasks(model, text, options.top);
    if (terminal.json) return terminal.printJson({ text, masks });
    const rows = masks.map((found, i) => [
      String(i + 1),
      ...found.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(1)} %`),
    ]);
    await terminal.table(['[MASK]', ...masks[0].map((_, i) => String(i + 1))], rows);
  },
});
