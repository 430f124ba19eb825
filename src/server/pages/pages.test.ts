import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest';
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
import { createApp } from '../api/app.ts';
import { type Listening, listen } from '../api/listen.ts';
import { eventually, openTestSite, type TestSite } from '../fixtures/site.ts';
import { setReproduction } from '../reproduction.ts';
import { beginWithPerson, beginWithToken } from '../sessions.ts';
import { submit } from '../submit.ts';
import { viewSubmission } from '../view.ts';

const it = test.skipIf(CHROMIUM === undefined);

let inside: TestSite;
let app: ReturnType<typeof createApp>;
let listening: Listening;
let browser: Browser;
/** Ids by outcome. */
const submissions: Record<string, string> = {};

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  inside = await openTestSite();
  const { site } = inside;
  app = createApp({ site });
  listening = await listen(app, { host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
  const take = async (team: string, phase: 'practice' | 'test' | 'final', wrong: number) => {
    const file = await inside.answersFile(wrong, phase === 'practice' ? 'dev' : 'test');
    const card = {
      ...({ kind: 'encoder', cost: { amount: wrong, currency: 'CNY' } } as const),
      ...{ seeds: '1–5', trainingData: 'train, and 20 000 notes of the ward', trainedOnDev: false },
    };
    const handed = { challenge: 'ic', phase, team, system: `bert-${wrong}`, card, file };
    const id = await submit(site, handed);
    await eventually(async () => (await viewSubmission(site, { role: 'team', team }, id)).ended);
    return id;
  };
  submissions.scored = await take('red', 'practice', 4);
  await take('blue', 'practice', 30);
  submissions.blind = await take('red', 'test', 4);
  await take('red', 'final', 4);
  const broken = join(inside.directory, 'broken.jsonl');
  await writeFile(broken, '{"id":"0","label":"none of the labels, and a very long one"}\n{"id":\n');
  const handed = { challenge: 'ic', phase: 'practice', team: 'red', system: 'broken', card: {} } as const;
  submissions.rejected = await submit(site, { ...handed, file: broken });
  await setReproduction(
    site,
    { role: 'admin' },
    submissions.scored,
    'by the ward, from the code that was published',
  );
}, 2 * PATIENCE_MS);
afterAll(async () => {
  await browser?.close();
  await listening?.close();
  await inside?.close();
});

async function signedIn(options: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  const { secret: value } = await beginWithToken(inside.site, inside.tokens.red);
  await context.addCookies([{ name: 'chineseblue_session', value, url: listening.url }]);
  return context;
}

describe('the pages in a browser', () => {
  it.each(APPEARANCES.map((appearance) => [nameOf(appearance), appearance] as const))(
    'at %s: no violations, nothing wider than the screen, no errors',
    async (_, appearance) => {
      const context = await signedIn(appearance);
      const page = await context.newPage();
      const errors = errorsOf(page);
      const paths = [
        ...['/', '/challenges/ic', '/challenges/ic/gold', '/sign-in', '/submissions'],
        ...Object.values(submissions).map((id) => `/submissions/${id}`),
        ...['practice', 'test', 'final'].map((phase) => `/challenges/ic/${phase}`),
        ...['practice?kind=encoder', 'practice?kind=llm'].map((rest) => `/challenges/ic/${rest}`),
        ...['practice', 'test'].map((phase) => `/challenges/ic/${phase}/teams/red`),
        '/challenges/ic/practice/compare?a=red&b=blue',
      ];
      for (const path of paths) {
        await page.goto(listening.url + path, { timeout: PATIENCE_MS });
        expect([path, await faultsOf(page)]).toEqual([path, []]);
      }
      expect(errors).toEqual([]);
      await page.goto(`${listening.url}/challenges/none`, { timeout: PATIENCE_MS });
      expect(await faultsOf(page)).toEqual([]);
      const person = { issuer: 'https://login.hospital.example', subject: '7', name: '王医生' };
      const { secret: value } = await beginWithPerson(inside.site, person);
      await context.addCookies([{ name: 'chineseblue_session', value, url: listening.url }]);
      await page.goto(`${listening.url}/join`, { timeout: PATIENCE_MS });
      expect(await page.locator('main').textContent()).toContain('王医生');
      expect(await faultsOf(page)).toEqual([]);
      expect(pagesLeftOut(app.routes, [...paths, '/join'])).toEqual([]);
      await context.close();
    },
    PATIENCE_MS,
  );

  it(
    'a file is submitted without scripts',
    async () => {
      const context = await signedIn({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`${listening.url}/challenges/ic`, { timeout: PATIENCE_MS });
      const form = page.locator('form[action$="/practice/submit"]');
      await page.locator('details:has(form) > summary').first().click();
      await form.locator('input[type=file]').setInputFiles(await inside.answersFile(1, 'dev'));
      await form.locator('input[name=system]').fill('by-hand');
      await form.locator('button').click();
      await page.waitForURL(/submissions\/[\da-f-]{36}$/, { timeout: PATIENCE_MS });
      expect(await page.locator('h1').textContent()).toBe('by-hand');
      await context.close();
    },
    PATIENCE_MS,
  );
});
