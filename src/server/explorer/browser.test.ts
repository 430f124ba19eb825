import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import {
  APPEARANCES,
  CHROMIUM,
  errorsOf,
  faultsOf,
  nameOf,
  openBrowser,
  PATIENCE_MS,
  pagesLeftOut,
} from '../../ground/fixtures/browser.ts';
import { findTask, tasks } from '../../tasks/registry.ts';
import { type Listening, listen } from '../api/listen.ts';
import { createExplorer } from './app.ts';

const it = test.skipIf(CHROMIUM === undefined);

let directory: string;
let app: ReturnType<typeof createExplorer>;
let listening: Listening;
let browser: Browser;
const ids: string[] = [];

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-explorer-'));
  const dataDir = samplesDir();
  const root = join(directory, 'runs');
  for (const [task, model] of [
    ['cMedIC', 'majority'],
    ['cMedIC', 'knn'],
    ['cMedQANER', 'lexicon'],
  ])
    ids.push((await evaluate({ task: findTask(task), model, dataDir, root })).record.id);
  await cp(join(root, ids[0]), join(root, 'damaged'), { recursive: true });
  await writeFile(join(root, 'damaged', 'scores.json'), '{}');
  app = createExplorer({ runsDir: root, dataDir, among: tasks });
  listening = await listen(app, { host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
}, 2 * PATIENCE_MS);
afterAll(async () => {
  await browser?.close();
  await listening?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

describe('the explorer in a browser', () => {
  it.each(APPEARANCES.map((appearance) => [nameOf(appearance), appearance] as const))(
    'at %s: no violations, nothing wider than the screen, no errors',
    async (_, appearance) => {
      const context = await browser.newContext(appearance);
      const page = await context.newPage();
      const errors = errorsOf(page);
      const paths = [
        ...['/', `/report?run=${ids[0]}&run=${ids[1]}`, `/report?run=${ids[2]}`],
        ...['/audits/cMedIC', '/audits/cMedQANER'],
      ];
      for (const path of paths) {
        await page.goto(listening.url + path, { timeout: PATIENCE_MS });
        expect([path, await faultsOf(page)]).toEqual([path, []]);
      }
      expect(errors).toEqual([]);
      await page.goto(`${listening.url}/nothing`, { timeout: PATIENCE_MS });
      expect(await faultsOf(page)).toEqual([]);
      expect(pagesLeftOut(app.routes, paths)).toEqual([]);
      await context.close();
    },
    PATIENCE_MS,
  );

  it(
    'goes from the list to the report of the selected runs, and to the errors in it',
    async () => {
      const page = await browser.newPage({ locale: 'en' });
      await page.goto(listening.url, { timeout: PATIENCE_MS });
      const form = page.locator(`form:has(input[value="${ids[0]}"])`);
      await page.emulateMedia({ media: 'print' });
      expect(await form.locator('table').isVisible()).toBe(true);
      expect(await form.locator('button').isVisible()).toBe(false);
      await page.emulateMedia({ media: 'screen' });
      await form.locator(`input[value="${ids[1]}"]`).uncheck();
      await form.locator('button').click();
      await page.waitForURL(/\/report\?/, { timeout: PATIENCE_MS });
      expect(page.url()).toBe(`${listening.url}/report?run=${ids[0]}`);
      await page.locator('#browser-0').scrollIntoViewIfNeeded();
      await page.locator('#browser-0 .row').first().waitFor({ timeout: PATIENCE_MS });
      await page.close();
    },
    PATIENCE_MS,
  );
});
