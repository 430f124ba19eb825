import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { identifyFile } from '../../fetch/identity.ts';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
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

/**
 * Throws a UserError if verified files are not all official: `not-public` if none of the tasks was released, and
 * `not-official`. Absent files pass.
 */
export function requireOfficial(files: readonly VerifiedFile[], tasks: readonly Task[]): void {
  if (files.length === 0) throw notReleased(tasks);
  const wrong = files.filter(({ state }) => state === 'differs');
  if (wrong.length > 0) throw notOfficial(wrong);
}

const notReleased = (tasks: readonly Task[]): UserError =>
  new UserError(
    'not-public',
    {
      en: `${tasks.map(({ id }) => id).join(', ')}: never released, so there is nothing to compare with`,
      zh: `${tasks.map(({ id }) => id).join('、')} 从未发布，没有可比对的官方文件`,
    },
    {
      hint: {
        en: '`chineseblue tasks` says which corpora are public.',
        zh: '`chineseblue tasks` 列出哪些语料是公开的。',
      },
    },
  );

const notOfficial = (files: readonly VerifiedFile[]): UserError =>
  new UserError(
    'not-official',
    {
      en: `${counted(files.length, 'file differs from the official one', 'files differ from the official ones')}`,
      zh: `${files.length} 个文件与官方内容不符`,
    },
    {
      file: files[0].path,
      hint: {
        en: `\`chineseblue data get ${files[0].task} --force\` replaces them.`,
        zh: `可用 \`chineseblue data get ${files[0].task} --force\` 替换。`,
      },
    },
  );
