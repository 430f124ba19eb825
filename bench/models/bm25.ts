/**
 * Search over 100 000 real short texts vs. bm25s with the same tokens: rankings and speed on one core.
 *
 * node bench/models/bm25.ts [--data-dir DIR] [--python PATH]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Item, openDataset } from '../../src/datasets/dataset.ts';
import { createRandom, shuffle } from '../../src/ground/random.ts';
import { createTokenizer } from '../../src/models/shared/features/tokens.ts';
import { indexDocuments } from '../../src/models/shared/retrieval/bm25index.ts';
import type { Family } from '../../src/tasks/families/family.ts';
import { families } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { median } from '../median.ts';
import { startPeer } from '../peer-python.ts';
import { writeResult } from '../result.ts';
import { circumstances, dataDirectory } from './peer.ts';

const DOCUMENTS = 100_000;
const QUERIES = 1_000;
const DEPTH = 10;
const CONSTANTS = { k1: 1.5, b: 0.75 };
const ROUNDS = 5;
/** Smaller differences of scores count as equal: both sides add in single precision. */
const CLOSE = 1e-5;

interface PeerAnswer {
  readonly indexSeconds: number;
  readonly searchSeconds: number;
  readonly documents?: readonly (readonly number[])[];
  readonly scores?: readonly (readonly number[])[];
}

const dataDir = dataDirectory();
const texts = new Set<string>();
const asked = new Set<string>();
for (const name of ['cMedIR', 'cMedQA', 'cMedQQ', 'cMedTC', 'cMedIC', 'CMDD']) {
  const task = findTask(name);
  const dataset = await openDataset({ task, dir: dataDir });
  for (const split of dataset.splits) {
    for await (const example of dataset.stream(split)) {
      const [query, ...rest] = (families[task.family] as Family).texts(example.input);
      if (name === 'cMedIR') asked.add((example as Item<'ranking'>).input.query);
      else texts.add(query);
      for (const text of rest) texts.add(text);
    }
  }
}
const corpus = [...texts].slice(0, DOCUMENTS);
const queries = shuffle([...asked], createRandom(1)).slice(0, QUERIES);

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
const results: Record<string, unknown> = {};
try {
  const peer = await startPeer('bm25s_peer.py');
  for (const kind of ['bigram', 'word'] as const) {
    const tokenize = createTokenizer(kind);
    const documents = corpus.map(tokenize);
    const questions = queries.map(tokenize);
    const file = join(folder, `${kind}.json`);
    writeFileSync(file, JSON.stringify([documents, questions]));
    const peerOfKind = kind === 'bigram' ? peer : await startPeer('bm25s_peer.py');

    const times = { ours: [] as PeerAnswer[], numpy: [] as PeerAnswer[], numba: [] as PeerAnswer[] };
    let agreement: object = {};
    for (let round = 0; round < ROUNDS; round++) {
      let start = performance.now();
      const index = await indexDocuments(documents, CONSTANTS);
      const indexSeconds = (performance.now() - start) / 1000;
      start = performance.now();
      const hits = questions.map((question) => index.search(question, DEPTH));
      times.ours.push({ indexSeconds, searchSeconds: (performance.now() - start) / 1000 });
      for (const backend of ['numpy', 'numba'] as const) {
        const request = { file, backend, k: DEPTH, ...CONSTANTS, results: round === 0 };
        const answer = await peerOfKind.ask<PeerAnswer>(request);
        times[backend].push(answer);
        if (answer.documents) agreement = { ...agreement, [backend]: compare(hits, answer) };
      }
    }
    if (peerOfKind !== peer) peerOfKind.stop();
    const row = (list: readonly PeerAnswer[]) => ({
      'index, s': median(list.map(({ indexSeconds }) => indexSeconds)),
      'search, ms a query': (1000 * median(list.map(({ searchSeconds }) => searchSeconds))) / queries.length,
    });
    const table = {
      chineseblue: row(times.ours),
      [`bm25s ${peer.versions.bm25s}, numpy`]: row(times.numpy),
      [`bm25s ${peer.versions.bm25s}, numba ${peer.versions.numba}`]: row(times.numba),
    };
    console.log(
      `${kind}s: ${documents.length} documents, ${queries.length} queries, first ${DEPTH}, medians of ${ROUNDS} interleaved rounds, one thread`,
    );
    console.table(table);
    console.log('rankings vs. bm25s:', agreement);
    const [ours, ...peers] = Object.values(table);
    const ratio = peers.map((other) => ({
      index: other['index, s'] / ours['index, s'],
      search: other['search, ms a query'] / ours['search, ms a query'],
    }));
    console.log('times as fast as numpy, numba:', ratio);
    results[kind] = { documents: documents.length, queries: queries.length, table, ratio, agreement };
  }
  await writeResult('bm25', {
    ...circumstances(),
    peers: peer.versions,
    settings: { ...CONSTANTS, method: 'lucene', depth: DEPTH, rounds: ROUNDS },
    ...results,
  });
  peer.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Rankings are equal if every rank has the same score, and the same document unless several have that score: bm25s leaves the
 * order of ties open.
 */
function compare(ours: readonly { document: number; score: number }[][], answer: PeerAnswer) {
  let sameDocuments = 0;
  let sameUpToTies = 0;
  let worst = 0;
  ours.forEach((hits, query) => {
    const documents = answer.documents![query];
    const scores = answer.scores![query];
    const padded = documents.map((_, i) => hits[i] ?? { document: -1, score: 0 });
    padded.forEach(({ score }, i) => {
      worst = Math.max(worst, Math.abs(score - scores[i]));
    });
    const differ = padded.filter(({ document, score }, i) => score > 0 && document !== documents[i]);
    if (differ.length === 0) sameDocuments++;
    const tied = (score: number): boolean =>
      padded.filter((hit) => Math.abs(hit.score - score) < CLOSE).length > 1 ||
      Math.abs(padded[padded.length - 1].score - score) < CLOSE;
    if (
      differ.every(({ score }) => tied(score)) &&
      padded.every(({ score }, i) => Math.abs(score - scores[i]) < CLOSE)
    ) {
      sameUpToTies++;
    }
  });
  return { queries: ours.length, sameDocuments, sameUpToTies, largestScoreDifference: worst };
}
