/**
 * A synthetic KUAKE-IR at its official size: 958 846 passages of about 100 characters and 100 000 train queries, in the official
 * layout. Measures `data get` (candidates by BM25 over the full corpus), `run --model bm25` and `score` on its predictions.
 *
 * node bench/datasets/kuake-ir.ts [--passages 958846] [--queries 100000]
 *
 * Each command runs in a separate process. Writes bench/results/kuake-ir.json.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/ground/random.ts';
import { writeResult } from '../result.ts';

const { values } = parseArgs({
  options: {
    passages: { type: 'string', default: '958846' },
    queries: { type: 'string', default: '100000' },
  },
});
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bench-kuake-'));
const [archive, data, runs] = ['archive', 'data', 'runs'].map((name) => join(scratch, name));
const WORDS = 30_000;
const JUDGED = 1000;

const random = createRandom(1);
const character = (): string => String.fromCharCode(0x4e00 + Math.floor(random.next() ** 2 * 3500));
const words = Array.from({ length: WORDS }, () =>
  Array.from({ length: 1 + random.below(3) }, character).join(''),
);
/** Few words are frequent, as in real texts. */
const word = (): string => words[Math.floor(random.next() ** 4 * WORDS)];
const wordsOf = (count: number): string[] => Array.from({ length: count }, word);

async function write(name: string, lines: Iterable<string>): Promise<number> {
  const file = join(archive, name);
  const stream = createWriteStream(file);
  for (const line of lines) if (!stream.write(line)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
  return statSync(file).size;
}

/** The words of the passages from which queries are made. */
const answering = new Map<number, readonly string[]>();

function* passages(count: number, wanted: ReadonlySet<number>): Generator<string> {
  for (let i = 1; i <= count; i++) {
    const own = wordsOf(20 + random.below(60));
    if (wanted.has(i)) answering.set(i, own);
    yield `${i}\t${own.join('')}\n`;
  }
}

async function writeQueries(split: string, ids: readonly number[], first: number): Promise<void> {
  const query = (id: number): string => {
    const own = answering.get(id) ?? [];
    const from = random.below(own.length);
    return [...own.slice(from, from + 2 + random.below(3)), word()].join('');
  };
  await write(
    `KUAKE-IR_${split}_query.txt`,
    ids.map((id, i) => `${first + i}\t${query(id)}\n`),
  );
  if (split === 'test') return;
  await write(
    `KUAKE-IR_${split}.tsv`,
    ids.map((id, i) => `${first + i}\t${id}\n`),
  );
}

/** A command with its resource use. */
function measure(what: string, ...args: readonly string[]): object {
  const once = join(import.meta.dirname, 'command-once.ts');
  const { stdout, status } = spawnSync(process.execPath, [once, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stdout.slice(-2000)}`);
  const took = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  console.log(what, took);
  return { what, ...took };
}

try {
  mkdirSync(archive);
  const [count, trained] = [Number(values.passages), Number(values.queries)];
  const ids = Array.from({ length: trained + 2 * JUDGED }, () => 1 + random.below(count));
  const bytes = await write('corpus.tsv', passages(count, new Set(ids)));
  await writeQueries('train', ids.slice(0, trained), 1);
  await writeQueries('dev', ids.slice(trained, trained + JUDGED), 200_001);
  await writeQueries('test', ids.slice(trained + JUDGED), 300_001);
  const place = ['--data-dir', data];
  const task = ['--task', 'KUAKE-IR'];
  const rows = [
    measure('data get', 'data', 'get', 'KUAKE-IR', '--from', archive, ...place),
    measure(
      'run --model bm25',
      'run',
      ...task,
      '--model',
      'bm25',
      '--runs-dir',
      runs,
      '--jobs',
      '1',
      ...place,
    ),
  ];
  const kept = readdirSync(runs).find((name) => name.startsWith('KUAKE-IR-')) ?? '';
  const predictions = join(runs, kept, 'predictions.jsonl');
  rows.push(measure('score', 'score', ...task, '--split', 'dev', '--predictions', predictions, ...place));
  await writeResult('kuake-ir', {
    ...{ passages: count, queries: trained + 2 * JUDGED, megabytes: bytes / 1e6, rows },
    load: loadavg()[0],
  });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
