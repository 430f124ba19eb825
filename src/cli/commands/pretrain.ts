import { EXIT, UserError } from '../../ground/errors.ts';
import type { Accuracy, PretrainingScores } from '../../pretraining/objective/evaluate.ts';
import type { Kind } from '../../pretraining/objective/units.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { choiceOption, numberOption } from '../numbers.ts';
import { textOption } from '../options.ts';
import { PRETRAINING_OPTIONS, readPretrainingMaterial } from '../pretraining.ts';
import type { Terminal } from '../terminal.ts';

/** Prints masked sequences of an epoch, so that people can see what would be learnt. */
async function showMasks({ operands, options, terminal, signal }: Invocation): Promise<void> {
  const { createBatches } = await import('../../pretraining/objective/batch.ts');
  const { countKinds, renderUnits, showUnits } = await import('../masks.ts');
  const count = numberOption(options, 'showMasks', 1, 100_000, 'whole');
  const epoch = numberOption(options, 'epoch', 0, 1e6, 'whole');
  const { tokenizer, train, batches } = await readPretrainingMaterial(operands[0], options, { signal });
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

/** Held-out accuracies on a line. */
function describeScores({ loss, masked, kinds, next }: PretrainingScores, { say }: Terminal): string {
  const share = ({ right, count }: Accuracy): string =>
    count > 0 ? `${((100 * right) / count).toFixed(1)} %` : '–';
  const byKind = { entity: share(kinds.entity), span: share(kinds.span), other: share(kinds.other) };
  return say({
    en: `held out: loss ${loss.toFixed(4)}, masked ${share(masked)} (entity ${byKind.entity}, span ${byKind.span}, other ${byKind.other}), next sentence ${share(next)}`,
    zh: `留出文本：损失 ${loss.toFixed(4)}，掩码准确率 ${share(masked)}（实体 ${byKind.entity}，短语 ${byKind.span}，其他 ${byKind.other}），下一句 ${share(next)}`,
  });
}

/** Below `--out` while and after training: checkpoints, which go when all is done, and `train.jsonl`, which stays. */
const WORK = 'pretraining';

/** Trains, and writes a folder that `transformers` and `bert:DIR` load. */
async function train({ operands, options, terminal, signal }: Invocation): Promise<void> {
  const { existsSync, readdirSync } = await import('node:fs');
  const { rm } = await import('node:fs/promises');
  const { availableParallelism } = await import('node:os');
  const { join } = await import('node:path');
  const { DEVICES } = await import('../../autograd/index.ts');
  const { loadFolder } = await import('../../encoders/folder/load.ts');
  const { saveFolder } = await import('../../encoders/folder/save.ts');
  const { startFrom, startFromNothing, withDropout } = await import('../../pretraining/start.ts');
  const { pretrain } = await import('../../pretraining/train.ts');
  const { createTokenizer } = await import('../../encoders/tokenizers/tokenizer.ts');
  const { SCHEDULES } = await import('../../encoders/training/schedule.ts');
  const out = textOption(options, 'out');
  const directory = join(out, WORK);
  const names = existsSync(out) ? readdirSync(out) : [];
  if (names.includes('config.json') || (names.length > 0 && !names.includes(WORK))) {
    throw new UserError('folder-not-empty', 'The folder has a model or other files already', {
      file: out,
      hint: 'Choose a new folder.',
    });
  }
  if (typeof options.init === 'string' && typeof options.vocab === 'string') {
    throw new UserError('bad-options', '--init has a vocabulary of its own: --vocab cannot be given too', {
      exitCode: EXIT.usage,
    });
  }
  const whole = (name: string, least: number, most = 1e9): number =>
    numberOption(options, name, least, most, 'whole');
  const isFresh = typeof options.init !== 'string';
  const rate = String(isFresh ? FRESH_RATE : FURTHER_RATE);
  const settings = {
    steps: whole('steps', 1),
    rate: numberOption({ rate, ...options }, 'rate', 0, 1e6),
    schedule: choiceOption(options, 'schedule', SCHEDULES),
    warmup: numberOption(options, 'warmup', 0, 1),
    weightDecay: numberOption(options, 'weightDecay', 0, 1),
    clip: numberOption(options, 'clip', 0, 1e6),
    accumulate: whole('accumulate', 1, 65_536),
    evaluateEvery: whole('evaluateEvery', 1),
    evaluateOn: whole('evaluateOn', 1),
    device: choiceOption(options, 'device', DEVICES),
    threads: options.threads === undefined ? availableParallelism() : whole('threads', 1, 1024),
  };
  const sizes = {
    layers: whole('layers', 1, 256),
    hidden: whole('hidden', 1, 16_384),
    heads: options.heads === undefined ? 0 : whole('heads', 1, 1024),
    positions: whole('positions', 8, 131_072),
  };
  const checkpointEvery = numberOption(options, 'checkpointMinutes', 0, 1e6) * 60_000;

  const base = isFresh ? undefined : await loadFolder(String(options.init));
  // `[SEP]` written out in the corpus is text; to those who use the model it is a token, as they know it
  const asText = { ...base?.tokenizer.options, specialTokensInText: 'as-text' } as const;
  const known = base && createTokenizer(base.tokenizer.vocabulary, asText);
  const material = await readPretrainingMaterial(operands[0], options, { signal, known });
  const { batches } = material;
  const { vocabulary, options: read } = material.tokenizer;
  const tokenizer =
    base?.tokenizer ?? createTokenizer(vocabulary, { ...read, specialTokensInText: 'as-token' });
  const first = base
    ? startFrom(base, batches.seed)
    : startFromNothing(tokenizer, sizes, batches.seed, material.train.tokens);
  const dropout =
    isFresh || options.dropout !== undefined
      ? numberOption({ dropout: '0', ...options }, 'dropout', 0, 0.9)
      : undefined;
  const start = dropout === undefined ? first : withDropout(first, dropout);
  const progress = terminal.progress(terminal.say({ en: 'Pretraining', zh: '预训练中' }));
  const { weights, scores } = await pretrain({
    start,
    vocabulary,
    train: material.train,
    heldOut: material.heldOut,
    batches,
    settings,
    directory,
    checkpointEvery,
    onProgress: progress.update,
    onScores: (step, current) => terminal.note(`${step}: ${describeScores(current, terminal)}`),
    signal,
  }).finally(progress.stop);
  const tensors = new Map(
    Array.from(start.tensors, ([name, { shape }]) => [name, { shape, data: weights.get(name)! }]),
  );
  // a model that knew another dropout before keeps it for fine-tuning
  const { config } = isFresh ? start : first;
  await saveFolder(out, { config, tensors, tokenizer });
  for (const name of readdirSync(directory))
    if (name.startsWith('checkpoint-')) await rm(join(directory, name), { force: true });
  if (terminal.json) return terminal.printJson({ out, steps: settings.steps, scores });
  if (scores) terminal.print(describeScores(scores, terminal));
  terminal.print(
    terminal.say({
      en: `Kept in ${out}: fine-tune it with --model bert:${out}`,
      zh: `已保存到 ${out}：用 --model bert:${out} 微调`,
    }),
  );
}

/** Learning rates where `--rate` is not given: for a model that begins from nothing, and for one that knows much. */
const FRESH_RATE = 5e-4;
const FURTHER_RATE = 5e-5;

export const pretrainCommand: CommandSpec = {
  name: 'pretrain',
  summary: {
    en: 'pretrain a BERT on a corpus (C-BERT: entities and spans are masked whole)',
    zh: '在语料上预训练 BERT（C-BERT：整实体、整短语掩码）',
  },
  operands: '<corpus>',
  options: [
    { flags: '--out <dir>', summary: { en: 'the model folder to make', zh: '输出的模型目录' } },
    {
      flags: '--init <dir>',
      summary: {
        en: 'go on from this model (default: random weights)',
        zh: '从该模型继续（默认随机初始化）',
      },
    },
    ...PRETRAINING_OPTIONS,
    { flags: '--steps <n>', summary: { en: 'updates in all', zh: '总更新步数' }, default: '10000' },
    {
      flags: '--rate <r>',
      summary: {
        en: `learning rate (default: ${FURTHER_RATE} with --init, else ${FRESH_RATE})`,
        zh: `学习率（默认：有 --init 时 ${FURTHER_RATE}，否则 ${FRESH_RATE}）`,
      },
    },
    {
      flags: '--schedule <name>',
      summary: { en: 'linear, cosine or constant', zh: 'linear、cosine 或 constant' },
      default: 'linear',
    },
    {
      flags: '--warmup <share>',
      summary: {
        en: 'share of the steps in which the rate rises; 0 for none',
        zh: '学习率预热占比，0 为不预热',
      },
      default: '0.05',
    },
    { flags: '--weight-decay <w>', summary: { en: 'weight decay', zh: '权重衰减' }, default: '0.01' },
    {
      flags: '--clip <norm>',
      summary: { en: 'largest norm of the gradient; 0 for any', zh: '梯度裁剪范数，0 为不裁剪' },
      default: '1',
    },
    {
      flags: '--accumulate <n>',
      summary: { en: 'batches an update', zh: '每次更新累积的批数' },
      default: '1',
    },
    { flags: '--layers <n>', summary: { en: 'layers of a new model', zh: '新模型的层数' }, default: '4' },
    { flags: '--hidden <n>', summary: { en: 'its hidden size', zh: '新模型的隐层维度' }, default: '256' },
    {
      flags: '--heads <n>',
      summary: {
        en: 'its attention heads (default: one for every 64)',
        zh: '注意力头数（默认每 64 维一个）',
      },
    },
    {
      flags: '--positions <n>',
      summary: { en: 'longest sequence that it reads', zh: '新模型的最大序列长度' },
      default: '512',
    },
    {
      flags: '--dropout <p>',
      summary: {
        en: 'dropout while pretraining (default: none, with --init that of its folder)',
        zh: '预训练时的 dropout（默认无；有 --init 时从其目录）',
      },
    },
    {
      flags: '--evaluate-every <n>',
      summary: { en: 'updates between looks at held-out text', zh: '每隔多少步在留出文本上评测' },
      default: '500',
    },
    {
      flags: '--evaluate-on <n>',
      summary: { en: 'held-out sequences to look at', zh: '评测的留出序列数' },
      default: '512',
    },
    {
      flags: '--checkpoint-minutes <n>',
      summary: { en: 'minutes between checkpoints', zh: '检查点间隔（分钟）' },
      default: '10',
    },
    {
      flags: '--device <name>',
      summary: { en: 'cpu, webgpu or cuda', zh: 'cpu、webgpu 或 cuda' },
      default: 'cpu',
    },
    {
      flags: '--threads <n>',
      summary: { en: 'threads (default: every core)', zh: '线程数（默认全部核心）' },
    },
    {
      flags: '--show-masks <n>',
      summary: {
        en: 'train nothing: print so many masked sequences',
        zh: '不训练，只打印若干条掩码后的序列',
      },
    },
    {
      flags: '--epoch <n>',
      summary: {
        en: 'with --show-masks: of this epoch, counted from 0',
        zh: '与 --show-masks 合用：第几轮（从 0 起）',
      },
      default: '0',
    },
  ],
  examples: [
    'chineseblue pretrain corpus --lexicon lexicon.tsv --phrases phrases.tsv --show-masks 20',
    'chineseblue pretrain corpus --lexicon lexicon.tsv --phrases phrases.tsv --steps 20000 --out cbert',
    'chineseblue pretrain corpus --init bert-base-chinese --lexicon lexicon.tsv --no-span --out further',
  ],
  run: (invocation) =>
    invocation.options.showMasks === undefined ? train(invocation) : showMasks(invocation),
};
