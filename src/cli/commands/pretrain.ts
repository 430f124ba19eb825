import { counted } from '../../ground/counted.ts';
import { integer, type Parsed, text } from '../../ground/parameters.ts';
import type { Kind } from '../../pretraining/masks/units.ts';
import type { Accuracy, PretrainingScores } from '../../pretraining/objective/evaluate.ts';
import {
  BATCHES,
  CHECKPOINTS,
  HARDWARE,
  HELD_OUT,
  MASKING,
  SHAPE,
  START,
  TRAINING,
  VOCABULARY,
} from '../../pretraining/parameters.ts';
import type { PreparationOptions } from '../../pretraining/prepare.ts';
import type { ShownMasks } from '../../pretraining/show-masks.ts';
import { defineCommand, type Invocation } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { requireOption } from '../typed-options.ts';

const OPTIONS = {
  out: text({
    placeholder: 'dir',
    summary: { en: 'the model folder to write; required for training', zh: '输出的模型目录，训练时必填' },
  }),
  ...START,
  ...MASKING,
  ...VOCABULARY,
  ...BATCHES,
  ...HELD_OUT,
  ...TRAINING,
  ...SHAPE,
  ...CHECKPOINTS,
  ...HARDWARE,
  exportBatches: text({
    placeholder: 'dir',
    summary: {
      en: 'do not train: write batches, initial model and a script for PyTorch + accelerate',
      zh: '不训练，只写出批数据、初始模型和 PyTorch + accelerate 训练脚本',
    },
  }),
  showMasks: integer({
    min: 1,
    max: 100_000,
    summary: {
      en: 'do not train: print N masked sequences',
      zh: '不训练，只打印 N 条掩码后的序列',
    },
  }),
  epoch: integer({
    min: 0,
    max: 1e6,
    default: 0,
    summary: {
      en: 'with --show-masks: the epoch, counted from 0',
      zh: '与 --show-masks 合用：从 0 计的轮次',
    },
  }),
};

type PretrainInvocation = Invocation<typeof OPTIONS>;

const dataOf = (corpus: string, options: Parsed<typeof OPTIONS>): PreparationOptions => ({
  corpus,
  masking: options,
  vocabulary: options,
  batches: options,
  heldOut: options.heldOut,
});

async function exportTo(
  { operands, options, terminal, signal }: PretrainInvocation,
  out: string,
): Promise<void> {
  const { exportBatches } = await import('../../pretraining/batch-export/export.ts');
  const progress = terminal.progress(terminal.say({ en: 'Exporting', zh: '导出中' }));
  const exported = await exportBatches(
    { data: dataOf(operands[0], options), out, start: options, shape: options, training: options },
    {
      signal,
      onProgress: (share, note) => progress.update(share, terminal.say(note)),
      onNote: terminal.note,
    },
  ).finally(progress.stop);
  if (terminal.json) return terminal.printJson(exported);
  terminal.printText({
    en: `${counted(exported.steps, 'step')} (${counted(exported.rows, 'sequence')}) in ${out}. Train there or on a cluster: \`accelerate launch ${out}/train.py --out MODEL\``,
    zh: `已将 ${exported.steps} 步（${exported.rows} 条序列）写入 ${out}。可在本机或集群上训练：\`accelerate launch ${out}/train.py --out MODEL\``,
  });
}

async function train({ operands, options, terminal, signal }: PretrainInvocation): Promise<void> {
  const folder = requireOption(OPTIONS, options, 'out');
  const { pretrainToFolder } = await import('../../pretraining/pretrain-folder.ts');
  const progress = terminal.progress(terminal.say({ en: 'Pretraining', zh: '预训练' }));
  const { out, steps, scores } = await pretrainToFolder(
    {
      data: dataOf(operands[0], options),
      out: folder,
      start: options,
      shape: options,
      training: options,
      hardware: options,
      checkpoints: options,
    },
    {
      signal,
      onProgress: (share, note) => progress.update(share, terminal.say(note)),
      onNote: terminal.note,
      onScores: (step, current) => terminal.note(`${step}: ${describeScores(current, terminal)}`),
    },
  ).finally(progress.stop);
  if (terminal.json) return terminal.printJson({ out, steps, scores });
  if (scores) terminal.print(describeScores(scores, terminal));
  terminal.print(
    terminal.say({
      en: `Saved to ${out}. Fine-tune it with --model bert:${out}`,
      zh: `已保存到 ${out}，可用 --model bert:${out} 微调`,
    }),
  );
}

/** Scores on held-out text in one line. */
function describeScores({ loss, masked, kinds, next }: PretrainingScores, { say }: Terminal): string {
  const share = ({ right, count }: Accuracy): string =>
    count > 0 ? `${((100 * right) / count).toFixed(1)} %` : '–';
  const byKind = { entity: share(kinds.entity), span: share(kinds.span), other: share(kinds.other) };
  return say({
    en: `held-out: loss ${loss.toFixed(4)}, masked-token accuracy ${share(masked)} (entity ${byKind.entity}, span ${byKind.span}, other ${byKind.other}), next sentence ${share(next)}`,
    zh: `留出文本：损失 ${loss.toFixed(4)}，掩码准确率 ${share(masked)}（实体 ${byKind.entity}，短语 ${byKind.span}，其他 ${byKind.other}），下一句 ${share(next)}`,
  });
}

async function show(
  { operands, options, terminal, signal }: PretrainInvocation,
  count: number,
): Promise<void> {
  const { showMasks } = await import('../../pretraining/show-masks.ts');
  const { epoch, init } = options;
  const shown = await showMasks(dataOf(operands[0], options), { count, epoch, init }, { signal });
  if (terminal.json) terminal.printJson(shown);
  else await printMasks(shown, terminal);
}

async function printMasks(
  { tokens, masked, sequences }: ShownMasks,
  { say, print }: Terminal,
): Promise<void> {
  const { renderUnits } = await import('../../pretraining/masks/show.ts');
  const { default: colours } = await import('picocolors');
  const paint = (text: string, kind: Kind, isMasked: boolean): string => {
    const colour = { entity: colours.yellow, span: colours.cyan, other: colours.magenta }[kind];
    if (isMasked) return colours.bold(colours.inverse(colour(text)));
    return kind === 'other' ? text : colour(text);
  };
  print(
    [
      say({
        en: '〔masked〕 〔original→random〕 〔unchanged＝〕',
        zh: '〔已掩码〕 〔原词→随机〕 〔保留＝〕',
      }),
      paint(say({ en: 'entity', zh: '实体' }), 'entity', true),
      paint(say({ en: 'span', zh: '短语' }), 'span', true),
      paint(say({ en: 'other', zh: '其他' }), 'other', true),
    ].join('  '),
  );
  const labels = {
    0: say({ en: 'the second part follows the first', zh: '后段承接前段' }),
    1: say({ en: 'the second part is from another document', zh: '后段来自其他文档' }),
    '-1': say({ en: 'single sentences', zh: '单句' }),
  };
  for (const [index, { next, units }] of sequences.entries()) {
    print(`\n${colours.dim(`${index} ${labels[next]}`)}`);
    print(renderUnits(units, paint));
  }
  const total = masked.entity + masked.span + masked.other;
  const share = ((100 * total) / tokens).toFixed(1);
  print(
    say({
      en: `\n${total} of ${tokens} tokens to predict (${share} %): entities ${masked.entity}, spans ${masked.span}, other ${masked.other}.`,
      zh: `\n共 ${tokens} 个词元，预测 ${total} 个（${share}%）：实体 ${masked.entity}，短语 ${masked.span}，其他 ${masked.other}。`,
    }),
  );
}

export const pretrainCommand = defineCommand({
  name: 'pretrain',
  summary: {
    en: 'pretrain a BERT on a corpus (C-BERT: whole entities and spans are masked)',
    zh: '在语料上预训练 BERT（C-BERT：整实体、整短语掩码）',
  },
  operands: '<corpus>',
  options: OPTIONS,
  needs: { epoch: ['showMasks'] },
  excludes: {
    init: ['vocabSize', 'layers', 'hidden', 'heads', 'maxPositions'],
    vocab: ['vocabSize'],
    exportBatches: ['out', 'showMasks', 'device', 'threads', 'checkpointMinutes'],
    showMasks: ['out', 'device', 'threads', 'checkpointMinutes', 'evaluateEvery', 'evaluateSequences'],
  },
  examples: [
    'chineseblue pretrain corpus --lexicon lexicon.tsv --phrases phrases.tsv --show-masks 20',
    'chineseblue pretrain corpus --lexicon lexicon.tsv --phrases phrases.tsv --steps 20000 --out cbert',
    'chineseblue pretrain corpus --init bert-base-chinese --lexicon lexicon.tsv --out further',
    'chineseblue pretrain corpus --lexicon lexicon.tsv --steps 100000 --export-batches batches',
  ],
  run: (invocation) => {
    const { showMasks, exportBatches } = invocation.options;
    if (exportBatches !== undefined) return exportTo(invocation, exportBatches);
    return showMasks === undefined ? train(invocation) : show(invocation, showMasks);
  },
});
