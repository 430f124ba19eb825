/**
 * Speed and memory of `data import` on synthetic records of about 1 KB vs. pandas and HF `datasets` on the same file, and of
 * writing and reading predictions in Parquet vs. pandas (pyarrow).
 *
 * node bench/datasets/import.ts [--megabytes 100] [--rows 1000000] [--python PATH]
 *
 * Each program runs in a separate process. Writes bench/results/import.json.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/ground/random.ts';
import { PEER_PYTHON } from '../peer-python.ts';
import { writeResult } from '../result.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    rows: { type: 'string', default: '1000000' },
    python: { type: 'string' },
  },
});
const python = values.python ?? PEER_PYTHON;
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bench-import-'));
const LENGTH = 300;
const TYPES = ['dis', 'sym', 'dru'];

/** The resource use reported by a separate process. */
interface Measured {
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly [what: string]: number | string;
}

function run(program: string, args: readonly string[]): Measured {
  const { stdout, status } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** A doccano export: texts of characters drawn as unevenly as those of real ones, three spans each. */
async function writeRecords(file: string, megabytes: number): Promise<number> {
  const random = createRandom(1);
  const character = (): string => String.fromCharCode(0x4e00 + Math.floor(random.next() ** 3 * 3000));
  const stream = createWriteStream(file);
  let [records, bytes] = [0, 0];
  while (bytes < megabytes * 1e6) {
    const text = Array.from({ length: LENGTH }, character).join('');
    const entities = TYPES.map((label, id) => {
      const start = random.below(LENGTH - 8);
      return { id, label, start_offset: start, end_offset: start + 2 + random.below(6) };
    });
    const line = `${JSON.stringify({ id: records, text, entities, relations: [] })}\n`;
    records++;
    bytes += Buffer.byteLength(line);
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
  return records;
}

try {
  const file = join(scratch, 'records.jsonl');
  const records = await writeRecords(file, Number(values.megabytes));
  const megabytes = statSync(file).size / 1e6;
  const peer = join(import.meta.dirname, '../peers/import_peer.py');
  const ours = join(import.meta.dirname, 'import-once.ts');
  const [parquet, scored] = ['predictions', 'scored'].map((name) => join(scratch, `${name}.parquet`));
  const predictions = [
    { what: 'written', ...run(process.execPath, [ours, 'write', parquet, values.rows]) },
    {
      what: 'written, with scores for three labels',
      ...run(process.execPath, [ours, 'write', scored, values.rows, 'scores']),
    },
    { what: 'written by pandas', ...run(python, [peer, 'write', parquet, values.rows]) },
    {
      what: 'read and matched with examples',
      ...run(process.execPath, [ours, 'read', parquet, values.rows]),
    },
    {
      what: 'read, with scores for three labels',
      ...run(process.execPath, [ours, 'read', scored, values.rows]),
    },
    { what: 'read by pandas', ...run(python, [peer, 'read', parquet]) },
  ];
  const rows = [
    { what: 'data import', ...run(process.execPath, [ours, 'import', file]) },
    { what: 'datasets: load_dataset and to_json', ...run(python, [peer, 'datasets', file]) },
    { what: 'pandas: read_json and to_json', ...run(python, [peer, 'pandas', file]) },
  ].map((row) => ({ ...row, megabytesPerSecond: megabytes / row.cpuSeconds }));
  const result = {
    date: new Date().toISOString(),
    ...{ node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length, load: loadavg()[0] },
    ...{ megabytes, records, rows, predictions, predictionRows: Number(values.rows) },
  };
  await writeResult('import', result);
  console.log(JSON.stringify(result, null, 1));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
