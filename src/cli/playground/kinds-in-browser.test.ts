import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import { loadKept, trainAndKeep } from '../../evaluation/fitted.ts';
import { CHROMIUM, errorsOf, openBrowser, PATIENCE_MS } from '../../ground/fixtures/browser.ts';
import { collectAnswers } from '../../models/answers.ts';
import { modelKinds } from '../../models/registry.ts';
import { type Listening, listen } from '../../server/api/listen.ts';
import { createPlayground } from '../../server/playground/app.ts';
import { toDisplayed } from '../../tasks/families/displayed-answer.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Loadable } from './answerer.ts';
import { openBrowserFiles } from './browser-files.ts';
import { ONE_FILE_KINDS, WORD_KINDS } from './browser-programs.ts';

const it = test.skipIf(CHROMIUM === undefined);
/** Inputs of each model that are answered in both places. */
const ASKED = 5;

/** A task of each kind, and what makes training on its sample quick. */
const TASKS: Readonly<
  Record<(typeof ONE_FILE_KINDS)[number], readonly [string, Readonly<Record<string, number>>?]>
> = {
  majority: ['cMedIC'],
  bm25: ['cMedIR'],
  lexicon: ['cMedQANER'],
  knn: ['cMedIC'],
  linear: ['cMedQQ'],
  fasttext: ['cMedIC', { epochs: 2 }],
  terms: ['normalisation'],
  events: ['event'],
};

let directory: string;
let listening: Listening;
let browser: Browser;
let page: Page;
let errors: string[];
const models: Loadable[] = [];

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-kinds-'));
  const dataDir = samplesDir();
  for (const kind of ONE_FILE_KINDS) {
    const [id, parameters = {}] = TASKS[kind];
    const out = join(directory, `${kind}.bin`);
    await trainAndKeep({ task: findTask(id), model: kind, parameters, seed: 0, dataDir, out });
    const { task } = await openDataset({ task: findTask(id), dir: dataDir });
    const loading = { model: `${kind}:${out}`, task, parameters: {} };
    models.push({ name: kind, kind: { en: kind, zh: kind }, task, loading });
  }
  const answerer = {
    ...{ models, isReady: () => true, starts: () => 1, close: async () => undefined },
    answer: async () => [],
  };
  // Without the runtime of encoders: none of these needs it.
  const app = createPlayground({ answerer, browser: await openBrowserFiles(models, null) });
  listening = await listen(app, { host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
  page = await browser.newPage();
  errors = errorsOf(page);
  await page.goto(`${listening.url}/playground?model=linear`, { timeout: PATIENCE_MS });
  expect(await page.locator('input[value=browser]').isEnabled()).toBe(true);
  const programs = ONE_FILE_KINDS.map((kind) => `/playground/files/models/${kind}/program.js`);
  await page.evaluate(`(async () => {
    asks = [];
    for (const path of ${JSON.stringify(programs)}) asks.push(await (await import(path)).open());
  })()`);
  await page.context().setOffline(true);
}, 2 * PATIENCE_MS);
afterAll(async () => {
  await browser?.close();
  await listening?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

test('every kind whose models are one file is among them, unless it segments words', () => {
  const others = ['bert', 'embedding', 'ensemble', ...WORD_KINDS];
  const kept = modelKinds().filter(({ id, capabilities }) => capabilities.save && !others.includes(id));
  expect([...ONE_FILE_KINDS].sort()).toEqual(kept.map(({ id }) => id).sort());
});

/** Browsers and Node may differ in the last bit of an exponential. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'number' ? Number(part.toFixed(12)) : part,
  );

describe('models of one file in a browser that is offline', () => {
  it.each(ONE_FILE_KINDS.map((kind, at) => [kind, at] as const))(
    '%s answers as it does in Node',
    async (kind, at) => {
      const { task, loading } = models.find(({ name }) => name === kind)!;
      const { split } = await openDataset({ task, dir: samplesDir() });
      const inputs = (await split('dev')).questions.slice(0, ASKED).map(({ input }) => input);
      const here = await collectAnswers({ ...(await loadKept(loading.model, task)), task, inputs });
      const expected = here.map((answer, i) =>
        answer.status === 'answered'
          ? { ...answer, view: toDisplayed(task, inputs[i], answer.prediction) }
          : answer,
      );
      const ask = (input: unknown) => `asks[${at}](${JSON.stringify(input)}).then(JSON.stringify)`;
      const found: unknown[] = [];
      for (const input of inputs) found.push(JSON.parse(await page.evaluate<string>(ask(input))));
      expect(rounded(found)).toEqual(rounded(expected));
      expect(errors).toEqual([]);
    },
    PATIENCE_MS,
  );
});

test('the page says why the others do not run', async () => {
  const task = findTask('cMedQANER');
  const named = { name: 'crf', kind: { en: 'crf', zh: 'crf' }, task };
  const { missing } = await openBrowserFiles([
    { ...named, loading: { model: 'crf:crf.bin', task, parameters: {} } },
  ]);
  expect(missing.get('crf')?.text.zh).toContain('jieba');
});
