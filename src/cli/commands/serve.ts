import { once } from 'node:events';
import { flag, integer, list, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks } from '../open-task.ts';
import { OPENID, openIdOf } from '../openid-options.ts';
import { EXCLUDES, INSTEAD, NEEDS, serveInstead } from '../serve-instead.ts';
import { SITE, siteSettings } from '../site-options.ts';
import type { Terminal } from '../terminal.ts';

export const serveCommand = defineCommand({
  name: 'serve',
  summary: { en: 'run an evaluation server with a leaderboard', zh: '运行带排行榜的评测服务器' },
  options: {
    ...SITE,
    ...INSTEAD,
    ...OPENID,
    dataDir: text({
      placeholder: 'dir',
      summary: {
        en: 'at the first start: host the tasks of this directory (default: the synthetic samples); with --runs or --model: directory of the corpora',
        zh: '首次启动时开放该目录中的任务（默认使用合成样例）；与 --runs 或 --model 同用时为语料目录',
      },
    }),
    host: text({
      default: '127.0.0.1',
      summary: { en: 'address to listen on', zh: '监听地址' },
    }),
    port: integer({
      min: 0,
      max: 65_535,
      default: 8930,
      summary: { en: 'port to listen on; 0: any free port', zh: '端口；0 为任意空闲端口' },
    }),
    trustedProxy: list({
      placeholder: 'address',
      summary: {
        en: 'addresses or networks of trusted reverse proxies: rate limits and the audit log take the client address from their X-Forwarded-For',
        zh: '可信反向代理的地址或网段：限流与审计日志从其 X-Forwarded-For 取得客户端地址',
      },
    }),
    newAdminToken: flag({
      default: false,
      summary: {
        en: 'issue a new admin token and revoke earlier ones',
        zh: '输出新的管理员令牌，此前的令牌失效',
      },
    }),
    baselines: flag({
      default: true,
      summary: {
        en: 'at the first start: leave the leaderboards empty, without baselines',
        zh: '首次启动时不把基线模型加入排行榜',
      },
    }),
  },
  needs: NEEDS,
  excludes: EXCLUDES,
  examples: [
    'chineseblue serve',
    'chineseblue serve --database postgres://me@localhost/evaluation --port 80',
    'chineseblue serve --runs runs',
    'chineseblue serve --model bert:my-model',
  ],
  finishing: { en: 'stopping the current scoring', zh: '正在结束当前评分' },
  async run({ options, terminal, signal }) {
    if (await serveInstead(options, terminal, signal)) return;
    const { openSite } = await import('../../server/site.ts');
    const { createApp } = await import('../../server/api/app.ts');
    const { listen } = await import('../../server/api/listen.ts');
    const { createCallerOf } = await import('../../server/api/caller.ts');
    const { startScorer } = await import('../../server/scorer.ts');
    const { adminToken } = await import('../../server/first-start.ts');
    const signIn = await openIdOf(options);
    const callerOf = createCallerOf(options.trustedProxy);
    const settings = await siteSettings(options);
    const onError = (error: unknown): void => terminal.alert(String(error));
    const site = await openSite({ ...settings, onError });
    try {
      await prepare(site, options, terminal);
      const app = createApp({ site, callerOf, onError, ...signIn });
      const listening = await listen(app, options);
      const scorer = startScorer(site, site.workers, onError);
      try {
        // Only now, when it is certain that it will be shown.
        const token = await adminToken(site, { renew: options.newAdminToken });
        announce(terminal, listening.url, token);
        const { submitBaselines } = await import('../baselines.ts');
        const filling = submitBaselines(site, options.dir, signal).catch((error) => {
          if (!signal.aborted) onError(error);
        });
        if (!signal.aborted) await once(signal, 'abort');
        await filling;
      } finally {
        await listening.close();
        await scorer.close();
      }
    } finally {
      await site.close();
    }
  },
});

type Site = Awaited<ReturnType<typeof import('../../server/site.ts').openSite>>;

/** At the first start opens tasks as challenges. */
async function prepare(
  site: Site,
  {
    dir,
    dataDir,
    baselines,
  }: { readonly dir: string; readonly dataDir?: string; readonly baselines: boolean },
  terminal: Terminal,
): Promise<void> {
  const { isEmpty, openTasks } = await import('../../server/first-start.ts');
  if (!(await isEmpty(site))) return;
  const { samplesDir } = await import('../../datasets/directory.ts');
  const { availableSplits } = await import('../../datasets/dataset.ts');
  const from = dataDir ?? samplesDir();
  const { tasks } = await chooseTasks([], undefined, from);
  const here = tasks.filter((task) => availableSplits({ task, dir: from }).length > 0);
  const goldReaders =
    dataDir === undefined
      ? { en: 'Everyone: the synthetic samples are public.', zh: '所有人：合成样例是公开的。' }
      : { en: 'The operators of this server.', zh: '运行本服务器的人员。' };
  const progress = terminal.progress({ en: 'Opening tasks', zh: '正在开放任务' });
  const left = await openTasks(site, here, { dir: from, goldReaders }).finally(progress.stop);
  for (const { task, error } of left)
    terminal.note({
      en: `Skipped ${task.id}: ${error.text.en}`,
      zh: `未开放 ${task.id}：${error.text.zh}`,
    });
  if (!baselines) return;
  const { planBaselines } = await import('../baselines.ts');
  const opened = here.filter((task) => left.every(({ task: other }) => other !== task));
  await planBaselines(dir, from, opened);
}

function announce(terminal: Terminal, url: string, token: string | undefined): void {
  if (terminal.json) {
    terminal.printJson({ url, token });
    return;
  }
  terminal.printText({ en: `The evaluation server is available at ${url}`, zh: `评测服务器地址：${url}` });
  if (token !== undefined)
    terminal.printText({
      en: `The admin token, shown only once: ${token}`,
      zh: `管理员令牌（仅显示这一次）：${token}`,
    });
}
