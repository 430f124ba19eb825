import { EXIT, UserError } from '../../ground/errors.ts';
import type { CommandSpec } from '../command.ts';
import { choiceOption } from '../numbers.ts';

/** More texts than this make no table that a terminal shows. */
const MOST_SHOWN = 12;

export const embedCommand: CommandSpec = {
  name: 'embed',
  summary: { en: 'vectors of texts, and how alike they are', zh: '文本向量及其两两相似度' },
  operands: '<model> [text...]',
  options: [
    { flags: '--input <file>', summary: { en: 'texts, one a line', zh: '每行一条文本的文件' } },
    { flags: '--out <file>', summary: { en: 'write the vectors (JSONL)', zh: '写出向量（JSONL）' } },
    {
      flags: '--pooling <name>',
      summary: { en: 'mean of the tokens, or cls', zh: 'mean（词元均值）或 cls' },
      default: 'mean',
    },
  ],
  examples: [
    'chineseblue embed cbert 肚子疼 腹痛 感冒',
    'chineseblue embed cbert --input texts.txt --out vectors.jsonl',
  ],
  async run({ operands, options, terminal, signal }) {
    const { cosine, POOLINGS, textVectors } = await import('../../encoders/inference/vectors.ts');
    const { readLines, writeAtomic } = await import('../../ground/files.ts');
    const [model, ...texts] = operands;
    if (typeof options.input === 'string')
      for await (const { text } of readLines(options.input)) if (text.trim() !== '') texts.push(text);
    if (texts.length === 0) {
      throw new UserError('no-text', 'There is no text to embed', {
        hint: 'Write texts behind the model, or name a file with --input.',
        exitCode: EXIT.usage,
      });
    }
    const pooling = choiceOption(options, 'pooling', POOLINGS);
    const progress = terminal.progress(terminal.say({ en: 'Embedding', zh: '计算向量' }));
    const found = await textVectors(model, texts, { pooling, signal, onProgress: progress.update }).finally(
      progress.stop,
    );
    const rows = texts.map((text, i) => ({ text, vector: Array.from(found[i]) }));
    if (typeof options.out === 'string')
      await writeAtomic(options.out, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
    if (terminal.json)
      return terminal.printJson(typeof options.out === 'string' ? { out: options.out } : rows);
    const shown = found.slice(0, MOST_SHOWN);
    await terminal.table(
      ['', ...shown.map((_, i) => String(i + 1))],
      shown.map((a, i) => [
        `${i + 1} ${texts[i].slice(0, 16)}`,
        ...shown.map((b) => cosine(a, b).toFixed(3)),
      ]),
    );
  },
};
