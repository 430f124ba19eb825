import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { identifyFile } from '../../fetch/identity.ts';
import type { Task } from '../../tasks/task.ts';
import { type OfficialFile, officialFiles } from './manifest.ts';

export type FileState = 'ok' | 'absent' | 'differs';

export interface VerifiedFile {
  readonly task: string;
  readonly path: string;
  readonly state: FileState;
}

/** Whether a file of the data directory is the official one, by git blob SHA-1 and SHA-256 where known. */
export async function checkFile(dataDir: string, official: OfficialFile): Promise<FileState> {
  const file = join(dataDir, official.path);
  if (!existsSync(file)) return 'absent';
  const { gitBlob, sha256 } = await identifyFile(file);
  const sameSha256 = official.sha256 === undefined || official.sha256 === sha256;
  return gitBlob === official.gitBlob && sameSha256 ? 'ok' : 'differs';
}

/** Checks every official file of the tasks, in the order of the release. */
export async function verifyData(
  tasks: readonly Task[],
  dataDir: string,
  onProgress?: (share: number, note: string) => void,
): Promise<VerifiedFile[]> {
  const wanted = tasks.flatMap((task) =>
    officialFiles(task).map((official) => ({ task: task.id, official })),
  );
  const verified: VerifiedFile[] = [];
  for (const { task, official } of wanted) {
    onProgress?.(verified.length / wanted.length, official.path);
    verified.push({ task, path: official.path, state: await checkFile(dataDir, official) });
  }
  return verified;
}
