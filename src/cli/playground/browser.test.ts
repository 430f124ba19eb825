import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { trainAndKeep } from '../../evaluation/fitted.ts';
import { CHROMIUM, errorsOf, faultsOf, openBrowser, PATIENCE_MS } from '../../ground/fixtures/browser.ts';
import { type Listening, listen } from '../../server/api/listen.ts';
import { createPlayground } from '../../server/playground/app.ts';
import { findTask } from '../../tasks/registry.ts';
import { type StartedAnswerer, startAnswerer } from './answerer.ts';
import { openBrowserFiles } from './browser-files.ts';
import { chooseModels } from './models.ts';

const it = test.skipIf(CHROMIUM === undefined);
const TEXT = '孩子咳嗽发热三天，吃什么药好？';

let directory: string;
let answerer: StartedAnswerer;
let listening: Listening;
let browser: Browser;

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-browser-'));
  const dataDir = samplesDir();
  const out = join(directory, 'intent');
  const parameters = { init: 'models/cbert-tiny', epochs: 1, maxLength: 32, tokenBudget: 400 };
  await trainAndKeep({ task: findTask('cMedIC'), model: 'bert', parameters, seed: 0, dataDir, out });
  const models = await chooseModels({ model: [`bert:${out}`], task: [], dataDir, parameters: {} });
  answerer = await startAnswerer(models);
  const app = createPlayground({ answerer, browser: await openBrowserFiles(models) });
  listening = await listen(app, { host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
}, 2 * PATIENCE_MS);
afterAll(async () => {
  await browser?.close();
  await listening?.close();
  await answerer?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

/** Asks the page, in the server or in the browser, and returns the prediction that it shows. */
async function ask(page: Page, place: 'server' | 'browser', text: string) {
  await page.locator('#answer').evaluate((answer) => answer.replaceChildren());
  await page.locator('textarea').fill(text);
  await page.locator(`input[value=${place}]`).check();
  await page.locator('form button').click();
  const shown = page.locator('#answer pre');
  await shown.waitFor({ state: 'attached', timeout: PATIENCE_MS });
  return JSON.parse((await shown.textContent()) ?? '');
}

describe('the playground in a browser', () => {
  it(
    'answers as the server does, and requests nothing once it is loaded',
    async () => {
      const page = await browser.newPage({ locale: 'zh-CN', viewport: { width: 390, height: 800 } });
      const errors = errorsOf(page);
      const requests: string[] = [];
      await page.goto(`${listening.url}/playground`, { timeout: PATIENCE_MS });
      const [served, other] = [await ask(page, 'server', TEXT), await ask(page, 'server', '多少钱')];
      expect(other.scores).not.toEqual(served.scores);
      const here = await ask(page, 'browser', TEXT);
      expect(Object.keys(here.scores)).toEqual(Object.keys(served.scores));
      for (const [label, score] of Object.entries<number>(served.scores))
        expect(Math.abs(here.scores[label] - score)).toBeLessThan(1e-4);
      page.on('request', (request) => requests.push(request.url()));
      await page.context().setOffline(true);
      expect((await ask(page, 'browser', '多少钱')).label).toBe(other.label);
      expect(requests).toEqual([]);
      expect(await page.locator('#state').textContent()).toMatch(/^\d+ 毫秒$/);
      expect(await faultsOf(page)).toEqual([]);
      expect(errors).toEqual([]);
      await page.close();
    },
    PATIENCE_MS,
  );

  it(
    'no other page may run WebAssembly, and no other file is served',
    async () => {
      const page = await fetch(`${listening.url}/playground`);
      expect(page.headers.get('content-security-policy')).toContain("'wasm-unsafe-eval'");
      const api = await fetch(`${listening.url}/api/v1/models`);
      expect(api.headers.get('content-security-policy')).not.toContain('script-src');
      const get = async (path: string) => (await fetch(`${listening.url}/playground/files/${path}`)).status;
      expect(await get('modules/models/bert/portable.js')).toBe(200);
      for (const path of [
        ...['modules/cli/main.js', 'modules/..%2f..%2fpackage.json', 'npm/zod/..%2f..%2fhono/package.json'],
        ...[
          'ort/package.json',
          'models/intent/model.safetensors',
          'models/none/parts.json',
          'npm/zod/package.json',
        ],
        '%E0%A4%A',
      ])
        expect([path, await get(path)]).toEqual([path, 404]);
    },
    PATIENCE_MS,
  );
});

test('without its optional package says how to install it, and which models do not run there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chineseblue-peer-'));
  await mkdir(join(folder, 'onnx'));
  await writeFile(join(folder, 'onnx', 'model_quantized.onnx'), '');
  const task = findTask('cMedIC');
  const named = (name: string, model: string) => ({
    ...{ name, kind: { en: name, zh: name }, task },
    loading: { model, task, parameters: { dtype: 'fp32' } },
  });
  const bare = join(folder, 'onnx');
  const { models, missing } = await openBrowserFiles(
    [named('encoder', `bert:${folder}`), named('bare', `bert:${bare}`), named('many', `ensemble:${folder}`)],
    null,
  );
  await rm(folder, { recursive: true });
  expect(models.size).toBe(0);
  const hintOf = (name: string) => missing.get(name)?.hintText.en;
  expect(hintOf('encoder')).toContain('npm install onnxruntime-web@1.30.0');
  expect(hintOf('bare')).toContain('chineseblue export');
  expect(missing.get('many')?.text.zh).toBe('ensemble 类模型只能在服务器中运行。');
  expect(hintOf('many')).toMatch(/\(bert\), majority, .*linear/);
});
