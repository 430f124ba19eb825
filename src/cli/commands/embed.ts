import type { Pooling } from '../../encoders/inference/vectors.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { choice, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';

/** A similarity table of more texts does not fit a terminal. */
const MAX_SHOWN = 12;
const ROWS_PER_PART = 256;

export const embedCommand = defineCommand({
  name: 'embed',
  summary: { en: 'text vectors and their cosine similarities', zh: '文本向量及其两两余弦相似度' },
  operands: '<model> [text...]',
  options: {
    input: text({
      placeholder: 'file',
      summary: { en: 'texts to embed, one per line', zh: '每行一条文本的文件' },
    }),
    out: text({
      placeholder: 'file',
      summary: { en: 'also write the vectors (JSONL)', zh: '同时写出向量（JSONL）' },
    }),
    pooling: choice(['mean', 'cls'] satisfies readonly Pooling[], {
      default: 'mean',
      summary: { en: 'mean of the tokens, or the vector of [CLS]', zh: '词元均值，或 [CLS] 的向量' },
    }),
  },
  examples: [
    'chineseblue embed cbert 肚子疼 腹痛 感冒',
    'chineseblue embed cbert --input texts.txt --out vectors.jsonl',
  ],
  async run({ operands: [model, ...given], options, terminal, signal }) {
    const { cosine, textVectors } = await import('../../encoders/inference/vectors.ts');
    const { isStandardOutput, writeAtomic } = await import('../../ground/files.ts');
    const { out, pooling } = options;
    const texts = [...given, ...(await readTexts(options.input))];
    if (texts.length === 0) throw noText();
    const progress = terminal.progress(terminal.say({ en: 'Embedding', zh: '计算向量' }));
    const found = await textVectors(model, texts, { pooling, signal, onProgress: progress.update }).finally(
      progress.stop,
    );
    const rows = texts.map((text, i) => ({ text, vector: Array.from(found[i]) }));
    if (out !== undefined) await writeAtomic(out, linesOf(rows));
    if (out !== undefined && isStandardOutput(out)) return;
    if (terminal.json) return terminal.printJson(out === undefined ? rows : { out });
    const shown = found.slice(0, MAX_SHOWN);
    await terminal.table(
      ['', ...shown.map((_, i) => String(i + 1))],
      shown.map((a, i) => [
        `${i + 1} ${texts[i].slice(0, 16)}`,
        ...shown.map((b) => cosine(a, b).toFixed(3)),
      ]),
    );
  },
});

/** Rows as JSON Lines, many of them in one part. */
function* linesOf(rows: readonly object[]): Generator<string> {
  for (let from = 0; from < rows.length; from += ROWS_PER_PART) {
    const lines = rows.slice(from, from + ROWS_PER_PART).map((row) => JSON.stringify(row));
    yield `${lines.join('\n')}\n`;
  }
}

/** The lines of a file that are not blank. */
async function readTexts(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  const { readLines } = await import('../../ground/files.ts');
  const texts: string[] = [];
  for await (const { text } of readLines(file)) if (text.trim() !== '') texts.push(text);
  return texts;
}

const noText = (): UserError =>
  new UserError(
    'no-text',
    { en: 'There is no text to embed', zh: '没有可计算向量的文本' },
    {
      hint: {
        en: 'Write texts after the model, or name a file with --input.',
        zh: '请在模型之后写出文本，或用 --input 指定文件。',
      },
      exitCode: EXIT.usage,
    },
  );
