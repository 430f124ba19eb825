/**
 * Logistic regression on TF-IDF character n-grams vs. scikit-learn: same features, objective and tolerance,
 * real corpora, one thread. Pairs are concatenated into one text for both.
 *
 * node bench/models/linear.ts [--data-dir DIR] [--python PATH] [--rounds N]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../../src/datasets/dataset.ts';
import { fitTfidf, tfidfRows } from '../../src/models/shared/features/tfidf.ts';
import {
  answerOf,
  type LabelFamily,
  learnLabelling,
  targetsOf,
} from '../../src/models/shared/labels/labelling.ts';
import { fitLogistic, probabilities } from '../../src/models/shared/logistic/logistic.ts';
import type { Example } from '../../src/tasks/examples.ts';
import type { LabelPrediction } from '../../src/tasks/families/shared/types.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { median } from '../median.ts';
import { startPeer } from '../peer-python.ts';
import { writeResult } from '../result.ts';
import { circumstances, dataDirectory } from './peer.ts';

const SETTINGS = { ngram: 3, minDf: 1, c: 1, tolerance: 1e-4 };
const TASKS = ['cMedIC', 'cMedQQ', 'cMedTC'];
const ROUNDS = process.argv.includes('--rounds')
  ? Number(process.argv[process.argv.indexOf('--rounds') + 1])
  : 3;
/** Joins the two texts of a pair; n-grams across it are the same in both programs. */
const BETWEEN = '\u0001';

interface Measured {
  readonly vectorizing: number;
  readonly fitting: number;
  readonly predicting: number;
  readonly objective: number;
  readonly accuracy: number;
  readonly features: number;
  readonly iterations: number;
}
type LabelExample = Example<'similarity' | 'classification'>;

const textOf = ({ input }: LabelExample): string =>
  'text' in input ? input.text : input.textA + BETWEEN + input.textB;

async function ours(
  task: ReturnType<typeof findTask>,
  train: LabelExample[],
  dev: LabelExample[],
): Promise<Measured> {
  let start = performance.now();
  const lap = (): number => {
    const seconds = (performance.now() - start) / 1000;
    start = performance.now();
    return seconds;
  };
  const options = { least: 1, most: SETTINGS.ngram, minDocuments: SETTINGS.minDf, sublinear: false };
  const texts = train.map(textOf);
  const tfidf = fitTfidf(texts, options);
  const rows = tfidfRows(tfidf, texts);
  const vectorizing = lap();
  const labelling = learnLabelling(task, train as Example<LabelFamily>[]);
  const { outputs, link } = labelling;
  const targets = targetsOf(labelling, train as Example<LabelFamily>[]);
  const { c, tolerance } = SETTINGS;
  const fitted = await fitLogistic({ rows, outputs, link, targets, c, tolerance, maxIterations: 10_000 });
  const fitting = lap();
  const scores = probabilities(fitted.model, tfidfRows(tfidf, dev.map(textOf)));
  const answers = dev.map((_, i) => answerOf(labelling, scores.subarray(i * outputs, (i + 1) * outputs)));
  const predicting = lap();
  const right = dev.filter(({ gold }, i) => (answers[i] as LabelPrediction).label === gold.label).length;
  const { objective, iterations } = fitted;
  return {
    vectorizing,
    fitting,
    predicting,
    objective,
    accuracy: right / dev.length,
    features: rows.width,
    iterations,
  };
}

const dataDir = dataDirectory();
const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
try {
  const peer = await startPeer('linear_peer.py');
  const results: Record<string, unknown> = {};
  for (const name of TASKS) {
    const task = findTask(name);
    const dataset = await openDataset({ task, dir: dataDir });
    const train = (await dataset.split('train')).examples as LabelExample[];
    const dev = (await dataset.split('dev')).examples as LabelExample[];
    const file = join(folder, `${name}.json`);
    const labels = (examples: LabelExample[]): string[] => examples.map(({ gold }) => gold.label);
    writeFileSync(file, JSON.stringify([train.map(textOf), labels(train), dev.map(textOf), labels(dev)]));
    const runs: { ours: Measured[]; sklearn: Measured[] } = { ours: [], sklearn: [] };
    for (let round = 0; round < ROUNDS; round++) {
      runs.ours.push(await ours(task, train, dev));
      runs.sklearn.push(await peer.ask<Measured>({ file, ...SETTINGS }));
    }
    const row = (list: readonly Measured[]) => {
      const of = (key: keyof Measured): number => median(list.map((run) => run[key]));
      const { objective, accuracy, features, iterations } = list[0];
      return {
        'n-grams, s': of('vectorizing'),
        'fit, s': of('fitting'),
        'predict dev, s': of('predicting'),
        'all, s': median(list.map((run) => run.vectorizing + run.fitting + run.predicting)),
        objective,
        'dev accuracy': accuracy,
        features,
        iterations,
      };
    };
    const sklearn = `scikit-learn ${peer.versions['scikit-learn']}`;
    const table = { chineseblue: row(runs.ours), [sklearn]: row(runs.sklearn) };
    console.log(
      `${name}: ${train.length} training texts, medians of ${ROUNDS} interleaved rounds, one thread`,
    );
    console.table(table);
    const ratio = table[sklearn]['all, s'] / table.chineseblue['all, s'];
    console.log(`times as fast: ${ratio.toFixed(1)}`);
    results[name] = { table, ratio };
  }
  peer.stop();
  await writeResult('linear', {
    ...circumstances(),
    peers: peer.versions,
    settings: SETTINGS,
    rounds: ROUNDS,
    ...results,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
