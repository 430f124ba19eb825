import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Hub, hubHeaders, hubOf, hubUrl, listHub } from '../../fetch/hub.ts';
import type { ExpectedFile } from '../../fetch/identity.ts';
import { UserError } from '../../ground/errors.ts';
import { createDirectory } from '../../ground/files.ts';
import type { FilesSource, HubSource, ModelSource } from './known.ts';

/** A source with addresses. */
export interface ResolvedSource extends FilesSource {
  /** Of the hub: where its files are from, at one commit. */
  readonly repository?: string;
  readonly commit?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Configuration and tokenizer: those that a model has are fetched before its weights. */
const CONFIGURATION = [
  ...['config.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'],
  ...['vocab.txt', 'tokenizer.json'],
];
/** How `sentence-transformers` makes a vector of a text. */
const POOLING = [
  'modules.json',
  'config_sentence_transformers.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
];
/** Weights in the order of preference, as `transformers` looks for them. */
const WEIGHTS = [
  /^model\.safetensors$/,
  /^model(-\d{5}-of-\d{5}\.safetensors|\.safetensors\.index\.json)$/,
  /^pytorch_model\.bin$/,
  /^pytorch_model(-\d{5}-of-\d{5}\.bin|\.bin\.index\.json)$/,
];
/** Of all files together: three times the largest model here. */
const MAX_BYTES = 8 * 1024 ** 3;

/** The addresses of a source. A model of the hub is listed first; of a branch, the commit of an earlier download is kept. */
export async function resolveSource(
  source: ModelSource,
  {
    environment = process.env,
    commit: before,
    signal,
  }: { environment?: NodeJS.ProcessEnv; commit: string | undefined; signal?: AbortSignal },
): Promise<ResolvedSource> {
  if ('files' in source) return source;
  const hub = hubOf(environment);
  const { publisher, repository, revision } = source;
  const pinned = /^[0-9a-f]{40}$/.test(revision) ? revision : (before ?? revision);
  const { commit, files } = await listHub(hub, repository, pinned, signal);
  const needed = neededOf(files, source);
  const bytes = needed.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  if (bytes > MAX_BYTES || needed.some((file) => file.bytes === undefined)) throw tooLarge(repository, bytes);
  const addressed = needed.map((file) => ({ ...file, url: hubUrl(hub, repository, commit, file.path) }));
  return {
    publisher: publisherAt(hub, publisher),
    repository,
    commit,
    headers: hubHeaders(hub),
    files: addressed,
  };
}

/** A mirror is named: what came is from there. */
const publisherAt = ({ endpoint }: Hub, publisher: string): string =>
  endpoint === 'https://huggingface.co' ? publisher : `${publisher}, from ${new URL(endpoint).host}`;

function neededOf(files: readonly ExpectedFile[], { repository }: HubSource): ExpectedFile[] {
  const named = new Map(files.map((file) => [file.path, file]));
  const settings = [...CONFIGURATION, ...POOLING].flatMap((path) => named.get(path) ?? []);
  const weights = WEIGHTS.map((pattern) => files.filter(({ path }) => pattern.test(path))).find(
    (found) => found.length > 0,
  );
  if (weights && named.has('config.json')) return [...settings, ...weights];
  throw new UserError(
    'not-on-server',
    {
      en: `${repository} has no config.json or no weights in safetensors or PyTorch's format`,
      zh: `${repository} 中没有 config.json，或没有 safetensors、PyTorch 格式的权重`,
    },
    { hint: { en: 'Use another copy with --from.', zh: '请用 --from 指定其他副本。' } },
  );
}

const tooLarge = (repository: string, bytes: number): UserError =>
  new UserError(
    'too-large',
    {
      en: `${repository} has ${bytes} bytes, or files of unknown size; the limit is ${MAX_BYTES}`,
      zh: `${repository} 共 ${bytes} 字节或有大小未知的文件，上限为 ${MAX_BYTES}`,
    },
    { hint: { en: 'Use another copy with --from.', zh: '请用 --from 指定其他副本。' } },
  );

/** Copies what `sentence-transformers` reads besides the converted model. */
export async function keepPooling(from: string, to: string): Promise<void> {
  for (const path of POOLING) {
    const [source, target] = [join(from, path), join(to, path)];
    if (!existsSync(source) || existsSync(target)) continue;
    await createDirectory(dirname(target));
    await copyFile(source, target);
  }
}
