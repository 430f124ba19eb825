import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namedModels } from './find.ts';
import { readSource } from './get.ts';
import { knownModels } from './known.ts';

/** A line of `model list`. */
export interface ListedModel {
  readonly name: string;
  readonly state: 'shipped' | 'fetched' | 'fetchable';
  readonly folder?: string;
  /** Of all its files; of one to fetch, as far as they are known. */
  readonly bytes?: number;
  readonly licence: string;
  readonly source: string;
  /** Of one that was fetched: the parts of `source`. */
  readonly from?: { readonly publisher: string; readonly page: string };
}

/**
 * Every model that has a name: first those of the package, then those fetched by `model get`, then those that it can fetch.
 *
 * @example
 * ```ts
 * import { listModels } from 'chineseblue/encoders';
 *
 * const models = await listModels();
 * const shipped = models.filter(({ state }) => state === 'shipped');
 * shipped.map(({ name, licence }) => [name, licence]); // [['cbert-small', 'apache-2.0'], ['cbert-tiny', 'apache-2.0']]
 * ```
 */
export async function listModels(environment: NodeJS.ProcessEnv = process.env): Promise<ListedModel[]> {
  const here = namedModels(environment);
  const listed = here.map(async ({ name, origin, folder }): Promise<ListedModel> => {
    const source = await readSource(folder);
    const known = { bytes: await bytesOf(folder), folder, name, state: origin };
    if (source) {
      const { licence, publisher, page } = source;
      return { ...known, licence, source: `${publisher}; ${page}`, from: { publisher, page } };
    }
    return { ...known, licence: await licenceOf(folder), source: origin === 'shipped' ? 'chineseblue' : '' };
  });
  const fetchable = knownModels
    .filter((model) => !here.some(({ name }) => name === model.name))
    .map(({ name, licence, page, sources }): ListedModel => {
      const sizes = sources.flatMap((source) =>
        'files' in source ? source.files.flatMap(({ bytes }) => bytes ?? []) : [],
      );
      return { name, state: 'fetchable', bytes: sizes[0], licence, source: page };
    });
  return [...(await Promise.all(listed)), ...fetchable];
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map(async ({ name }) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

/** The `license` of the card's front matter; empty if it has none. */
async function licenceOf(folder: string): Promise<string> {
  const card = join(folder, 'README.md');
  if (!existsSync(card)) return '';
  const [, front = ''] = (await readFile(card, 'utf8')).split(/^---$/m);
  return /^license: *(\S+)/m.exec(front)?.[1] ?? '';
}
