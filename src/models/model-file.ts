import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT, UserError } from '../ground/errors.ts';
import { explainFileError } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
import type { ModelKind } from './contract.ts';
import { requireContract } from './define.ts';
import { registerModel } from './registry.ts';

/** The kinds of a module of a user's own. */
export interface ModelFile {
  /** Absolute. */
  readonly path: string;
  /** Of the module itself; what it imports is not covered. */
  readonly sha256: string;
  readonly kinds: readonly ModelKind[];
}

const loaded = new Map<string, Promise<ModelFile>>();

/**
 * Imports a module (JavaScript or TypeScript) whose default export is a kind of model or an array of them, and registers
 * them. **The code of the module runs**, with all rights of this process. A module is imported once per process.
 * Throws a UserError `bad-model-file` if it cannot be imported or exports something else, `other-contract` if it was
 * written for another version of the contract.
 */
export function loadModelFile(file: string): Promise<ModelFile> {
  const path = resolve(file);
  const loading = loaded.get(path) ?? load(path);
  loaded.set(path, loading);
  return loading;
}

async function load(path: string): Promise<ModelFile> {
  let sha256: string;
  try {
    sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    throw explainFileError(error, path);
  }
  const exported: unknown = await importDefault(path);
  const kinds: unknown[] = Array.isArray(exported) ? exported : [exported];
  const checked = kinds.map((kind) => requireKind(kind, path));
  for (const kind of checked) registerModel(kind);
  return { path, sha256, kinds: checked };
}

/**
 * In a checkout `chineseblue` is the source that runs, for the module and for what it imports: `dist/` is absent, or of an
 * earlier state. The packed program finds its own files under this name, and so does nothing.
 */
async function resolveToSource(): Promise<void> {
  if (!import.meta.url.endsWith('.ts')) return;
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const sources = new Map(
    Object.entries<{ readonly default?: string }>(manifest.exports).flatMap(([name, { default: built }]) =>
      built === undefined
        ? []
        : [[`${manifest.name}${name.slice(1)}`, built.replace(/^\.\/dist\/(.*)\.js$/, '../$1.ts')]],
    ),
  );
  registerHooks({
    resolve(specifier, context, next) {
      const source = sources.get(specifier);
      return source === undefined
        ? next(specifier, context)
        : { url: new URL(source, import.meta.url).href, shortCircuit: true };
    },
  });
}

let resolving: Promise<void> | undefined;

async function importDefault(path: string): Promise<unknown> {
  try {
    resolving ??= resolveToSource();
    await resolving;
    return (await import(pathToFileURL(path).href)).default;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw bad(path, { en: `This module cannot be imported: ${message}`, zh: `无法导入该模块：${message}` });
  }
}

function requireKind(value: unknown, path: string): ModelKind {
  if (typeof value !== 'object' || value === null || !('contract' in value) || !('id' in value)) {
    throw bad(path, {
      en: 'The default export of this module is neither a kind of model nor an array of them',
      zh: '该模块的默认导出既不是模型，也不是模型数组',
    });
  }
  requireContract(String(value.id), value.contract, path);
  if (isKind(value)) return value;
  throw bad(path, {
    en: `The model ${value.id} was not made by defineModel`,
    zh: `模型 ${value.id} 不是由 defineModel 定义的`,
  });
}

const isKind = (value: object): value is ModelKind =>
  ['resolve', 'startingPoint', 'interpret', 'fit', 'load'].every(
    (name) => typeof Reflect.get(value, name) === 'function',
  );

const bad = (file: string, message: Text): UserError =>
  new UserError('bad-model-file', message, {
    file,
    hint: {
      en: 'Write `export default defineModel({ … })`; docs/models.md shows one.',
      zh: '请写 `export default defineModel({ … })`，示例见 docs/models.md。',
    },
    exitCode: EXIT.usage,
  });
