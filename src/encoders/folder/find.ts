import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../ground/cache.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { listed } from '../../ground/language.ts';
import { didYouMean } from '../../ground/nearest.ts';
import { packageRoot } from '../../ground/version.ts';
import { knownModels } from './known.ts';

/** A local model with a name. */
export interface NamedModel {
  readonly name: string;
  /** `shipped` in the package, or `fetched` by `model get`. */
  readonly origin: 'shipped' | 'fetched';
  readonly folder: string;
}

const shippedDir = fileURLToPath(new URL('models', packageRoot));

/** Where `model get` keeps models. */
export const fetchedDir = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(cacheDir(environment), 'models');

/** Every model with a name, in the order in which a name is looked up: those of the package first. */
export function namedModels(environment: NodeJS.ProcessEnv = process.env): NamedModel[] {
  const inside = (directory: string, origin: NamedModel['origin']): NamedModel[] =>
    (existsSync(directory) ? readdirSync(directory).sort() : [])
      .filter((name) => !/\.(staging|old|fetching)$/.test(name))
      .map((name) => ({ name, origin, folder: join(directory, name) }))
      .filter(({ folder }) => existsSync(join(folder, 'config.json')));
  return [...inside(shippedDir, 'shipped'), ...inside(fetchedDir(environment), 'fetched')];
}

/**
 * The folder (or file of weights) that a user means: what is at that path, else the model of that name in the package,
 * else one that `model get` fetched. Throws a UserError that lists the names if it is neither.
 *
 * @example
 * ```ts
 * import { findFolder } from 'chineseblue/encoders';
 *
 * console.log(findFolder('cbert-tiny')); // the folder in the package
 * ```
 */
export function findFolder(path: string, environment: NodeJS.ProcessEnv = process.env): string {
  if (existsSync(path)) return path;
  const models = namedModels(environment);
  const found = models.find(({ name }) => name === path);
  if (found) return found.folder;
  if (/[/\\]/.test(path)) {
    throw new UserError(
      'file-missing',
      { en: 'No such file', zh: '文件不存在' },
      { file: path, hint: { en: 'Check the path.', zh: '请检查路径。' } },
    );
  }
  const known = knownModels.find(({ name }) => name === path);
  if (known) {
    throw new UserError(
      'not-fetched',
      { en: `${path} has not been downloaded`, zh: `${path} 尚未下载` },
      {
        hint: {
          en: `\`chineseblue model get ${path}\` downloads it, or give the path of a folder.`,
          zh: `用 \`chineseblue model get ${path}\` 下载，或指定目录路径。`,
        },
        exitCode: EXIT.usage,
      },
    );
  }
  const fetchable = knownModels.filter(({ name }) => !models.some((model) => model.name === name));
  const names = [...models.map(({ name }) => name), ...fetchable.map(({ name }) => name)];
  const here = models.map(({ name, origin }) => `${name} (${origin})`);
  const there = fetchable.map(({ name }) => `${name} (\`chineseblue model get ${name}\`)`);
  const [close, all] = [didYouMean(path, names), listed([...here, ...there])];
  throw new UserError(
    'unknown-model',
    { en: `There is no folder and no model "${path}"`, zh: `没有名为“${path}”的目录或模型` },
    {
      hint: {
        en: `${close.en}Models: ${all.en}. Or give the path of a folder.`,
        zh: `${close.zh}现有模型：${all.zh}。也可指定目录路径。`,
      },
      exitCode: EXIT.usage,
    },
  );
}
