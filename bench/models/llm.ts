/**
 * Client overhead of calling a language model: calls per CPU second against a stub that responds at once, including journal
 * and parsing; memory over 100 000 calls; compared with the clients of other harnesses on the same stub.
 *
 * node bench/models/llm.ts [--calls N] [--python PATH of a Python with lm_eval and inspect_ai]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { llm } from '../../src/models/llm/kind.ts';
import { taskOf } from '../../src/tasks/families/fixtures/sample.ts';
import { writeResult } from '../result.ts';
import { circumstances } from './peer.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '100000' }, python: { type: 'string' } },
});
const CALLS = Number(values.calls);
const PEER_CALLS = 1_000;
const CONCURRENCY = 32;
/** Number of memory samples in a run. */
const SAMPLES = 10;
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const task = taskOf('similarity', ['0', '1'], { positive: '1' });
const questions = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    textA: `感冒${i}吃什么药好得快`,
    textB: `第${i}次感冒了用什么药`,
  }));

interface Memory {
  readonly calls: number;
  /** As reported by the system, garbage included. */
  readonly residentMegabytes: number;
  /** Heap in use after a collection. */
  readonly liveMegabytes: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const megabytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;

function lookAtMemory(calls: number): Memory {
  const residentMegabytes = megabytes(process.memoryUsage.rss());
  collectGarbage();
  return { calls, residentMegabytes, liveMegabytes: megabytes(process.memoryUsage().heapUsed) };
}

async function ours(endpoint: string, calls: number, stream: boolean) {
  const root = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
  try {
    const parameters = {
      name: `stub-${stream}`,
      endpoint,
      structured: 'schema',
      stream,
      concurrency: CONCURRENCY,
    };
    const directory = join(root, 'runs', 'run');
    const fitted = await llm.fit({
      ...{ task, train: [], dev: [], seed: 0, parameters, directory },
      score: () => 0,
    });
    const inputs = questions(calls);
    let answered = 0;
    let arrived = 0;
    const memory: Memory[] = [];
    const cpu = process.cpuUsage();
    const started = performance.now();
    await fitted.answer(inputs, {
      onAnswer(index, { raw }) {
        if (++arrived % Math.ceil(calls / SAMPLES) === 0) memory.push(lookAtMemory(arrived));
        if (llm.interpret(raw, inputs[index], task).status === 'answered') answered++;
      },
    });
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (answered !== calls) throw new Error(`${answered} of ${calls} answers were read`);
    const cpuSeconds = (user + system) / 1e6;
    return {
      ...{ calls, seconds, perSecond: calls / seconds, cpuSeconds, perCpuSecond: calls / cpuSeconds, memory },
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The same number of concurrent calls through the client of another harness, in a separate process. */
async function peer(python: string, name: string, endpoint: string) {
  const child = spawn(
    python,
    [here('../peers/llm_clients.py'), name, endpoint, String(PEER_CALLS), String(CONCURRENCY)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  const result = JSON.parse(lines.at(-1) ?? '{}');
  return { ...result, perCpuSecond: result.calls / result.cpuSeconds, load: loadavg()[0] };
}

async function startStub(): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = spawn(process.execPath, [here('llm-stub.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: child.stdout! }), 'line');
  return { child, endpoint: `http://127.0.0.1:${port}/v1` };
}

const { child, endpoint } = await startStub();
try {
  await ours(endpoint, 2_000, true);
  const streamed = await ours(endpoint, CALLS, true);
  const whole = await ours(endpoint, Math.min(CALLS, 20_000), false);
  const peers: Record<string, unknown> = {};
  if (values.python)
    for (const name of ['lm-eval', 'inspect-ai']) peers[name] = await peer(values.python, name, endpoint);
  const result = { ...circumstances(), load: loadavg(), concurrency: CONCURRENCY, streamed, whole, peers };
  await writeResult('llm', result);
  console.log(JSON.stringify(result, null, 2));
} finally {
  child.kill();
}
