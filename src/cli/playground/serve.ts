import { once } from 'node:events';
import type { Terminal } from '../terminal.ts';
import { openBrowserFiles } from './browser-files.ts';
import { chooseModels, type NamedModels } from './models.ts';

interface PlaygroundOptions extends NamedModels {
  readonly host: string;
  readonly port: number;
  /** Reverse proxies whose X-Forwarded-For is believed. */
  readonly trustedProxy: readonly string[];
}

/** Answers with models until the signal. */
export async function servePlayground(
  { host, port, trustedProxy, ...named }: PlaygroundOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { startAnswerer } = await import('./answerer.ts');
  const { createPlayground } = await import('../../server/playground/app.ts');
  const { listen } = await import('../../server/api/listen.ts');
  const { createCallerOf } = await import('../../server/api/caller.ts');
  const callerOf = createCallerOf(trustedProxy);
  const models = await chooseModels(named);
  const progress = terminal.progress({ en: 'Loading models', zh: '正在加载模型' });
  const answerer = await startAnswerer(models).finally(progress.stop);
  try {
    const onError = (error: unknown): void => terminal.alert(String(error));
    const browser = await openBrowserFiles(models);
    const listening = await listen(createPlayground({ answerer, browser, callerOf, onError }), {
      host,
      port,
    });
    const names = models.map(({ name }) => name);
    if (terminal.json) terminal.printJson({ url: listening.url, models: names });
    else
      terminal.printText({
        en: `${names.join(', ')} can be tried at ${listening.url}/playground`,
        zh: `${names.join('、')} 可在 ${listening.url}/playground 试用`,
      });
    if (!signal.aborted) await once(signal, 'abort');
    await listening.close();
  } finally {
    await answerer.close();
  }
}
