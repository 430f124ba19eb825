import { EXIT, UserError } from '../ground/errors.ts';
import { list, type Parsed, text } from '../ground/parameters.ts';
import { ANSWERING, MODEL_FILE, parameterOptions } from './model-options.ts';
import type { OPENID } from './openid-options.ts';
import { TASK_FILE } from './options.ts';
import { SITE } from './site-options.ts';
import type { Terminal } from './terminal.ts';

/** What `serve` serves instead of an evaluation server. */
export const INSTEAD = {
  runs: text({
    placeholder: 'dir',
    summary: {
      en: 'show the kept runs of this directory instead: errors, comparisons, audits; for this machine only',
      zh: '改为浏览该目录中的运行：错误、比较与语料审查；仅限本机访问',
    },
  }),
  model: list({
    placeholder: 'kind:path',
    summary: {
      en: 'answer what is typed or sent with these kept models instead',
      zh: '改为用这些已保存的模型回答输入的文本或请求',
    },
  }),
  task: list({
    placeholder: 'name',
    summary: {
      en: 'of --model: one task for all, or one for each (default: as their files say)',
      zh: '--model 的任务：全部共用一个，或逐一对应（默认取自模型文件）',
    },
  }),
  ...TASK_FILE,
  ...MODEL_FILE,
  ...ANSWERING,
};

interface Options extends Parsed<typeof INSTEAD & typeof SITE & typeof OPENID> {
  readonly dataDir?: string;
  readonly host: string;
  readonly port: number;
  readonly trustedProxy: readonly string[];
  readonly newAdminToken: boolean;
  readonly baselines: boolean;
}

/**
 * Serves runs or models where the options ask for them, until the signal; false where they ask for an evaluation server.
 * Neither is served beside private gold: throws a UserError `not-beside` where options of an evaluation server are given too.
 */
export async function serveInstead(
  options: Options,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { runs, model, modelFile, task, taskFile, dataDir, host, port, trustedProxy } = options;
  if (runs !== undefined) {
    const beside = [
      ...(model.length > 0 ? ['--model'] : []),
      ...(trustedProxy.length > 0 ? ['--trusted-proxy'] : []),
    ];
    refuseBeside('--runs', [...siteOptions(options), ...beside]);
    const { serveExplorer } = await import('./explorer.ts');
    await serveExplorer({ runs, taskFile, dataDir, host, port }, terminal, signal);
    return true;
  }
  if (model.length > 0) {
    refuseBeside('--model', siteOptions(options));
    const { servePlayground } = await import('./playground/serve.ts');
    const parameters = await parameterOptions({ ...options, param: [] });
    const named = { model, modelFile, task, taskFile, dataDir, parameters };
    await servePlayground({ ...named, host, port, trustedProxy }, terminal, signal);
    return true;
  }
  return false;
}

/** The options of an evaluation server that are given. */
const siteOptions = (options: Options): string[] => {
  const { dir, database, keyFile, workers, newAdminToken, baselines, openidIssuer, publicUrl } = options;
  return Object.entries({
    '--dir': dir !== SITE.dir.default,
    '--database': database !== undefined,
    '--key-file': keyFile !== undefined,
    '--workers': workers !== undefined,
    '--new-admin-token': newAdminToken,
    '--no-baselines': !baselines,
    '--openid-issuer': openidIssuer !== undefined,
    '--public-url': publicUrl !== undefined,
  }).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
};

function refuseBeside(served: string, [other]: readonly string[]): void {
  if (other === undefined) return;
  throw new UserError(
    'not-beside',
    { en: `${served} cannot be used with ${other}`, zh: `${served} 不能与 ${other} 同时使用` },
    {
      field: served,
      hint: {
        en: 'Serve them in a process of their own: a server with private gold serves nothing else.',
        zh: '请另开进程运行：存放私有金标的服务器不提供其他服务。',
      },
      exitCode: EXIT.usage,
    },
  );
}
