import { existsSync, openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../ground/errors.ts';
import type { BrowserFile, BrowserFiles } from '../../server/playground/browser-files.ts';
import type { Loadable } from './answerer.ts';
import { browserModule } from './browser-modules.ts';

/** The optional peer that runs models in a browser, and its files that a page needs: 14.3 MB. */
const RUNTIME = 'onnxruntime-web';
const RUNTIME_VERSION = '1.30.0';
const RUNTIME_FILES = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

/** The module that answers, from which all others are found. */
const ENTRY = 'models/bert/portable.js';
const SCRIPTS = ['browser.js', 'stubs.js'];
const TOKENIZER_FILES =
  /^(tokenizer\.json|vocab\.txt|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|config\.json|.*\.model)$/;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json',
  wasm: 'application/wasm',
  onnx: 'application/octet-stream',
};

/** The folder of a package that is installed, else undefined. */
function packageFolder(name: string): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return entry.slice(0, entry.lastIndexOf(`${sep}${name}${sep}`) + name.length + 2);
  } catch {
    return undefined;
  }
}

/**
 * What runs these models in a browser: the runtime from the optional peer `onnxruntime-web`, the modules of this package, and
 * of every fine-tuned encoder its ONNX file and tokenizer. Models that cannot be run there are `missing`, with the reason.
 * `runtime`: the folder of the peer; null where it is not installed.
 */
export async function openBrowserFiles(
  models: readonly Loadable[],
  runtime: string | null = packageFolder(RUNTIME) ?? null,
): Promise<BrowserFiles> {
  const folders = new Map<string, string>();
  const missing = new Map<string, UserError>();
  for (const { name, loading } of models) {
    const folder = encoderFolder(loading.model);
    if (runtime === null) missing.set(name, noRuntime());
    else if (folder === undefined) missing.set(name, noEncoder());
    else folders.set(name, folder);
  }
  const addresses = [...folders.keys()].map((name) => [name, `models/${name}/program.js`] as const);
  const allowed = folders.size > 0 ? await modulesOf(ENTRY) : new Map<string, string>();
  return {
    models: new Map(addresses),
    missing,
    async read(path) {
      const text = allowed.get(path.replace(/^modules\//, ''));
      if (path.startsWith('modules/')) return text === undefined ? undefined : fileOf(path, text);
      if (SCRIPTS.includes(path)) return bytesOf(fileURLToPath(new URL(`./page/${path}`, import.meta.url)));
      const [kind, ...rest] = path.split('/');
      if (kind === 'ort' && RUNTIME_FILES.includes(rest.join('/')))
        return bytesOf(join(runtime ?? '', 'dist', rest.join('/')));
      if (kind === 'npm') return npmFile(rest.join('/'));
      const folder = kind === 'models' ? folders.get(rest[0]) : undefined;
      return folder === undefined ? undefined : modelFile(folder, rest[0], rest.slice(1).join('/'));
    },
  };
}

/** The folder of a fine-tuned encoder with an ONNX file. */
function encoderFolder(model: string): string | undefined {
  if (!model.startsWith('bert:')) return undefined;
  const folder = model.slice('bert:'.length);
  return existsSync(join(folder, 'onnx', 'model.onnx')) ? folder : undefined;
}

/** All modules that one needs, for a browser, by path. */
async function modulesOf(entry: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const module = await browserModule(path);
    if (!module) continue;
    found.set(path, module.code);
    waiting.push(...module.imports);
  }
  return found;
}

const typeOf = (path: string): string => TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? TYPES.onnx;

const fileOf = (path: string, text: string): BrowserFile => ({
  content: new TextEncoder().encode(text),
  type: typeOf(path),
});

/** Read as it is sent: models may be large. */
const bytesOf = async (file: string): Promise<BrowserFile> => ({
  content: (await openAsBlob(file)).stream(),
  type: typeOf(file),
});

/** A file of zod; nothing else is asked for. */
async function npmFile(path: string): Promise<BrowserFile | undefined> {
  const folder = packageFolder('zod');
  if (folder === undefined || !/^zod(\/[\w-]+)*\/[\w.-]+\.js$/.test(path) || path.includes('..'))
    return undefined;
  const file = join(folder, path.slice('zod/'.length));
  return existsSync(file) ? bytesOf(file) : undefined;
}

async function modelFile(folder: string, name: string, path: string): Promise<BrowserFile | undefined> {
  if (path === 'program.js')
    return fileOf(
      path,
      `import { openModel } from '../../browser.js';\nexport const open = () => openModel(${JSON.stringify(name)});\n`,
    );
  if (path === 'model.onnx') return bytesOf(join(folder, 'onnx', 'model.onnx'));
  return path === 'parts.json' ? fileOf(path, JSON.stringify(await partsOf(folder))) : undefined;
}

/** What `openPortable` needs of a folder. */
async function partsOf(folder: string): Promise<object> {
  const { readRecord } = await import('../../models/bert/record.ts');
  const { readOwn } = await import('../../encoders/folder/own.ts');
  const { readdir } = await import('node:fs/promises');
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

const noRuntime = (): UserError =>
  new UserError(
    'no-onnxruntime-web',
    {
      en: `Models run in a browser with the package ${RUNTIME}, which is not installed.`,
      zh: `在浏览器中运行模型需要 ${RUNTIME}，当前未安装该软件包。`,
    },
    {
      hint: {
        en: `Install it: npm install ${RUNTIME}@${RUNTIME_VERSION}`,
        zh: `安装命令：npm install ${RUNTIME}@${RUNTIME_VERSION}`,
      },
    },
  );

const noEncoder = (): UserError =>
  new UserError(
    'not-for-browsers',
    {
      en: 'Only fine-tuned encoders with an ONNX file (kind bert) run in a browser.',
      zh: '只有带 ONNX 文件的微调编码器（bert）可在浏览器中运行。',
    },
    { hint: { en: 'This model answers in the server.', zh: '该模型在服务器中运行。' } },
  );
