import { counted } from '../../ground/counted.ts';
import { integer, text } from '../../ground/parameters.ts';
import { SHAPE } from '../../pretraining/parameters.ts';
import { defineCommand } from '../command.ts';

export const initCommand = defineCommand({
  name: 'init',
  summary: { en: 'write a small encoder with random weights', zh: '生成随机初始化的小型编码器' },
  options: {
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the model folder to write', zh: '输出的模型目录' },
    }),
    vocab: text({
      required: true,
      placeholder: 'path',
      summary: { en: 'vocab.txt, tokenizer.json or a model', zh: 'vocab.txt、tokenizer.json 或模型' },
    }),
    modelType: text({
      default: 'bert',
      placeholder: 'type',
      summary: {
        en: 'model type as in config.json, e.g. electra, ernie or roformer',
        zh: '模型类型，同 config.json，例如 electra、ernie、roformer',
      },
    }),
    ...SHAPE,
    seed: integer({ min: 0, default: 0, summary: { en: 'random seed', zh: '随机种子' } }),
  },
  examples: ['chineseblue init --layers 4 --hidden 256 --vocab vocab.txt --out tiny-bert'],
  async run({ options, terminal }) {
    const { initFolder } = await import('../../encoders/folder/init.ts');
    const { out, vocab, modelType, layers, hidden, maxPositions, seed } = options;
    const heads = options.heads === 'auto' ? undefined : options.heads;
    const { config } = await initFolder({
      layers,
      hidden,
      heads,
      positions: maxPositions,
      vocab,
      modelType,
      seed,
      out,
    });
    if (terminal.json) return terminal.printJson({ out, config });
    terminal.print(
      terminal.say({
        en: `${out}: ${counted(config.layers, 'layer')}, hidden size ${config.hiddenSize}, ${config.vocabSize} WordPieces, random weights`,
        zh: `${out}：${config.layers} 层 × ${config.hiddenSize} 维，${config.vocabSize} 个词元，随机权重`,
      }),
    );
  },
});
