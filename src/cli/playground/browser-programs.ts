import { existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ONNX_FILES } from '../../encoders/folder/onnx.ts';
import { readOwn } from '../../encoders/folder/own.ts';
import { DTYPES } from '../../encoders/inference/export.ts';
import { UserError } from '../../ground/errors.ts';
import { readRecord } from '../../models/bert/record.ts';
import { isBuiltIn } from '../../models/registry.ts';
import type { Loadable } from './answerer.ts';

/** How a page runs one model. */
export interface BrowserProgram {
  /** Whether it needs the runtime of ONNX. */
  readonly needsRuntime: boolean;
  /** The module that opens the model, below `models/NAME/`. */
  readonly text: string;
  /** Modules of this package that it imports, by their paths: those that they import follow. */
  readonly entries: readonly string[];
  /** Files on disk that it loads, by their names. */
  readonly files: Readonly<Record<string, string>>;
  /** JSON that it loads, made on request, by its name. */
  readonly made: Readonly<Record<string, () => Promise<object>>>;
}

/** Kinds whose models are one file, read and answered by modules of this package alone. */
export const ONE_FILE_KINDS = [
  ...(['majority', 'bm25', 'lexicon', 'knn', 'linear', 'fasttext', 'terms', 'events'] as const),
];
/** Kinds that cut texts into words by jieba, a native program. */
export const WORD_KINDS = ['ltr', 'crf', 'dialogue', 'relation'] as const;

const TOKENIZER_FILES =
  /^(tokenizer\.json|vocab\.txt|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|config\.json|.*\.model)$/;

/** How a page runs a model, or why it cannot. */
export async function browserProgram(model: Loadable): Promise<BrowserProgram | UserError> {
  const { loading } = model;
  const colon = loading.model.indexOf(':');
  const [kind, path] = [loading.model.slice(0, colon), loading.model.slice(colon + 1)];
  if (kind === 'bert') return (await encoderProgram(model, path)) ?? noOnnx();
  const isOneFile = isBuiltIn(kind) && ONE_FILE_KINDS.some((known) => known === kind);
  return isOneFile && statSync(path, { throwIfNoEntry: false })?.isFile()
    ? keptProgram(model, kind, path)
    : otherKind(kind);
}

/** Runs the ONNX file of a fine-tuned encoder, the one in the precision that it answers in here where the folder has it. */
async function encoderProgram(
  { name, loading }: Loadable,
  folder: string,
): Promise<BrowserProgram | undefined> {
  const there = DTYPES.filter((dtype) => existsSync(join(folder, ONNX_FILES[dtype])));
  if (there.length === 0) return undefined;
  const wanted = loading.parameters.dtype ?? (await readRecord(folder)).parameters.dtype;
  const dtype = there.find((one) => one === wanted) ?? there[0];
  return {
    needsRuntime: true,
    text: `import { openModel } from '../../encoder.js';\nexport const open = () => openModel(${JSON.stringify(name)});\n`,
    entries: ['models/bert/portable.js'],
    files: { 'model.onnx': join(folder, ONNX_FILES[dtype]) },
    made: { 'parts.json': () => encoderParts(folder) },
  };
}

/** What `openPortable` needs of a folder. */
async function encoderParts(folder: string): Promise<object> {
  const names = (await readdir(folder)).filter((name) => TOKENIZER_FILES.test(name));
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  const own = await readOwn(folder);
  return {
    record: await readRecord(folder),
    config: await readFile(join(folder, 'config.json'), 'utf8'),
    weights: Object.fromEntries([...own].map(([tensor, { data }]) => [tensor, [...data]])),
    tokenizer: Object.fromEntries(texts),
  };
}

const keptProgram = ({ name, task }: Loadable, kind: string, path: string): BrowserProgram => ({
  needsRuntime: false,
  text: [
    `import { openModel } from '../../kept.js';`,
    `import * as kinds from '../../modules/models/${kind}/kind.js';`,
    `export const open = () => openModel(${JSON.stringify(name)}, ${JSON.stringify(kind)}, kinds);\n`,
  ].join('\n'),
  entries: ['models/answers.js', 'tasks/families/displayed-answer.js', `models/${kind}/kind.js`],
  files: { 'model.bin': path },
  made: { 'task.json': async () => task },
});

const noOnnx = (): UserError =>
  new UserError(
    'not-for-browsers',
    {
      en: 'The folder of this encoder has no ONNX file, which a browser needs.',
      zh: '该编码器目录中没有 ONNX 文件，无法在浏览器中运行。',
    },
    {
      hint: {
        en: 'Write a folder that has one: chineseblue export FOLDER --out NEW-FOLDER',
        zh: '生成带 ONNX 文件的目录：chineseblue export 目录 --out 新目录',
      },
    },
  );

function otherKind(kind: string): UserError {
  const cutsWords = WORD_KINDS.some((known) => known === kind);
  return new UserError(
    'not-for-browsers',
    cutsWords
      ? {
          en: `Models of kind ${kind} run on the server only: they segment texts with jieba, a native program.`,
          zh: `${kind} 类模型只能在服务器中运行：分词所用的 jieba 是本地程序。`,
        }
      : {
          en: `Models of kind ${kind} run on the server only.`,
          zh: `${kind} 类模型只能在服务器中运行。`,
        },
    {
      hint: {
        en: `Kinds that run in a browser: fine-tuned encoders (bert), ${ONE_FILE_KINDS.join(', ')}.`,
        zh: `可在浏览器中运行的有微调编码器（bert）以及 ${ONE_FILE_KINDS.join('、')}。`,
      },
    },
  );
}
