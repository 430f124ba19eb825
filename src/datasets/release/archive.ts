import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Header } from 'tar-stream';
import { identifyBytes } from '../../fetch/identity.ts';
import { claimPart, settlePart } from '../../fetch/part.ts';
import { readTar } from '../../fetch/tar.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { OfficialFile } from './manifest.ts';

const MAX_ENTRIES = 10_000;
const MAX_ENTRY_BYTES = 256 * 1024 * 1024;
/** All entries together, unpacked: an archive that claims to be small may not fill the memory or the day. */
const MAX_TOTAL_BYTES = 4 * 1024 * 1024 * 1024;

export interface ArchiveReport {
  /** Official paths that came out of it. */
  readonly fetched: readonly string[];
  /** Names of entries that were passed over, with the reason. */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Takes official files out of a `.tar.gz` (or `.tar`). Nothing is extracted: an entry counts only when its
 * base name is that of a wanted file and its content has the official git blob hash, and it is then written
 * under the official path, whatever the archive calls it. So `train.txt` of any folder layout finds its
 * corpus by content, and links, absolute names and `../` have no power; they are reported.
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
  const ignored: { name: string; reason: string }[] = [];
  let entries = 0;
  let total = 0;
  try {
    for await (const entry of readTar(archive, signal)) {
      total += entry.header.size ?? 0;
      if (++entries > MAX_ENTRIES || total > MAX_TOTAL_BYTES) {
        throw new UserError('archive-too-large', 'The archive unpacks to more than any release would', {
          file: archive,
          hint: 'Use the official archive.',
        });
      }
      const { reason, candidates } = judge(entry.header, byName);
      if (reason) ignored.push({ name: entry.header.name, reason });
      if (candidates.length === 0) continue;
      const content = await readAll(entry);
      const { gitBlob } = identifyBytes(content);
      const official = candidates.find((candidate) => candidate.gitBlob === gitBlob);
      if (!official) {
        ignored.push({ name: entry.header.name, reason: 'not an official file of that name' });
        continue;
      }
      await settle(content, official, join(dataDir, official.path));
      fetched.push(official.path);
    }
  } catch (error) {
    signal?.throwIfAborted();
    const explained = explainFileError(error, archive);
    if (explained instanceof UserError) throw explained;
    throw new UserError('bad-archive', `The archive cannot be read: ${(error as Error).message}`, {
      file: archive,
      hint: 'It should be a .tar.gz of the release; fetch it again if it was cut off.',
    });
  }
  return { fetched, ignored };
}

/** The official files that an entry may be, by its kind, name and size; and why it is passed over, when that is odd. */
function judge(
  { name, type, size }: Header,
  byName: ReadonlyMap<string, readonly OfficialFile[]>,
): { candidates: readonly OfficialFile[]; reason?: string } {
  if (type === 'directory') return { candidates: [] };
  if (type !== 'file' && type !== 'contiguous-file')
    return { candidates: [], reason: `a ${type}, not a file` };
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..')) {
    return { candidates: [], reason: 'its name points outside the archive' };
  }
  const named = byName.get(basename(name)) ?? [];
  if (named.length === 0) return { candidates: [] };
  if ((size ?? 0) > MAX_ENTRY_BYTES) return { candidates: [], reason: 'too large' };
  return { candidates: named.filter(({ bytes }) => bytes === undefined || bytes === size) };
}

async function settle(content: Uint8Array, official: OfficialFile, destination: string): Promise<void> {
  const part = await claimPart(destination);
  try {
    await writeFile(part, content);
  } catch (error) {
    throw explainFileError(error, destination);
  }
  await settlePart(part, destination, official);
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
