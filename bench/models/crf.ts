/**
 * Trains the CRF and CRFsuite alternately on the same features, and scores both on test.
 *
 * node bench/models/crf.ts [--data FOLDER] [--python PATH] [--rounds N] [--iterations N] [--c2 X] [CORPUS…]
 *
 * Both minimize negative log-likelihood + c2 × |w|² by L-BFGS (history 6) for at most the given number of
 * iterations, or until 10 of them gain less than 1e-5. CRFsuite has one thread; ours runs on one and on
 * two. Times exclude feature extraction. One difference: ours gives invalid tag sequences zero
 * probability, CRFsuite must learn that they are improbable. Use CPU time on a shared machine. Uses the
 * Python of bench/peers/setup.sh.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { openDataset } from '../../src/datasets/dataset.ts';
import { parseParameters } from '../../src/ground/parameters.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { eachAttribute, type FeatureRuns } from '../../src/models/shared/crf/dataset.ts';
import { crfOptions, crfParameters } from '../../src/models/shared/crf/parameters.ts';
import { createTagger } from '../../src/models/shared/crf/tagger.ts';
import { decodeTags, tagName } from '../../src/models/shared/crf/tags.ts';
import { readTracks, templatesOf } from '../../src/models/shared/crf/templates.ts';
import { assemble, optimize, type Prepared, prepare } from '../../src/models/shared/crf/train.ts';
import { readCharacters } from '../../src/models/shared/mentions/characters.ts';
import type { Answered, Example } from '../../src/tasks/examples.ts';
import { ner } from '../../src/tasks/families/ner/family.ts';
import type { Entity } from '../../src/tasks/families/ner/types.ts';
import { findTask } from '../../src/tasks/registry.ts';
import type { Task } from '../../src/tasks/task.ts';
import { DATA } from '../data.ts';
import { PEER_PYTHON } from '../peer-python.ts';
import { writeResult } from '../result.ts';

const DEFAULTS = crfOptions(parseParameters(crfParameters, {}, { name: { en: 'crf', zh: 'crf' } }));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: DATA },
    python: {
      type: 'string',
      default: PEER_PYTHON,
    },
    rounds: { type: 'string', default: '3' },
    iterations: { type: 'string', default: String(DEFAULTS.iterations) },
    c2: { type: 'string', default: String(DEFAULTS.c2) },
  },
});
const iterations = Number(values.iterations);
const c2 = Number(values.c2);
const { groups: GROUPS } = DEFAULTS;
const folder = mkdtempSync(join(tmpdir(), 'chineseblue-crf-'));

interface Run {
  readonly who: string;
  readonly wall: number;
  readonly cpu: number;
  readonly iterations: number;
  readonly iteration: number;
  readonly loss: number;
  readonly f1: number;
}

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

function strictF1(
  task: Task,
  examples: readonly Example<'ner'>[],
  predicted: readonly (readonly Entity[])[],
): number {
  const metric = ner.conventions[0].metric(task) as Metric<Answered<'ner'>>;
  const counts = new Float64Array(metric.width);
  examples.forEach(({ input, gold }, i) => {
    metric.count([{ input, gold, prediction: { entities: predicted[i] } }], counts, 0);
  });
  return 100 * metric.value(counts);
}

async function writeTrain(file: string, { dataset, vocabulary }: Prepared): Promise<void> {
  const out = createWriteStream(file);
  const { textStart, own, bundles, bundleOf, tags } = dataset;
  // an attribute is identified by its first feature
  const of = ({ start, begins }: FeatureRuns, list: number) => begins.subarray(start[list], start[list + 1]);
  for (let text = 0; text + 1 < textStart.length; text++) {
    let lines = '';
    for (let p = textStart[text]; p < textStart[text + 1]; p++) {
      const features = [...of(own, p), ...of(bundles, bundleOf[p])];
      lines += `${tagName(tags[p], vocabulary.types)}\t${features.join('\t')}\n`;
    }
    out.write(`${lines}\n`);
  }
  await finished(out.end());
}

async function writeTest(
  file: string,
  examples: readonly Example<'ner'>[],
  prepared: Prepared,
): Promise<void> {
  const out = createWriteStream(file);
  const templates = templatesOf(GROUPS);
  for (const { input } of examples) {
    const characters = readCharacters(input.text);
    const tracks = readTracks(input.text, characters, templates, prepared.vocabulary, 0);
    let lines = '';
    for (let t = 0; t < characters.length; t++) {
      lines += 'O';
      eachAttribute(templates, tracks, t, (high, low) => {
        const attribute = prepared.keys.find(high, low);
        if (attribute >= 0) lines += `\t${prepared.dataset.rowStart[attribute]}`;
      });
      lines += '\n';
    }
    out.write(`${lines}\n`);
  }
  await finished(out.end());
}

async function compare(corpus: string): Promise<Record<string, unknown>> {
  const task = findTask(corpus);
  const corpusData = await openDataset({ task, dir: values.data });
  const read = async (split: 'train' | 'test') =>
    (await corpusData.split(split)).examples as Example<'ner'>[];
  const [train, test] = [await read('train'), await read('test')];
  let start = performance.now();
  const texts = train.map(({ input, gold }) => ({ text: input.text, entities: gold.entities }));
  const prepared = await prepare(texts, { groups: GROUPS, cutoff: DEFAULTS.cutoff });
  const features = (performance.now() - start) / 1000;
  const [trainFile, testFile] = [join(folder, `${corpus}.train`), join(folder, `${corpus}.test`)];
  await writeTrain(trainFile, prepared);
  await writeTest(testFile, test, prepared);
  const types = prepared.vocabulary.types;
  const names = Array.from({ length: 2 * types.length + 1 }, (_, tag) => tagName(tag, types));
  let version = '';

  const peer = (): Run => {
    const script = join(import.meta.dirname, '../peers/crf.py');
    const args = [script, trainFile, testFile, String(c2), String(iterations)];
    const run = spawnSync(values.python, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
    if (run.status !== 0) throw new Error(run.error?.message ?? run.stderr);
    const found = JSON.parse(run.stdout);
    version = found.version;
    const entities = test.map(({ input }, i) => {
      const tags = Uint8Array.from(found.tags[i] as string[], (name) => names.indexOf(name));
      return decodeTags(readCharacters(input.text), tags, types);
    });
    const { wall, cpu, loss } = found;
    const f1 = strictF1(task, test, entities);
    return {
      who: 'CRFsuite',
      wall,
      cpu,
      iterations: found.iterations,
      iteration: median(found.iterationSeconds),
      loss,
      f1,
    };
  };

  const ours = async (threads: number): Promise<Run> => {
    const used = process.cpuUsage();
    start = performance.now();
    let last = start;
    const times: number[] = [];
    let loss = 0;
    const weights = await optimize(prepared.dataset, { c1: 0, c2, iterations, threads }, (_, value) => {
      times.push((performance.now() - last) / 1000);
      last = performance.now();
      loss = value;
    });
    const wall = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(used);
    const tagger = createTagger(assemble(prepared, weights, GROUPS));
    const f1 = strictF1(
      task,
      test,
      test.map(({ input }) => tagger.tag(input.text)),
    );
    const who = `chineseblue, ${threads} thread${threads > 1 ? 's' : ''}`;
    const cpu = (user + system) / 1e6;
    return { who, wall, cpu, iterations: times.length - 1, iteration: median(times.slice(1)), loss, f1 };
  };

  const runs: Run[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    runs.push(peer(), await ours(1), await ours(2));
    console.error(`${corpus}: round ${round + 1} of ${values.rounds}`);
  }
  const { dataset } = prepared;
  return {
    corpus,
    peer: `python-crfsuite ${version}`,
    positions: dataset.tags.length,
    attributes: prepared.keys.size(),
    features: dataset.rowTags.length,
    bundles: dataset.bundles.start.length - 1,
    featureSeconds: features,
    medians: summarize(runs),
    runs,
  };
}

function summarize(runs: readonly Run[]): Record<string, number | string>[] {
  const of = (who: string, field: 'wall' | 'cpu' | 'iteration'): number =>
    median(runs.filter((run) => run.who === who).map((run) => run[field]));
  return [...new Set(runs.map(({ who }) => who))].map((who) => {
    const { iterations, loss, f1 } = runs.find((run) => run.who === who)!;
    return {
      who,
      'train s': of(who, 'wall'),
      'CPU s': of(who, 'cpu'),
      's/iteration': of(who, 'iteration'),
      'CRFsuite / this (wall)': of('CRFsuite', 'wall') / of(who, 'wall'),
      'CRFsuite / this (CPU)': of('CRFsuite', 'cpu') / of(who, 'cpu'),
      iterations,
      objective: loss,
      'test strict F1': f1,
    };
  });
}

try {
  const corpora = [];
  for (const corpus of positionals.length > 0 ? positionals : ['cEHRNER', 'cMedQANER'])
    corpora.push(await compare(corpus));
  const hardware = {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const settings = {
    templates: GROUPS.join(','),
    cutoff: DEFAULTS.cutoff,
    c2,
    iterations,
    rounds: Number(values.rounds),
  };
  await writeResult('models-crf', {
    node: process.version,
    hardware,
    settings,
    corpora,
  });
  for (const { corpus, peer, medians } of corpora) {
    const rows = medians as Record<string, number | string>[];
    const table = new Table({ head: Object.keys(rows[0]) });
    const shown = (value: number | string) =>
      typeof value === 'number' && value % 1 !== 0 ? value.toFixed(2) : value;
    table.push(...rows.map((row) => Object.values(row).map(shown)));
    console.log(
      `${corpus} (${peer}, c2 ${c2}, at most ${iterations} iterations, medians of ${values.rounds})\n${table}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
