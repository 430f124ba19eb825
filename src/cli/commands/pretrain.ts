import type { Kind } from '../../bert/pretrain/units.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { numberOption } from '../numbers.ts';
import { PRETRAINING_OPTIONS, readPretrainingMaterial } from '../pretraining.ts';
import type { Terminal } from '../terminal.ts';

/** Prints masked sequences of an epoch, so that people can see what would be learnt. */
async function showMasks(
  options: Invocation['options'],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { createBatches } = await import('../../bert/pretrain/batch.ts');
  const { countKinds, renderUnits, showUnits } = await import('../masks.ts');
  const count = numberOption(options, 'showMasks', 1, 100_000, 'whole');
  const epoch = numberOption(options, 'epoch', 0, 1e6, 'whole');
  const { tokenizer, train, batches } = await readPretrainingMaterial(options, signal);
  const { sequence } = createBatches(train, tokenizer.vocabulary, { ...batches, batchSize: 1 });
  const sequences = Array.from({ length: count }, (_, index) => sequence(epoch, index));
  if (terminal.json) {
    const shown = sequences.map((item) => ({
      next: item.next,
      units: showUnits(item, tokenizer.vocabulary),
    }));
    return terminal.printJson({ epoch, ...countKinds(sequences), sequences: shown });
  }
  const { default: colours } = await import('picocolors');
  const paint = (text: string, kind: Kind, masked: boolean): string => {
    const colour = { entity: colours.yellow, span: colours.cyan, other: colours.magenta }[kind];
    if (masked) return colours.bold(colours.inverse(colour(text)));
    return kind === 'other' ? text : colour(text);
  };
  const say = terminal.say;
  terminal.print(
    [
      say({ en: '〔masked〕 〔was→random〕 〔left＝〕', zh: '〔已掩码〕 〔原词→随机〕 〔保留＝〕' }),
      paint(say({ en: 'entity', zh: '实体' }), 'entity', true),
      paint(say({ en: 'span', zh: '短语' }), 'span', true),
      paint(say({ en: 'other', zh: '其他' }), 'other', true),
    ].join('  '),
  );
  const follows = {
    0: say({ en: 'the second part follows', zh: '后段承接前段' }),
    1: say({ en: 'the second part is from elsewhere', zh: '后段来自他处' }),
    '-1': say({ en: 'single sentences', zh: '单句' }),
  };
  for (const [index, item] of sequences.entries()) {
    terminal.print(`\n${colours.dim(`${index} ${follows[item.next]}`)}`);
    terminal.print(renderUnits(showUnits(item, tokenizer.vocabulary), paint));
  }
  const { tokens, masked } = countKinds(sequences);
  const total = masked.entity + masked.span + masked.other;
  terminal.print(
    say({
      en: `\n${total} of ${tokens} tokens to predict (${((100 * total) / tokens).toFixed(1)} %): ${masked.entity} of entities, ${masked.span} of spans, ${masked.other} others.`,
      zh: `\n共 ${tokens} 个词元，预测 ${total} 个（${((100 * total) / tokens).toFixed(1)}%）：实体 ${masked.entity}，短语 ${masked.span}，其他 ${masked.other}。`,
    }),
  );
}

export const pretrainCommand: CommandSpec = {
  name: 'pretrain',
  summary: { en: 'show what pretraining masks in a corpus', zh: '查看预训练在语料上的掩码' },
  options: [
    ...PRETRAINING_OPTIONS,
    {
      flags: '--show-masks <n>',
      summary: { en: 'print so many masked sequences', zh: '打印若干条掩码后的序列' },
      default: '20',
    },
    {
      flags: '--epoch <n>',
      summary: { en: 'of this epoch, counted from 0', zh: '第几轮（从 0 起）' },
      default: '0',
    },
  ],
  examples: [
    'chineseblue pretrain --corpus corpus --lexicon lexicon.tsv --phrases phrases.tsv --show-masks 20',
    'chineseblue pretrain --corpus corpus --lexicon lexicon.tsv --no-span --epoch 3 --show-masks 5',
  ],
  run: ({ options, terminal, signal }) => showMasks(options, terminal, signal),
};
