/**
 * Complete runs compared with the transformers Trainer: the same basic recipe (3 epochs, softmax head for entities), sequences,
 * epoch selection on dev and scorer, seed by seed. Ours is an ordinary kept run, which resumes; the Trainer restarts a seed
 * from the beginning. Finished seeds are kept in bench/results/bert-parity.json (--out) and skipped.
 *
 *   npx node bench/bert/parity.ts --encoder bge-small-zh-v1.5 --work WORK [--only cMedQQ,cMedIC,cMedQANER] [--seeds 0,1,2] \
 *     [--examples 5000] [--data DIR]
 *
 * --examples N: both train on the same seeded sample of N training examples, and dev is limited to as many tokens. On one core
 * of an AMD EPYC, three seeds of both take about an hour with 5 000 pairs of cMedQQ or 1 200 texts of cMedQANER, and a
 * quarter of an hour with all of cMedIC.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/datasets/dataset.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { findFolder } from '../../src/encoders/folder/find.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { writeJson } from '../../src/ground/files.ts';
import type { GivenParameters } from '../../src/ground/parameters.ts';
import { createBase } from '../../src/models/bert/base.ts';
import { sampleExamples, withinBudget } from '../../src/models/bert/budget.ts';
import { type BertFamily, served } from '../../src/models/bert/families.ts';
import { PLANNERS } from '../../src/models/bert/planners.ts';
import { devScore } from '../../src/scoring/dev-score.ts';
import { primaryScore } from '../../src/scoring/score-sheet.ts';
import type { Example } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import type { Task } from '../../src/tasks/task.ts';
import { PEER_PYTHON } from '../peer-python.ts';
import { bertParameters } from './kept.ts';
import { PLAIN_ENTITIES } from './plain-entities.ts';

const { values } = parseArgs({
  options: {
    encoder: { type: 'string' },
    work: { type: 'string' },
    data: { type: 'string' },
    only: { type: 'string', default: 'cMedQQ,cMedIC,cMedQANER' },
    seeds: { type: 'string', default: '0,1,2' },
    threads: { type: 'string', default: '1' },
    examples: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../results/bert-parity.json') },
  },
});
if (!values.encoder || !values.work)
  throw new Error(
    '--encoder DIR: what is fine-tuned; --work DIR: where runs are kept, outside of the repository',
  );
const init = resolve(findFolder(values.encoder));
const root = join(resolve(values.work), 'runs');
const { dir: dataDir } = resolveDataDir(values.data, process.env);
const threads = Number(values.threads);

/** Scores on test, shares of 1. */
interface Pair {
  readonly task: string;
  readonly seed: number;
  /** Number of training examples that both were trained on, and of all. */
  readonly trained: number;
  readonly train: number;
  readonly ours: number;
  readonly trainer: number;
}
const file = resolve(values.out);
const pairs: Pair[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).pairs : [];

type Splits = Record<'train' | 'dev' | 'test', readonly Example<BertFamily>[]>;

for (const name of values.only.split(',')) {
  const { task, splits } = await openSplits(findTask(name));
  const count = Math.min(Number(values.examples ?? splits.train.length), splits.train.length);
  for (const seed of values.seeds.split(',').map(Number)) {
    const at = pairs.findIndex((pair) => pair.task === task.id && pair.seed === seed);
    if (pairs[at]?.trained === count) continue;
    const ofEntities = task.family === 'ner' && { ...PLAIN_ENTITIES, head: 'softmax' };
    const plain: GivenParameters = { init, epochs: 3, ...ofEntities };
    const recipe = { ...plain, ...(await sampleOf(task, plain, seed, splits.train, count)) };
    const parameters = { ...recipe, threads, checkpointMinutes: 3 };
    const run = await evaluate({ task, model: 'bert', parameters, seed, dataDir, root });
    const pair: Pair = {
      ...{ task: task.id, seed, trained: count, train: splits.train.length },
      ours: primaryScore(run.scores).value,
      trainer: await withTrainer(task, recipe, seed, splits, count),
    };
    pairs.splice(at < 0 ? pairs.length : at, 1, pair);
    await writeJson(file, { encoder: values.encoder.split('/').at(-1), epochs: plain.epochs, pairs });
    const percent = (share: number): string => (100 * share).toFixed(2);
    console.log(
      `${task.id} seed ${seed}: ours ${percent(pair.ours)}, Trainer ${percent(pair.trainer)}; trained on ${run.record.examples.learnt ?? count} and ${count}`,
    );
  }
}

async function openSplits(declared: Task) {
  const { task, division } = await openDataset({ task: declared, dir: dataDir });
  const { train, dev, evaluated } = await division('test');
  return { task, splits: { train, dev, test: evaluated.examples } as Splits };
}

/** The initial model for fine-tuning on a task, from the resolved parameters. */
async function preparedOf<F extends BertFamily>(
  task: Task,
  family: F,
  recipe: GivenParameters,
  seed: number,
) {
  const parameters = await bertParameters(task, recipe);
  const base = await createBase(parameters, () => [], seed);
  const planner = PLANNERS[family];
  return {
    parameters,
    planFrom: async (train: readonly Example<F>[]) =>
      planner.plan(await planner.learn(train, parameters, task), { ...base, parameters }),
  };
}

/** The parameter that limits `bert` to this many examples, drawn by the seed; none where that is all of them. */
async function sampleOf(
  task: Task,
  recipe: GivenParameters,
  seed: number,
  train: Splits['train'],
  count: number,
): Promise<GivenParameters> {
  if (count >= train.length) return {};
  const { parameters, planFrom } = await preparedOf(task, served(task.family), recipe, seed);
  const drawn = withinBudget(train, count, () => 1, seed);
  const plan = await planFrom(train);
  return plan.use(({ items }) => {
    const rows = drawn.flatMap((example) => items([example])).flatMap(({ rows }) => rows);
    const tokens = rows.reduce((sum, { sequence }) => sum + sequence.ids.length, 0);
    return { tokenBudget: tokens * parameters.epochs };
  });
}

/** The score on test of the Trainer's epoch with the best score on dev, on the sample that `bert` is trained on. */
async function withTrainer(
  task: Task,
  recipe: GivenParameters,
  seed: number,
  splits: Splits,
  count: number,
): Promise<number> {
  return compute(served(task.family), splits);

  async function compute<F extends BertFamily>(
    family: F,
    splits: Record<'train' | 'dev' | 'test', readonly Example<F>[]>,
  ): Promise<number> {
    const { parameters, planFrom } = await preparedOf(task, family, recipe, seed);
    const { train, dev } = sampleExamples({ ...splits, seed, parameters }, await planFrom(splits.train));
    if (train.length !== count) throw new Error(`${train.length} training examples, not ${count}`);
    const { use, labels } = await planFrom(train);
    const score = devScore(task);
    return use((plan) => {
      const plain = ({ ids, types }: { ids: Int32Array; types: Int32Array }) => ({
        ids: [...ids],
        types: [...types],
      });
      const rows = plan.items(train).flatMap((item) => item.rows);
      const questions = { dev, test: splits.test };
      const asked = (examples: readonly Example<F>[]) => examples.map(({ input }) => plan.ask(input));
      const given = {
        ...{ init, labels: labels.length, epochs: parameters.epochs, batch: parameters.batchSize },
        kind: rows.some(({ target }) => target instanceof Int32Array) ? 'token' : 'sequence',
        learning_rate: parameters.learningRate,
        warmup: parameters.warmup,
        weight_decay: parameters.weightDecay,
        train: rows.map(({ sequence, target }) => ({
          ...plain(sequence),
          target: target instanceof Int32Array ? [...target] : target,
        })),
        ask: Object.fromEntries(
          Object.entries(questions).map(([split, examples]) => [
            split,
            asked(examples).flatMap(({ sequences }) => sequences.map(plain)),
          ]),
        ),
      };
      const epochs = runPeer(task.id, given, seed);
      const scoreOf = (split: 'dev' | 'test', logits: readonly number[][], ask = plan.ask): number => {
        let at = 0;
        const predictions = questions[split].map(({ input }) => {
          const question = ask(input);
          const answers = question.sequences.map(() => Float32Array.from(logits[at++]));
          return question.decode(answers as never, () => new Float32Array(0));
        });
        return score(questions[split], predictions);
      };
      // first the epoch, then the decoding of that epoch: both chosen on dev, as in our runs
      const best = epochs.reduce((a, b) => (scoreOf('dev', b.dev) > scoreOf('dev', a.dev) ? b : a));
      const decodings = [plan, ...(plan.decodings ?? [])].map(({ ask }) => ask);
      const own = plan.decodings ? decodings.slice(1) : decodings;
      const ask = own.reduce((a, b) => (scoreOf('dev', best.dev, b) > scoreOf('dev', best.dev, a) ? b : a));
      return scoreOf('test', best.test, ask);
    });
  }
}

function runPeer(
  name: string,
  given: object,
  seed: number,
): { readonly dev: number[][]; readonly test: number[][] }[] {
  const folder = mkdtempSync(join(tmpdir(), `chineseblue-parity-${name}-`));
  try {
    const [data, out] = [join(folder, 'data.json'), join(folder, 'out.json')];
    writeFileSync(data, JSON.stringify(given));
    const peer = join(import.meta.dirname, '../peers/bert_parity.py');
    const { status } = spawnSync(PEER_PYTHON, [peer, data, out, String(seed), String(threads)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`the Trainer ended with status ${status}`);
    return JSON.parse(readFileSync(out, 'utf8')).epochs;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
