/**
 * knn and majority with 100 000 and 1 000 000 classes: fitting on one example per class, predicting 1 000 texts and writing
 * the predictions, each in a separate process.
 *
 * node bench/models/many-classes.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectAnswers, predictionOf } from '../../src/models/answers.ts';
import { findModel } from '../../src/models/registry.ts';
import { writePredictions } from '../../src/scoring/write.ts';
import type { Example } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { startClock } from '../metrics/peer.ts';
import { writeResult } from '../result.ts';

const KINDS = ['majority', 'knn'];
const CLASSES = [100_000, 1_000_000];
const ASKED = 1000;
/** Texts to predict come from every n-th class. */
const STRIDE = 7;

async function measure(id: string, classes: number): Promise<object> {
  const labels = Array.from({ length: classes }, (_, i) => ({
    id: `c${i}`,
    meaning: { en: `class ${i}`, zh: `类别 ${i}` },
  }));
  const task = { ...findTask('cMedTC'), labels };
  const example = (i: number): Example<'classification'> => ({
    id: String(i),
    input: { text: `文本${i}号` },
    gold: { label: `c${i}` },
  });
  const train = Array.from({ length: classes }, (_, i) => example(i));
  const asked = Array.from({ length: ASKED }, (_, i) => example(i * STRIDE));
  const kind = findModel(id);
  const clock = startClock();
  const fitted = await kind.fit({ task, train, dev: [], seed: 0, parameters: {}, score: () => 0 });
  const fit = clock().cpuSeconds;
  const answers = await collectAnswers({ kind, fitted, task, inputs: asked.map(({ input }) => input) });
  const answer = clock().cpuSeconds - fit;
  const directory = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
  try {
    const file = join(directory, 'predictions.jsonl');
    const predictions = answers.map(predictionOf).filter((prediction) => prediction !== undefined);
    await writePredictions(file, asked, predictions);
    const fileBytes = statSync(file).size;
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    return { kind: id, classes, fit, answer, all: clock().cpuSeconds, peakMiB, fileBytes };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const [, script, kind, classes] = process.argv;
if (kind) console.log(JSON.stringify(await measure(kind, Number(classes))));
else {
  const rows = KINDS.flatMap((id) =>
    CLASSES.map((count) =>
      JSON.parse(execFileSync(process.execPath, [script, id, String(count)], { encoding: 'utf8' })),
    ),
  );
  console.table(rows);
  await writeResult('many-classes', {
    hardware: `${cpus().length} × ${cpus()[0].model}`,
    load: loadavg()[0],
    node: process.version,
    asked: ASKED,
    rows,
  });
}
