import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import { loadKept, trainAndKeep } from '../../evaluation/fitted.ts';
import { CHROMIUM, errorsOf, openBrowser, PATIENCE_MS } from '../../ground/fixtures/browser.ts';
import { collectAnswers } from '../../models/answers.ts';
import { modelKinds } from '../../models/registry.ts';
import { type Listening, listen } from '../../server/api/listen.ts';
import { createPlayground } from '../../server/playground/app.ts';
import { takeApart } from '../../tasks/families/taken-apart.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Loadable } from './answerer.ts';
import { openBrowserFiles } from './browser-files.ts';
import { ONE_FILE_KINDS } from './browser-programs.ts';

const it = test.skipIf(CHROMIUM === undefined);
/** Inputs of each model that are answered in both places. */
const ASKED = 5;

/** A task of each kind, and what makes training on its sample quick. */
const TASKS: Readonly<
  Record<(typeof ONE_FILE_KINDS)[number], readonly [string, Readonly<Record<string, number>>?]>
> = {
  majority: ['cMedIC'],
  bm25: ['cMedIR'],
  ltr: ['cMedIR'],
  lexicon: ['cMedQANER'],
  knn: ['cMedIC'],
  linear: ['cMedQQ'],
  fasttext: ['cMedIC', { epochs: 2 }],
  crf: ['cMedQANER', { iterations: 5 }],
  dialogue: ['CMDD'],
  relation: ['relation'],
  terms: ['normalisation'],
  events: ['event'],
};

let directory: string;
let listening: Listening;
let browser: Browser;
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
}, PATIENCE_MS);
afterAll(async () => {
  await browser?.close();
  await listening?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

test('every kind whose models are one file is among them', () => {
  const others = ['bert', 'embedding', 'ensemble'];
  const kept = modelKinds().filter(({ id, capabilities }) => capabilities.save && !others.includes(id));
  expect([...ONE_FILE_KINDS].sort()).toEqual(kept.map(({ id }) => id).sort());
});

describe('models of one file in a browser', () => {
  it.each(ONE_FILE_KINDS.map((kind) => [kind]))(
    '%s answers as it does here',
    async (kind) => {
      const { task, loading } = models.find(({ name }) => name === kind)!;
      const { split } = await openDataset({ task, dir: samplesDir() });
      const inputs = (await split('dev')).questions.slice(0, ASKED).map(({ input }) => input);
      const here = await collectAnswers({ ...(await loadKept(loading.model, task)), task, inputs });
      const expected = here.map((answer, i) =>
        answer.status === 'answered'
          ? { ...answer, view: takeApart(task, inputs[i], answer.prediction) }
          : answer,
      );
      const page = await browser.newPage();
      const errors = errorsOf(page);
      await page.goto(`${listening.url}/playground?model=${kind}`, { timeout: PATIENCE_MS });
      expect(await page.locator('input[value=browser]').isEnabled()).toBe(true);
      await page.evaluate(
        `import('/playground/files/models/${kind}/program.js').then(async ({ open }) => { ask = await open(); })`,
      );
      await page.context().setOffline(true);
      const found: unknown[] = [];
      for (const input of inputs)
        found.push(
          JSON.parse(await page.evaluate<string>(`ask(${JSON.stringify(input)}).then(JSON.stringify)`)),
        );
      expect(found).toEqual(JSON.parse(JSON.stringify(expected)));
      expect(errors).toEqual([]);
      await page.close();
    },
    PATIENCE_MS,
  );
});
