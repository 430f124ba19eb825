import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { readTextFile } from '../../ground/files.ts';
import { issueText } from '../../ground/issues.ts';
import type { Text } from '../../ground/language.ts';
import { damaged, type StoredTensor, type WeightFile } from './stored.ts';

/** Ends of the names of index files that `transformers` writes next to shards. */
export const SHARD_INDEX = /\.(safetensors|bin)\.index\.json$/;
const MAX_SHARDS = 4096;

const shardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Opens weights that are split into shards, by their index (`model.safetensors.index.json`,
 * `pytorch_model.bin.index.json`): a map from tensors to files next to the index. Throws a UserError for a shard that is
 * missing, is listed under two names or is outside the folder, and for a tensor that is not in its shard or is listed twice.
 */
export async function openSharded(
  file: string,
  openShard: (file: string) => Promise<WeightFile>,
): Promise<WeightFile> {
  const map = await readIndex(file);
  const names = [...new Set(map.values())].sort();
  await checkShards(file, names);
  const opened: WeightFile[] = [];
  const close = async (): Promise<void> => {
    for (const shard of opened) await shard.close();
  };
  try {
    for (const name of names) opened.push(await openShard(join(dirname(file), name)));
    const tensors = opened.flatMap((shard, i) => tensorsOf(shard, names[i], map, file));
    const found = new Set(tensors.map(({ name }) => name));
    for (const [tensor, shard] of map) {
      if (found.has(tensor)) continue;
      throw damaged(file, tensor, {
        en: `it should be in ${shard}, which does not have it`,
        zh: `应在 ${shard} 中，但其中没有`,
      });
    }
    const size = opened.reduce((sum, shard) => sum + shard.size, 0);
    return { format: opened[0].format, file, size, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readIndex(file: string): Promise<Map<string, string>> {
  const text = await readTextFile(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw damaged(file, 'weight_map', { en: `not JSON (${why})`, zh: `不是有效的 JSON（${why}）` });
  }
  const twice = repeatedKey(text);
  if (twice !== undefined)
    throw damaged(file, twice, { en: 'the index lists it twice', zh: '索引中重复列出' });
  const result = shardIndex.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw damaged(file, issue.path.join('.'), issueText(issue));
  }
  const map = new Map(Object.entries(result.data.weight_map));
  if (map.size === 0)
    throw damaged(file, 'weight_map', { en: 'it lists no tensors', zh: '其中没有列出张量' });
  return map;
}

/** A string, followed by a colon where it is a key, or the beginning or end of an object. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g;

/** A key that an object of a valid JSON text has twice, of which a parser keeps the last. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, quoted, colon] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon) {
      const key: string = JSON.parse(quoted);
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

async function checkShards(file: string, names: readonly string[]): Promise<void> {
  if (names.length > MAX_SHARDS)
    throw damaged(file, 'weight_map', { en: `${names.length} shards`, zh: `分片数为 ${names.length}` });
  const refuse = (name: string, why: Text): never => {
    throw damaged(file, 'weight_map', {
      en: `the shard ${JSON.stringify(name)} ${why.en}`,
      zh: `分片 ${JSON.stringify(name)} ${why.zh}`,
    });
  };
  const places = new Map<string, string>();
  for (const name of names) {
    if (!/\.(safetensors|bin)$/.test(name) || /[/\\\0]/.test(name))
      refuse(name, { en: 'is not a weights file of this folder', zh: '不是该目录中的权重文件' });
    const path = join(dirname(file), name);
    if (!existsSync(path)) throw shardMissing(path, file);
    const place = await realpath(path);
    const other = places.get(place);
    if (other !== undefined)
      refuse(name, { en: `is the same file as ${other}`, zh: `与 ${other} 是同一文件` });
    places.set(place, name);
  }
}

const shardMissing = (path: string, index: string): UserError =>
  new UserError(
    'weights-missing',
    { en: `A shard of the weights is missing: ${basename(path)}`, zh: `缺少权重分片：${basename(path)}` },
    {
      file: path,
      hint: {
        en: `Download every file that ${basename(index)} lists into this folder.`,
        zh: `请将 ${basename(index)} 列出的所有文件下载到该目录。`,
      },
    },
  );

function tensorsOf(
  { tensors }: WeightFile,
  shard: string,
  map: ReadonlyMap<string, string>,
  file: string,
): StoredTensor[] {
  return tensors.map((tensor) => {
    const listed = map.get(tensor.name);
    if (listed !== undefined && listed !== shard)
      throw damaged(file, tensor.name, {
        en: `the index places it in ${listed}, but it is in ${shard}`,
        zh: `索引称其在 ${listed}，实际在 ${shard}`,
      });
    return { ...tensor, identity: `${shard} ${tensor.identity}` };
  });
}
