import { existsSync, openAsBlob } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../ground/errors.ts';
import type { BrowserFile, BrowserFiles } from '../../server/playground/browser-files.ts';
import type { Loadable } from './answerer.ts';
import { browserModule } from './browser-modules.ts';
import { type BrowserProgram, browserProgram } from './browser-programs.ts';

/** The optional peer that runs encoders in a browser, and its files that a page needs: 14.3 MB. */
const RUNTIME = 'onnxruntime-web';
const RUNTIME_VERSION = '1.30.0';
const RUNTIME_FILES = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

const SCRIPTS = ['encoder.js', 'kept.js', 'load.js', 'stubs.js', 'bytes.js'];

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json',
  wasm: 'application/wasm',
};
const BYTES = 'application/octet-stream';

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
 * What runs these models in a browser: for encoders the runtime from the optional peer `onnxruntime-web`, the modules of this
 * package, and the files of every model. Models that cannot be run there are `missing`, with the reason. `runtime`: the folder
 * of the peer; null where it is not installed.
 */
export async function openBrowserFiles(
  models: readonly Loadable[],
  runtime: string | null = packageFolder(RUNTIME) ?? null,
): Promise<BrowserFiles> {
  const programs = new Map<string, BrowserProgram>();
  const missing = new Map<string, UserError>();
  for (const model of models) {
    const program = await browserProgram(model);
    if (program instanceof UserError) missing.set(model.name, program);
    else if (program.needsRuntime && runtime === null) missing.set(model.name, noRuntime());
    else programs.set(model.name, program);
  }
  const addresses = [...programs.keys()].map((name) => [name, `models/${name}/program.js`] as const);
  const modules = await modulesOf([...programs.values()].flatMap(({ entries }) => entries));
  return {
    models: new Map(addresses),
    missing,
    async read(path) {
      const [place, ...rest] = path.split('/');
      const within = rest.join('/');
      if (SCRIPTS.includes(path)) return bytesOf(fileURLToPath(new URL(`./page/${path}`, import.meta.url)));
      if (place === 'modules') return fileOf(path, modules.get(within));
      if (place === 'ort' && runtime !== null && RUNTIME_FILES.includes(within))
        return bytesOf(join(runtime, 'dist', within));
      if (place === 'npm') return npmFile(within);
      const program = place === 'models' ? programs.get(rest[0]) : undefined;
      return program === undefined ? undefined : modelFile(program, rest.slice(1).join('/'));
    },
  };
}

/** All modules that some need, for a browser, by path. */
async function modulesOf(entries: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const module = await browserModule(path);
    if (!module) continue;
    found.set(path, module.code);
    waiting.push(...module.imports);
  }
  return found;
}

const typeOf = (path: string): string => TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? BYTES;

const fileOf = (path: string, text: string | undefined): BrowserFile | undefined =>
  text === undefined ? undefined : { content: new TextEncoder().encode(text), type: typeOf(path) };

/** Streamed: models may be large. */
const bytesOf = async (file: string): Promise<BrowserFile> => ({
  content: (await openAsBlob(file)).stream(),
  type: typeOf(file),
});

/** A file of zod; nothing else is requested. */
async function npmFile(path: string): Promise<BrowserFile | undefined> {
  const folder = packageFolder('zod');
  if (folder === undefined || !/^zod(\/[\w-]+)*\/[\w.-]+\.js$/.test(path) || path.includes('..'))
    return undefined;
  const file = join(folder, path.slice('zod/'.length));
  return existsSync(file) ? bytesOf(file) : undefined;
}

async function modelFile(
  { text, files, made }: BrowserProgram,
  path: string,
): Promise<BrowserFile | undefined> {
  if (path === 'program.js') return fileOf(path, text);
  if (Object.hasOwn(files, path)) return bytesOf(files[path]);
  return Object.hasOwn(made, path) ? fileOf(path, JSON.stringify(await made[path]())) : undefined;
}

const noRuntime = (): UserError =>
  new UserError(
    'no-onnxruntime-web',
    {
      en: `Encoders run in a browser with the package ${RUNTIME}, which is not installed.`,
      zh: `在浏览器中运行编码器需要 ${RUNTIME}，当前未安装该软件包。`,
    },
    {
      hint: {
        en: `Install it: npm install ${RUNTIME}@${RUNTIME_VERSION}`,
        zh: `安装命令：npm install ${RUNTIME}@${RUNTIME_VERSION}`,
      },
    },
  );
