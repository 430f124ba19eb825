import { copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyFile } from '../../fetch/identity.ts';
import { claimPart, settlePart } from '../../fetch/part.ts';
import { explainFileError } from '../../ground/files.ts';
import type { OfficialFile } from './manifest.ts';

/** Where a copy may keep the official paths: a data directory, or the repository of the release. */
const LAYOUTS = ['', 'data', 'ChineseBLUE/data', 'ChineseBLUE'];

/**
 * Copies one official file out of a local directory when it is there with the right content.
 * `missing`: not there; `differs`: there, but not the official file.
 */
export async function copyFrom(
  directory: string,
  official: OfficialFile,
  destination: string,
): Promise<'fetched' | 'missing' | 'differs'> {
  let found: 'missing' | 'differs' = 'missing';
  for (const layout of LAYOUTS) {
    const file = join(directory, layout, official.path);
    const entry = await stat(file).catch(() => undefined);
    if (!entry?.isFile()) continue;
    if ((await identifyFile(file)).gitBlob !== official.gitBlob) {
      found = 'differs';
      continue;
    }
    const part = await claimPart(destination);
    try {
      await copyFile(file, part);
    } catch (error) {
      await rm(part, { force: true });
      throw explainFileError(error, destination);
    }
    await settlePart(part, destination, official);
    return 'fetched';
  }
  return found;
}
