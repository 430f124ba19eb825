import { existsSync } from 'node:fs';
import { readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { download, fileUrl } from '../../fetch/download.ts';
import { type Identity, identifyFile } from '../../fetch/identity.ts';
import { dropLeftovers, findLeftovers } from '../../fetch/part.ts';
import { unpack } from '../../fetch/unpack.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { explainFileError, makeDirectory, writeJson } from '../../ground/files.ts';
import { bothLanguages, listed, type Text } from '../../ground/language.ts';
import { acquireLock } from '../../ground/lock.ts';
import { didYouMean } from '../../ground/nearest.ts';
import { lockOf, makeWhole, remainsOf } from '../../ground/staging.ts';
import { readConfig } from '../architectures/registry.ts';
import type { Precision } from '../weights/safetensors_write.ts';
import { fetchedDir } from './find.ts';
import { keepPooling, type ResolvedSource, resolveSource } from './hub_source.ts';
import { convertModel } from './import.ts';
import { type FilesSource, type KnownModel, knownModels, type SourceFile } from './known.ts';

export interface GetModelOptions {
  /** The folder to make; default: below the cache directory, where the model is found by its name. */
  readonly out?: string;
  /** An address (an archive, or a folder with `config.json`, `vocab.txt`, `pytorch_model.bin`), an archive, or a folder. */
  readonly from?: string;
  /** Download again where it already exists. */
  readonly force?: boolean;
  readonly precision?: Precision;
  readonly onProgress?: (share: number, note: string) => void;
  /** A source that did not answer, before the next is tried. */
  readonly onFailure?: (publisher: string, error: UserError) => void;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
  /** As in `download`. */
  readonly pause?: number;
}

/** File next to the weights with their source. */
const SOURCE_FILE = 'source.json';

/** A downloaded file; `verified` where its hash was known in advance. */
export interface FetchedFile extends Identity {
  readonly path: string;
  readonly from: string;
  readonly verified: boolean;
}

export interface FetchedModel {
  readonly schema: 'chineseblue/model-source@1';
  readonly name: string;
  readonly licence: string;
  readonly page: string;
  readonly publisher: string;
  /** Of a model of the hub: the repository, and the commit that its files are from. */
  readonly repository?: string;
  readonly commit?: string;
  readonly fetchedAt: string;
  readonly files: readonly FetchedFile[];
}

const ARCHIVE = /\.(archive|zip|tar|tar\.gz|tgz)$/;
/** The files of a model, by base name. */
const MODEL_FILES =
  /^(config\.json|bert_config\.json|vocab\.txt|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|(model|pytorch_model)(-\d+-of-\d+)?\.(safetensors|bin)(\.index\.json)?|[^.].*\.ckpt.*\.(index|data-\d+-of-\d+))$/;
const HUB_FILES = ['config.json', 'vocab.txt', 'pytorch_model.bin'];
/** Errors of a source after which the next one is tried; others are thrown. */
const SOURCE_FAILED = new Set([
  'no-connection',
  'not-on-server',
  'server-error',
  'too-large',
  'wrong-hash',
  'not-an-archive',
  'bad-archive',
]);

/**
 * Fetches a model that others published and rewrites it as a Hugging Face folder, which appears whole or not at all.
 * Sources are tried in order; an interrupted download is resumed. Returns the folder and its source; `kept` where it
 * already existed. Throws a UserError: `not-reachable` with manual instructions, `changed-content` if a forced call
 * receives other bytes than the first one, and those of `unpack`, `convertModel` and `makeWhole`: `in-use` while another process fetches into the same folder.
 */
export async function getModel(
  name: string,
  options: GetModelOptions = {},
  known: readonly KnownModel[] = knownModels,
): Promise<{ folder: string; kept: boolean; source: FetchedModel | undefined }> {
  const model = known.find((one) => one.name === name);
  if (!model) throw unknown(name, known);
  const folder = options.out ?? join(fetchedDir(options.environment), name);
  const { force = false } = options;
  const isThere = (): boolean => existsSync(join(folder, 'config.json'));
  if (isThere() && !force) {
    await sweep(folder);
    return { folder, kept: true, source: await readSource(folder) };
  }
  const work = workOf(folder);
  const source = await makeWhole(folder, (staging) => fetchModel(model, { folder, work, staging }, options), {
    mayReplace: (names) => force && names.includes(SOURCE_FILE),
  }).catch(async (error) => {
    // Downloads are kept to be resumed; without any, nothing is left.
    await rmdir(work).catch(() => undefined);
    throw error;
  });
  await rm(work, { recursive: true, force: true });
  return { folder, kept: false, source };
}

/** The directory of the downloads next to the model's folder: it outlives an interruption, so that they are resumed. */
const workOf = (folder: string): string => `${folder}.fetching`;

/** Removes what a dead process left next to a complete model, unless another process is working there. */
async function sweep(folder: string): Promise<void> {
  const leftovers = [workOf(folder), ...remainsOf(folder)].filter((path) => existsSync(path));
  if (leftovers.length === 0) return;
  try {
    await using _lock = await acquireLock(lockOf(folder));
    for (const path of leftovers) await rm(path, { recursive: true, force: true });
  } catch {
    // The model is complete: a failure to remove leftovers does not prevent its use.
  }
}

interface Places {
  readonly folder: string;
  readonly work: string;
  readonly staging: string;
}

/** Fills `staging` from the first source that answers. */
async function fetchModel(
  model: KnownModel,
  { folder, work, staging }: Places,
  options: GetModelOptions,
): Promise<FetchedModel> {
  const { from, precision, onFailure, signal, environment } = options;
  const before = await readSource(folder);
  await makeDirectory(work);
  const sources = from === undefined ? model.sources : [sourceOf(from)];
  const failures: Text[] = [];
  for (const [i, source] of sources.entries()) {
    const room = join(work, String(i));
    try {
      const resolved = await resolveSource(source, { environment, signal, commit: before?.commit });
      const files = await fetchSource(resolved, room, options);
      refuseOther(files, before, folder);
      const place = await modelIn(files, resolved, room, signal);
      await convertModel(place, staging, precision);
      await keepPooling(place, staging);
      const { name, licence, page } = model;
      const { publisher, repository, commit } = resolved;
      const fetched: FetchedModel = {
        schema: 'chineseblue/model-source@1',
        ...{ name, licence, page },
        ...{ publisher, repository, commit },
        fetchedAt: new Date().toISOString(),
        files,
      };
      await writeJson(join(staging, SOURCE_FILE), fetched);
      return fetched;
    } catch (error) {
      await rmdir(room).catch(() => undefined);
      if (!(error instanceof UserError) || !SOURCE_FAILED.has(error.code) || from !== undefined) throw error;
      const { publisher } = source;
      failures.push({ en: `${publisher}: ${error.text.en}`, zh: `${publisher}：${error.text.zh}` });
      if (i + 1 < sources.length) onFailure?.(source.publisher, error);
    }
  }
  throw notReachable(model, failures);
}

function notReachable({ name, page }: KnownModel, failures: readonly Text[]): UserError {
  const archive = `\`chineseblue model get ${name} --from FILE\``;
  const folder = `\`chineseblue model import DIR --out ${name}\``;
  return new UserError(
    'not-reachable',
    {
      en: `${name} could not be downloaded. ${failures.map(({ en }) => en).join('. ')}`,
      zh: `无法下载 ${name}。${failures.map(({ zh }) => zh).join('；')}`,
    },
    {
      hint: {
        en: `Manually: download it from ${page} on another machine, then use ${archive} for the archive or ${folder} for the unpacked folder. --from URL uses a mirror.`,
        zh: `可在其他机器上从 ${page} 手动下载，再用 ${archive} 导入压缩包，或用 ${folder} 导入解压后的目录；--from URL 可指定镜像。`,
      },
    },
  );
}

function unknown(name: string, known: readonly KnownModel[]): UserError {
  const names = known.map((one) => one.name);
  const [close, all] = [didYouMean(name, names), listed(names)];
  return new UserError(
    'unknown-model',
    { en: `There is no model "${name}" to download`, zh: `没有可下载的模型“${name}”` },
    {
      hint: {
        en: `${close.en}Available: ${all.en}. For a local folder of weights: --model bert:DIR.`,
        zh: `${close.zh}可下载：${all.zh}。本地权重目录请用 --model bert:DIR。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

const LOCAL_COPY: Text = { en: 'a local copy', zh: '本地副本' };

const PUBLISHERS: readonly Text[] = [
  LOCAL_COPY,
  { en: 'its authors (Google Drive)', zh: '原作者（Google Drive）' },
  {
    en: 'freedomking (a copy on Hugging Face, July 2022)',
    zh: 'freedomking（Hugging Face 上的副本，2022 年 7 月）',
  },
];

/** Who published a model, as its record says, in both languages; from a mirror, with its host. */
export function describePublisher(publisher: string): Text {
  const [name, host] = publisher.split(', from ');
  const { zh } = PUBLISHERS.find(({ en }) => en === name) ?? bothLanguages(name);
  return { en: publisher, zh: host === undefined ? zh : `${zh}，经 ${host}` };
}

function sourceOf(from: string): FilesSource {
  const isUrl = /^https?:\/\//.test(from);
  if (!isUrl) return { publisher: LOCAL_COPY.en, files: [{ path: basename(from), url: from }] };
  const { pathname, host } = new URL(from);
  const files: SourceFile[] = ARCHIVE.test(pathname)
    ? [{ path: basename(pathname), url: from }]
    : HUB_FILES.map((path) => ({ path, url: fileUrl(from, path) }));
  return { publisher: host, files };
}

/** The files of a source below `room`, or where they are on this machine. */
async function fetchSource(
  source: ResolvedSource,
  room: string,
  { onProgress, signal, pause }: GetModelOptions,
): Promise<FetchedFile[]> {
  const leftovers = await findLeftovers(source.files.map(({ path }) => join(room, path)));
  const fetched: FetchedFile[] = [];
  for (const [i, expected] of source.files.entries()) {
    const { path, url, bytes } = expected;
    if (!/^https?:/.test(url)) {
      if ((await statOf(url)).isDirectory()) return [];
      fetched.push({ path, from: url, ...(await identifyFile(url)), verified: false });
      continue;
    }
    const destination = join(room, path);
    let had = 0;
    const found =
      (await completeFile(destination, expected)) ??
      (await download(expected, url, destination, {
        headers: source.headers,
        leftovers,
        signal,
        pause,
        onBytes(count) {
          had += count;
          const share = bytes ? Math.min(1, had / bytes) : 0;
          onProgress?.((i + share) / source.files.length, `${path}, ${Math.round(had / 2 ** 20)} MiB`);
        },
      }));
    await dropLeftovers(destination, leftovers);
    const verified = expected.sha256 !== undefined || expected.gitBlob !== undefined;
    fetched.push({ path, from: url, ...found, verified });
    // before gigabytes of weights that could not be read
    if (path === 'config.json') await readConfig(destination);
  }
  return fetched;
}

/** A file of an earlier attempt, if it matches its hash. */
async function completeFile(file: string, expected: SourceFile): Promise<Identity | undefined> {
  if (!existsSync(file)) return undefined;
  const found = await identifyFile(file);
  const fits = (['bytes', 'sha256', 'gitBlob'] as const).every(
    (name) => expected[name] === undefined || expected[name] === found[name],
  );
  return fits ? found : undefined;
}

/** The folder with the model: the fetched files themselves, or the content of their archive. */
async function modelIn(
  files: readonly FetchedFile[],
  source: FilesSource,
  room: string,
  signal?: AbortSignal,
): Promise<string> {
  const [first] = source.files;
  if (files.length === 0) return first.url;
  const local = !/^https?:/.test(first.url);
  if (!local && !ARCHIVE.test(first.path)) return room;
  const unpacked = join(room, 'unpacked');
  await rm(unpacked, { recursive: true, force: true });
  const archive = local ? first.url : join(room, first.path);
  try {
    if ((await unpack(archive, unpacked, MODEL_FILES, signal)).length > 0) return unpacked;
    throw new UserError(
      'bad-archive',
      { en: 'The archive contains no model files', zh: '压缩包中没有模型文件' },
      {
        file: archive,
        hint: {
          en: 'It should contain a configuration, a vocab.txt and weights.',
          zh: '其中应有配置文件、vocab.txt 和权重。',
        },
      },
    );
  } catch (error) {
    // a web page instead of the archive must not be reused by the next call
    if (!local && !signal?.aborted) await rm(archive, { force: true });
    throw error;
  }
}

function refuseOther(files: readonly FetchedFile[], before: FetchedModel | undefined, folder: string): void {
  for (const { path, from, sha256 } of files) {
    const first = before?.files.find((file) => file.from === from);
    if (!first || first.sha256 === sha256) continue;
    throw new UserError(
      'changed-content',
      {
        en: `${path} has changed: SHA-256 ${sha256}, before ${first.sha256}`,
        zh: `${path} 内容已变化：SHA-256 为 ${sha256}，原为 ${first.sha256}`,
      },
      {
        file: join(folder, SOURCE_FILE),
        hint: {
          en: 'The existing model was not changed. Delete its folder to use the new one.',
          zh: '现有模型未改动；如需使用新版本，请删除该目录。',
        },
      },
    );
  }
}

/** The source of the model in a folder; undefined if `getModel` did not create it. */
export async function readSource(folder: string): Promise<FetchedModel | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, SOURCE_FILE), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw explainFileError(error, join(folder, SOURCE_FILE));
  }
}

const statOf = (path: string) =>
  stat(path).catch((error) => {
    throw explainFileError(error, path);
  });
