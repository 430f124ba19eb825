import { EXIT, UserError } from '../../ground/errors.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { textOption } from '../options.ts';

export const initCommand: CommandSpec = {
  name: 'init',
  summary: { en: 'make a small BERT of random weights', zh: '生成随机初始化的小型 BERT' },
  options: [
    { flags: '--layers <n>', summary: { en: 'layers', zh: '层数' }, default: '4' },
    { flags: '--hidden <n>', summary: { en: 'hidden size', zh: '隐层维度' }, default: '256' },
    {
      flags: '--heads <n>',
      summary: { en: 'attention heads (default: one for every 64)', zh: '注意力头数（默认每 64 维一个）' },
    },
    {
      flags: '--positions <n>',
      summary: { en: 'longest sequence in tokens', zh: '最大序列长度（词元）' },
      default: '512',
    },
    {
      flags: '--vocab <file>',
      summary: { en: 'vocab.txt, tokenizer.json or a model', zh: 'vocab.txt、tokenizer.json 或模型' },
    },
    { flags: '--seed <n>', summary: { en: 'the seed', zh: '随机种子' }, default: '0' },
    { flags: '--out <dir>', summary: { en: 'the folder to make', zh: '输出目录' } },
  ],
  examples: ['chineseblue init --layers 4 --hidden 256 --vocab vocab.txt --out tiny-bert'],
  async run({ options, terminal }) {
    const out = textOption(options, 'out');
    const { initFolder } = await import('../../encoders/folder/init.ts');
    const { config } = await initFolder({
      layers: countOption(options, 'layers'),
      hidden: countOption(options, 'hidden'),
      heads: options.heads === undefined ? undefined : countOption(options, 'heads'),
      positions: countOption(options, 'positions'),
      vocab: textOption(options, 'vocab'),
      seed: Number(textOption(options, 'seed')),
      out,
    });
    if (terminal.json) return terminal.printJson({ out, config });
    const { layers, hiddenSize, vocabSize } = config;
    terminal.print(
      terminal.say({
        en: `${out}: ${layers} layers of ${hiddenSize}, ${vocabSize} WordPieces, random weights`,
        zh: `${out}：${layers} 层 × ${hiddenSize} 维，${vocabSize} 个词元，随机权重`,
      }),
    );
  },
};

/** A whole number from 1. */
function countOption(options: Invocation['options'], name: string): number {
  const text = textOption(options, name);
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UserError('bad-number', `--${name} must be a whole number from 1, not "${text}"`, {
    exitCode: EXIT.usage,
  });
}
