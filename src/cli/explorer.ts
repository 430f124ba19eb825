import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { explainFileError } from '../ground/files.ts';
import { chooseTasks, dataDirOf } from './open-task.ts';
import type { Terminal } from './terminal.ts';

interface ExplorerOptions {
  readonly runs: string;
  readonly dataDir?: string;
  readonly taskFile?: string;
  readonly host: string;
  readonly port: number;
}

/** Shows all runs of a directory until the signal. Throws a UserError where it cannot be read. */
export async function serveExplorer(
  { runs: runsDir, host, port, ...options }: ExplorerOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { requireLoopback } = await import('../server/loopback.ts');
  const { createExplorer } = await import('../server/explorer/app.ts');
  const { listen } = await import('../server/api/listen.ts');
  requireLoopback(host, { en: 'The explorer of runs', zh: '运行浏览器' });
  await readdir(runsDir).catch((error) => {
    throw explainFileError(error, runsDir);
  });
  const dataDir = await dataDirOf(options);
  const { tasks: among } = await chooseTasks([], options.taskFile, dataDir);
  const onError = (error: unknown): void => terminal.alert(String(error));
  const listening = await listen(createExplorer({ runsDir, dataDir, among, onError }), { host, port });
  if (terminal.json) terminal.printJson({ url: listening.url });
  else
    terminal.printText({
      en: `Runs in ${runsDir}: ${listening.url}`,
      zh: `${runsDir} 中的运行记录：${listening.url}`,
    });
  if (!signal.aborted) await once(signal, 'abort');
  await listening.close();
}
