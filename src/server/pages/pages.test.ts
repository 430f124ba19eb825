import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest';
import { CHROMIUM } from '../../report/fixtures/chromium.ts';
import { createApp } from '../api/app.ts';
import { type Listening, listen } from '../api/listen.ts';
import { eventually, openTestSite, type TestSite } from '../fixtures/site.ts';
import { beginWithToken } from '../sessions.ts';
import { submit } from '../submit.ts';
import { viewSubmission } from '../view.ts';

const it = test.skipIf(CHROMIUM === undefined);
const PATIENCE_MS = 240_000;
const OPEN_ALL = `for (const at of document.querySelectorAll('details')) { at.removeAttribute('name'); at.open = true; }`;
const VIOLATIONS =
  'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))';

let inside: TestSite;
let listening: Listening;
let browser: Browser;
let submission = '';

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  inside = await openTestSite();
  const { site } = inside;
  listening = await listen(createApp({ site }), { host: '127.0.0.1', port: 0 });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: PATIENCE_MS });
  for (const [team, wrong] of [
    ['red', 4],
    ['blue', 30],
  ] as const) {
    const file = await inside.answersFile(wrong, 'dev');
    const card = {
      ...({ kind: 'encoder', cost: { amount: wrong, currency: 'CNY' } } as const),
      ...{ seeds: '1–5', trainingData: 'train, and 20 000 notes of the ward', trainedOnDev: false },
    };
    const id = await submit(site, {
      challenge: 'ic',
      phase: 'practice',
      team,
      system: `bert-${wrong}`,
      card,
      file,
    });
    await eventually(async () => (await viewSubmission(site, { role: 'team', team }, id)).ended);
    if (team === 'red') submission = id;
  }
}, 180_000);
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
  it.each([
    [390, 'light', 'zh-CN'],
    [1280, 'dark', 'en'],
  ] as const)(
    'at %i px, %s, in %s: no violations, nothing wider than the screen, no errors',
    async (width, colorScheme, locale) => {
      const context = await signedIn({ viewport: { width, height: 800 }, colorScheme, locale });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(error.message));
      for (const path of [
        ...[
          '/',
          '/challenges/ic',
          '/submissions',
          `/submissions/${submission}`,
          '/sign-in',
          '/challenges/ic/gold',
        ],
        ...['', '?kind=encoder', '/teams/red', '/compare?a=red&b=blue'].map(
          (rest) => `/challenges/ic/practice${rest}`,
        ),
      ]) {
        await page.goto(listening.url + path, { timeout: PATIENCE_MS });
        await page.evaluate(OPEN_ALL);
        await page.evaluate(axe.source);
        expect([path, await page.evaluate(VIOLATIONS)]).toEqual([path, []]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([path, overflow]).toEqual([path, 0]);
      }
      expect(errors).toEqual([]);
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
