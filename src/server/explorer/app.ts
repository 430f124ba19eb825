import { OpenAPIHono } from '@hono/zod-openapi';
import { secureHeaders } from 'hono/secure-headers';
import { auditTasks } from '../../audit/audit-tasks.ts';
import { findTokenizer } from '../../audit/vocabulary.ts';
import { type OpenOptions, openRuns } from '../../evaluation/opened.ts';
import { listRuns } from '../../evaluation/store.ts';
import { UserError } from '../../ground/errors.ts';
import { reportPage } from '../../report/page.ts';
import { analyseRuns } from '../../report/report.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Env } from '../api/context.ts';
import { refusalOf } from '../api/errors.ts';
import { loopbackHost } from '../loopback.ts';
import { chosenLanguage } from '../pages/language.ts';
import { STYLE } from '../pages/style.ts';
import { auditPage } from './audit-page.ts';
import { explorerError, runsPage } from './runs-page.ts';

/** Where the runs and their corpora are, and which tasks there are. */
export interface ExplorerSettings extends Required<Pick<OpenOptions, 'runsDir' | 'dataDir' | 'among'>> {
  /** Receives internal errors. */
  readonly onError?: (error: unknown) => void;
}

const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ['data:'],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/**
 * Shows all local runs: a list, reports on selected ones (the page that `chineseblue report` writes), and audits of their
 * corpora. It shows texts and gold of the local corpora, so it is for this machine only.
 */
export function createExplorer(settings: ExplorerSettings): OpenAPIHono<Env> {
  const { onError = () => undefined } = settings;
  const app = new OpenAPIHono<Env>();
  app.onError((thrown, c) => {
    const { status, error } = refusalOf(thrown);
    if (status >= 500) onError(thrown);
    return c.html(explorerError(chosenLanguage(c), error), status);
  });
  app.notFound((c) => c.html(explorerError(chosenLanguage(c), noPage()), 404));
  app.use(loopbackHost);
  app.use(async (c, next) => {
    // A report has its own, stricter policy, which names its script.
    const own = c.req.path === '/report';
    await secureHeaders(own ? {} : { contentSecurityPolicy: POLICY })(c, next);
    c.header('cache-control', 'no-store');
  });
  addRoutes(app, settings);
  return app;
}

function addRoutes(app: OpenAPIHono<Env>, { runsDir, dataDir, among }: ExplorerSettings): void {
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/', async (c) => {
    const skipped: UserError[] = [];
    const runs = await listRuns(runsDir, { onSkip: (_, error) => skipped.push(error) });
    return c.html(runsPage(chosenLanguage(c), { runsDir, runs, skipped }));
  });
  app.get('/report', async (c) => {
    const asked = new Set(c.req.queries('run') ?? []);
    if (asked.size === 0) throw noRun();
    // Only runs of this directory, by their names: never a path of the caller's.
    const kept = await listRuns(runsDir, { onSkip: () => undefined });
    const chosen = kept.filter(({ record }) => asked.has(record.id)).map(({ directory }) => directory);
    if (chosen.length < asked.size) throw noRun();
    const tasks = await analyseRuns(await openRuns(chosen, { runsDir, dataDir, among }), dataDir);
    const pieces = ReadableStream.from(reportPage(tasks, new Date()));
    const bytes = pieces.pipeThrough(new TextEncoderStream());
    return c.body(bytes, 200, { 'content-type': 'text/html; charset=utf-8' });
  });
  app.get('/audits/:task', async (c) => {
    const task = findTask(c.req.param('task'), among);
    const tokenizer = await findTokenizer(undefined, dataDir);
    const [audit] = await auditTasks([task], dataDir, { tokenizer });
    return c.html(auditPage(chosenLanguage(c), task, audit));
  });
}

const noPage = (): UserError =>
  new UserError('no-page', { en: 'There is nothing at this address', zh: '该地址没有内容' });

const noRun = (): UserError =>
  new UserError(
    'no-run',
    { en: 'No run of this directory was chosen', zh: '未选择该目录中的运行记录' },
    { field: 'run', hint: { en: 'Choose runs in the list.', zh: '请在列表中勾选运行记录。' } },
  );
