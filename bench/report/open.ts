/**
 * Time to write the report of a run with 100 MB of predictions, and to open it in headless Chromium until the first example
 * with an error is shown. The run is built from copies of the synthetic samples, with errors; the characters of each copy
 * are shuffled so that it compresses no better than unrepeated text.
 *
 * node bench/report/open.ts [--megabytes 100]     (chromium: CHROMIUM, otherwise /usr/bin/chromium)
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../../src/datasets/dataset.ts';
import { samplesDir } from '../../src/datasets/directory.ts';
import { imaginedRun } from '../../src/evaluation/fixtures/imagined.ts';
import { createRandom, shuffle } from '../../src/ground/random.ts';
import { analyse } from '../../src/report/analysis.ts';
import { writeAnalyses } from '../../src/report/report.ts';
import type { Example, Prediction } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { writeResult } from '../result.ts';

const LIMIT_SECONDS = 2;
const REPEATS = 5;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const flag = process.argv.indexOf('--megabytes');
const megabytes = flag > 0 ? Number(process.argv[flag + 1]) : 100;

const task = findTask('cMedQANER');
const dataset = await openDataset({ task, dir: samplesDir() });
const { examples: samples } = await dataset.split('test');
const random = createRandom(1, 'bench/report');
const examples: Example<'ner'>[] = [];
const predictions: Prediction<'ner'>[] = [];
for (let bytes = 0; bytes < megabytes * 2 ** 20; ) {
  const { input: original, gold } = samples[examples.length % samples.length] as Example<'ner'>;
  const input = { text: shuffle([...original.text], random).join('') };
  const id = String(examples.length);
  const entities = gold.entities.flatMap((entity) => {
    const luck = random.next();
    if (luck < 0.1) return [];
    return [luck < 0.2 ? { ...entity, end: Math.min(input.text.length, entity.end + 1) } : entity];
  });
  examples.push({ id, input, gold });
  predictions.push({ entities });
  bytes += JSON.stringify({ id, entities }).length + 1;
}

const directory = mkdtempSync(join(tmpdir(), 'chineseblue-report-'));
try {
  const file = join(directory, 'report.html');
  const run = imaginedRun({ task, examples, predictions });
  const started = performance.now();
  await writeAnalyses(file, await analyse([run], async () => []), new Date());
  const writeSeconds = (performance.now() - started) / 1000;
  const opens = existsSync(CHROMIUM) ? await openTimes(file) : [];
  const median = opens.toSorted((a, b) => a - b)[opens.length >> 1];
  const result = {
    cpu: cpus()[0].model,
    cores: cpus().length,
    predictionsMegabytes: megabytes,
    examples: examples.length,
    reportMegabytes: statSync(file).size / 2 ** 20,
    writeSeconds,
    writeMemoryMegabytes: process.resourceUsage().maxRSS / 1024,
    openSeconds: opens,
    medianOpenSeconds: median ?? null,
  };
  console.table({ ...result, openSeconds: opens.map((x) => x.toFixed(2)).join(' ') });
  await writeResult('report-open', result);
  if (median > LIMIT_SECONDS) {
    console.error(`Over the limit of ${LIMIT_SECONDS} s.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** From the request until the error browser shows an example. */
async function openTimes(file: string): Promise<number[]> {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const page = await browser.newPage();
    const started = performance.now();
    await page.goto(`file://${file}#browser-0`);
    await page.waitForSelector('.browser .row .snippet:not(:empty)');
    times.push((performance.now() - started) / 1000);
    await page.close();
  }
  await browser.close();
  return times;
}
