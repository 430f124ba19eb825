import { list, type Parsed, text } from '../ground/parameters.ts';
import { ANSWERING, MODEL_FILE, parameterOptions } from './model-options.ts';
import { TASK_FILE } from './options.ts';
import type { Terminal } from './terminal.ts';

/** What `serve` serves instead of an evaluation server. */
export const INSTEAD = {
  runs: text({
    placeholder: 'dir',
    summary: {
      en: 'browse the kept runs of this directory instead: errors, comparisons, audits; on this machine only',
      zh: '改为浏览该目录中的运行：错误、比较与语料审查；仅限本机访问',
    },
  }),
  model: list({
    placeholder: 'kind:path',
    summary: {
      en: 'serve these kept models instead, for typed text and requests',
      zh: '改为用这些已保存的模型回答输入的文本或请求',
    },
  }),
  task: list({
    placeholder: 'name',
    summary: {
      en: 'with --model: one task for all, or one per model (default: as recorded in the model files)',
      zh: '--model 的任务：全部共用一个，或逐一对应（默认取自模型文件）',
    },
  }),
  ...TASK_FILE,
  ...MODEL_FILE,
  ...ANSWERING,
};

/** Options of an evaluation server. A process with private gold serves nothing else. */
const OF_SITE = [
  'dir',
  'database',
  'keyFile',
  'workers',
  'newAdminToken',
  'baselines',
  'publicUrl',
  'openidIssuer',
  'openidClient',
  'openidSecretFile',
] as const;

const OF_MODELS = ['task', 'modelFile', 'dtype', 'device', 'threads'] as const;

/** Which options require one of those. */
export const NEEDS = {
  task: ['model'],
  modelFile: ['model'],
  dtype: ['model'],
  device: ['model'],
  threads: ['model'],
  taskFile: ['model', 'runs'],
  openidSecretFile: ['openidClient'],
} as const;

/** Which options are ignored, hence rejected, with one of those. */
export const EXCLUDES = {
  runs: ['model', ...OF_MODELS, 'trustedProxy', ...OF_SITE],
  model: OF_SITE,
} as const;

interface Options extends Parsed<typeof INSTEAD> {
  readonly dataDir?: string;
  readonly host: string;
  readonly port: number;
  readonly trustedProxy: readonly string[];
}

/** Serves runs or models where the options ask for them, until the signal; false where they ask for an evaluation server. */
export async function serveInstead(
  options: Options,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { runs, model, modelFile, task, taskFile, dataDir, host, port, trustedProxy } = options;
  if (runs !== undefined) {
    const { serveExplorer } = await import('./explorer.ts');
    await serveExplorer({ runs, taskFile, dataDir, host, port }, terminal, signal);
    return true;
  }
  if (model.length > 0) {
    const { servePlayground } = await import('./playground/serve.ts');
    const parameters = await parameterOptions({ ...options, param: [] });
    const named = { model, modelFile, task, taskFile, dataDir, parameters };
    await servePlayground({ ...named, host, port, trustedProxy }, terminal, signal);
    return true;
  }
  return false;
}
