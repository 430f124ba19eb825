import { real, text } from '../../ground/parameters.ts';
import {
  BATCHES,
  CHECKPOINTS,
  HARDWARE,
  HELD_OUT,
  LEARNING_RATES,
  TRAINING,
} from '../../pretraining/parameters.ts';
import { defineCommand } from '../command.ts';

const { nextSentence: _, ...TEXTS } = BATCHES;

export const distilCommand = defineCommand({
  name: 'distil',
  summary: {
    en: 'train a small encoder on a corpus to reproduce the hidden states of a larger one (knowledge distillation)',
    zh: '知识蒸馏：在语料上让小编码器学习大编码器的隐藏状态',
  },
  operands: '<corpus>',
  options: {
    teacher: text({
      required: true,
      placeholder: 'model',
      summary: { en: 'the teacher encoder', zh: '教师编码器' },
    }),
    student: text({
      required: true,
      placeholder: 'model',
      summary: {
        en: 'the student encoder, whose shape, vocabulary and weights are the starting point',
        zh: '学生编码器，其结构、词表与权重为起点',
      },
    }),
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the model folder to write', zh: '输出的模型目录' },
    }),
    ...TEXTS,
    ...HELD_OUT,
    ...TRAINING,
    learningRate: real({
      min: 0,
      default: 'auto',
      summary: {
        en: `peak learning rate; auto: ${LEARNING_RATES.distilled}, or for a student with random weights ${LEARNING_RATES.fresh}`,
        zh: `峰值学习率，auto 为 ${LEARNING_RATES.distilled}，学生为随机权重时为 ${LEARNING_RATES.fresh}`,
      },
    }),
    ...CHECKPOINTS,
    ...HARDWARE,
  },
  examples: [
    'chineseblue distil corpus --teacher bge-small-zh-v1.5 --student cbert-tiny --steps 10000 --out small',
    'chineseblue distil corpus --teacher my-encoder --student random --batch-size 16 --out small',
  ],
  async run({ operands: [corpus], options, terminal, signal }) {
    const { distilToFolder } = await import('../../pretraining/distillation/distil-folder.ts');
    const { teacher, student, out, heldOut } = options;
    const shown = (cosine: number): string =>
      terminal.say({
        en: `held-out: mean cosine of hidden states ${cosine.toFixed(4)}`,
        zh: `留出文本：隐藏状态平均余弦 ${cosine.toFixed(4)}`,
      });
    const progress = terminal.progress(terminal.say({ en: 'Distilling', zh: '蒸馏中' }));
    const { steps, cosine } = await distilToFolder(
      {
        ...{ corpus, teacher, student, out, heldOut },
        ...{ batches: options, training: options, hardware: options, checkpoints: options },
      },
      {
        signal,
        onProgress: (share, note) => progress.update(share, terminal.say(note)),
        onScore: (step, current) => terminal.note(`${step}: ${shown(current)}`),
      },
    ).finally(progress.stop);
    if (terminal.json) return terminal.printJson({ out, steps, cosine });
    if (cosine !== undefined) terminal.print(shown(cosine));
    terminal.print(
      terminal.say({
        en: `Saved to ${out}. Fine-tune it with --model bert:${out}`,
        zh: `已保存到 ${out}，可用 --model bert:${out} 微调`,
      }),
    );
  },
});
