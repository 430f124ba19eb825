import { POOLINGS, type Pooling } from '../../encoders/inference/parameters.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { flag, list, text } from '../../ground/parameters.ts';
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
    pooling: list<Pooling>({
      choices: POOLINGS,
      summary: {
        en: 'pooling of the token vectors, several of them concatenated; as configured in the folder if omitted',
        zh: '由词元向量得到文本向量的方式，可多种拼接；省略时按模型目录的设置',
      },
    }),
    normalize: flag({
      summary: {
        en: 'scale vectors to length 1; as configured in the folder if omitted',
        zh: '将向量归一化为单位长度；省略时按模型目录的设置',
      },
    }),
    prompt: text({
      placeholder: 'name',
      summary: { en: 'name of a prompt from the folder', zh: '模型目录中的提示（按名称）' },
    }),
    promptText: text({
      summary: {
        en: 'text put before every input instead of such a prompt',
        zh: '加在每条文本之前，代替上述提示',
      },
    }),
  },
  excludes: { promptText: ['prompt'] },
  examples: [
    'chineseblue embed cbert 肚子疼 腹痛 感冒',
    'chineseblue embed cbert --input texts.txt --out vectors.jsonl',
    'chineseblue embed bge-small-zh-v1.5 --prompt-text 为这个句子生成表示以用于检索相关文章： 高血压吃什么药',
  ],
  async run({ operands: [model, ...given], options, terminal, signal }) {
    const { openTextEncoder, promptOf } = await import('../../encoders/inference/text-encoder.ts');
    const { cosine } = await import('../../encoders/inference/vectors.ts');
    const { createUnknownCounter } = await import('../../encoders/tokenizers/unknown.ts');
    const { isStandardOutput, writeAtomic } = await import('../../ground/files.ts');
    const { out, normalize, prompt, promptText } = options;
    const pooling = options.pooling.length > 0 ? options.pooling : undefined;
    const texts = [...given, ...(await readTexts(options.input))];
    if (texts.length === 0) throw noText();
    const encoder = await openTextEncoder(model, { pooling, normalize });
    const asked = promptText ?? promptOf(encoder.settings, prompt);
    const unknown = createUnknownCounter(encoder.tokenizer);
    for (const one of texts) unknown.add(one);
    const note = unknown.note();
    if (note) terminal.note(note);
    const progress = terminal.progress(terminal.say({ en: 'Embedding', zh: '计算向量' }));
    const found = await encoder
      .encode(texts, { prompt: asked, signal, onProgress: progress.update })
      .finally(progress.stop);
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
        en: 'Give the texts after the model, or a file with --input.',
        zh: '请在模型之后写出文本，或用 --input 指定文件。',
      },
      exitCode: EXIT.usage,
    },
  );
