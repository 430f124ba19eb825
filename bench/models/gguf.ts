/**
 * One GGUF file in-process (`gguf`) and behind a llama.cpp server (`llm`): the log-probabilities of labels on the same
 * items, in mode=logprob.
 *
 * node bench/models/gguf.ts --file FILE --endpoint URL [--name NAME] [--task T,…] [--limit N] [--data-dir DIR]
 *
 * The server must have the same file and one slot: batching and prompt caching change probabilities in the second digit.
 * Exits with 1 if more than 5 % of the labels differ, or any log-probability by more than 0.05.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/datasets/dataset.ts';
import type { GivenParameters } from '../../src/ground/parameters.ts';
import { createRandom, shuffle } from '../../src/ground/random.ts';
import type { ModelKind, Reply } from '../../src/models/contract.ts';
import { rawJson } from '../../src/models/llm/interpret.ts';
import { findModel } from '../../src/models/registry.ts';
import type { Input } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import type { Task } from '../../src/tasks/task.ts';
import { circumstances, dataDirectory } from './peer.ts';

const CLOSE = 0.05;
const SAME = 0.95;

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    endpoint: { type: 'string' },
    name: { type: 'string', default: 'model' },
    task: { type: 'string', default: 'cMedQQ,cMedIC' },
    limit: { type: 'string', default: '50' },
    threads: { type: 'string', default: '1' },
    'data-dir': { type: 'string' },
  },
});
const { file, endpoint, name, task: names, limit, threads } = values;
if (!file || !endpoint) throw new Error('pass --file and --endpoint');

type Scores = Readonly<Record<string, number>>;

interface Asked {
  /** Per input and call; undefined if the answer is unreadable. */
  readonly scores: readonly (Scores | undefined)[];
  readonly promptTokens: number;
  readonly secondsPerItem: number;
}

async function ask(
  kind: ModelKind,
  task: Task,
  inputs: readonly Input[],
  given: GivenParameters,
): Promise<Asked> {
  const parameters = { ...given, mode: 'logprob' };
  const fitted = await kind.fit({ task, train: [], dev: [], seed: 0, parameters, score: () => 0 });
  const replies: Reply[] = [];
  const since = performance.now();
  await fitted.answer(inputs, { onAnswer: (i, reply) => (replies[i] = reply) });
  return {
    scores: replies.flatMap(({ raw }) =>
      rawJson.parse(raw).repeats[0].map((call) => ('scores' in call ? call.scores : undefined)),
    ),
    promptTokens: replies.reduce((sum, { usage }) => sum + (usage?.promptTokens ?? 0), 0),
    secondsPerItem: (performance.now() - since) / 1000 / inputs.length,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
const profiles = join(folder, 'profiles.json');
writeFileSync(profiles, JSON.stringify({ alone: { endpoint, extraBody: { cache_prompt: false } } }));
let agrees = true;
const results: Record<string, unknown> = {};
for (const id of names.split(',')) {
  const dataset = await openDataset({ task: findTask(id), dir: dataDirectory() });
  const { evaluated } = await dataset.division('test');
  const drawn = shuffle([...evaluated.questions], createRandom(0)).slice(0, Number(limit));
  const inputs = drawn.map(({ input }) => input);
  const { task } = dataset;
  const here = await ask(findModel('gguf'), task, inputs, { file, threads: Number(threads) });
  const there = await ask(findModel('llm'), task, inputs, {
    ...{ name: `${name}@alone`, profiles, concurrency: 1, retries: 0, timeout: 600 },
  });
  let largest = 0;
  let compared = 0;
  let same = 0;
  let unreadable = 0;
  for (const [i, ours] of here.scores.entries()) {
    const theirs = there.scores[i];
    if (!ours || !theirs) {
      if (ours || theirs) agrees = false;
      unreadable++;
      continue;
    }
    compared++;
    for (const [label, score] of Object.entries(ours))
      largest = Math.max(largest, Math.abs(score - theirs[label]));
    const best = (scores: Scores): string =>
      Object.keys(scores).reduce((a, b) => (scores[b] > scores[a] ? b : a));
    if (best(ours) === best(theirs)) same++;
  }
  if (compared === 0 || largest > CLOSE || same / compared < SAME) agrees = false;
  results[id] = {
    items: inputs.length,
    calls: here.scores.length,
    compared,
    unreadable,
    sameLabel: same / compared,
    largestDifference: largest,
    promptTokens: [here.promptTokens, there.promptTokens],
    secondsPerItem: [here.secondsPerItem, there.secondsPerItem],
  };
  console.log(id, JSON.stringify(results[id]));
}
console.log(JSON.stringify({ ...circumstances(), results, agrees }, undefined, 2));
rmSync(folder, { recursive: true });
process.exitCode = agrees ? 0 : 1;
