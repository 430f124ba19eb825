import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Header } from 'tar-stream';
import { badArchive } from '../../fetch/bad-archive.ts';
import { identifyBytes } from '../../fetch/identity.ts';
import { claimPart, settlePart } from '../../fetch/part.ts';
import { readTar } from '../../fetch/tar.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import type { OfficialFile } from './manifest.ts';

const MAX_ENTRIES = 10_000;
const MAX_ENTRY_BYTES = 256 * 1024 * 1024;
/** All entries together, unpacked: a small archive may unpack to much more than it claims. */
const MAX_TOTAL_BYTES = 4 * 1024 * 1024 * 1024;

export interface ArchiveReport {
  /** Official paths that came out of it. */
  readonly fetched: readonly string[];
  /** Names of suspicious entries, which were skipped, with the reason. */
  readonly ignored: readonly { readonly name: string; readonly reason: Text }[];
}

/**
 * Takes official files out of a `.tar.gz` (or `.tar`). Nothing is extracted: an entry counts only when its
 * base name is that of a wanted file and its content has the official git blob hash, and it is then written
 * under the official path, whatever the archive calls it. So `train.txt` of any folder layout finds its
 * corpus by content, and links, absolute names and `../` have no effect; they are reported.
 * Throws a UserError: `bad-archive`, `archive-too-large`, and those of writing.
 */
export async function takeFromArchive(
  archive: string,
  wanted: readonly OfficialFile[],
  dataDir: string,
  signal?: AbortSignal,
): Promise<ArchiveReport> {
  const byName = new Map<string, OfficialFile[]>();
  for (const official of wanted) {
    const name = basename(official.path);
    byName.set(name, [...(byName.get(name) ?? []), official]);
  }
  const fetched: string[] = [];
  const ignored: { name: string; reason: Text }[] = [];
  let entries = 0;
  let total = 0;
  try {
    for await (const entry of readTar(archive, signal)) {
      total += entry.header.size ?? 0;
      if (++entries > MAX_ENTRIES || total > MAX_TOTAL_BYTES) {
        throw new UserError(
          'archive-too-large',
          {
            en: 'The archive unpacks to more than any release would',
            zh: '压缩包解压后超过任何发布版的大小',
          },
          { file: archive, hint: { en: 'Use the official archive.', zh: '请使用官方压缩包。' } },
        );
      }
      const { reason, candidates } = judge(entry.header, byName);
      if (reason) ignored.push({ name: entry.header.name, reason });
      if (candidates.length === 0) continue;
      const content = await readAll(entry);
      const { gitBlob } = identifyBytes(content);
      const official = candidates.find((candidate) => candidate.gitBlob === gitBlob);
      if (!official) {
        ignored.push({ name: entry.header.name, reason: NOT_OFFICIAL });
        continue;
      }
      await settle(content, official, join(dataDir, official.path));
      fetched.push(official.path);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw badArchive(error, archive, {
      en: 'It should be a .tar.gz of the release; fetch it again if it is truncated.',
      zh: '应为发布版的 .tar.gz；若不完整，请重新下载。',
    });
  }
  return { fetched, ignored };
}

const NOT_OFFICIAL: Text = { en: 'not an official file of that name', zh: '不是该名称的官方文件' };
const OUTSIDE: Text = { en: 'its name points outside the archive', zh: '名称指向压缩包之外' };
const TOO_LARGE: Text = { en: 'too large', zh: '过大' };

/** The official files that an entry may be, by its kind, name and size; and why it is skipped, where that is suspicious. */
function judge(
  { name, type, size }: Header,
  byName: ReadonlyMap<string, readonly OfficialFile[]>,
): { candidates: readonly OfficialFile[]; reason?: Text } {
  if (type === 'directory') return { candidates: [] };
  if (type !== 'file' && type !== 'contiguous-file')
    return { candidates: [], reason: { en: `a ${type}, not a file`, zh: `类型为 ${type}，不是文件` } };
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..')) {
    return { candidates: [], reason: OUTSIDE };
  }
  const named = byName.get(basename(name)) ?? [];
  if (named.length === 0) return { candidates: [] };
  if ((size ?? 0) > MAX_ENTRY_BYTES) return { candidates: [], reason: TOO_LARGE };
  return { candidates: named.filter(({ bytes }) => bytes === undefined || bytes === size) };
}

async function settle(content: Uint8Array, official: OfficialFile, destination: string): Promise<void> {
  const part = await claimPart(destination);
  try {
    await writeFile(part, content);
  } catch (error) {
    await rm(part, { force: true });
    throw explainFileError(error, destination);
  }
  await settlePart(part, destination, official);
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
