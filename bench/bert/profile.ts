/**
 * Where the time in a training step goes: ONNX Runtime's operator profile, and everything around it. Uses the shapes of
 * steps.ts, and the real batches of an epoch of cMedQQ and cMedQANER (each planned length weighted by its number of batches).
 *
 * Usage: npx node bench/bert/profile.ts [--as after] [--threads 1,2] [--rounds 6] [--only cMedQQ] [--data DIR]
 * The time of an operator is its minimum over all rounds, which is least affected by other load on the machine.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from '../../src/encoders/architectures/registry.ts';
import { epochsOf } from '../../src/encoders/training/finetune.ts';
import { TRAIN_DEFAULTS } from '../../src/encoders/training/settings.ts';
import { writeJson } from '../../src/ground/files.ts';
import { DATA } from '../data.ts';
import { processor, resultFile } from '../result.ts';
import { median } from './contestants.ts';
import { BATCH, material, type Sizes, sizesOf, VOCABULARY } from './material.ts';
import { prepareTraining, type StepCase } from './training.ts';

const { values } = parseArgs({
  options: {
    as: { type: 'string', default: 'after' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '6' },
    only: { type: 'string', default: '' },
    data: { type: 'string', default: DATA },
    child: { type: 'string' },
  },
});

type Shape = Pick<StepCase, 'head' | 'batch' | 'length' | 'threads' | 'distinct'> & { readonly sizes: Sizes };

/** Milliseconds of one step. */
interface Profile {
  /** Wall time of the operators. */
  readonly operators: Readonly<Record<string, number>>;
  /** CPU time of the parts of the step; `run` holds the operators. */
  readonly masks: number;
  readonly run: number;
  readonly optimizer: number;
}

/** The least time of every node over all rounds, summed by operator. */
function operatorsOf(file: string): Record<string, number> {
  const least = new Map<string, { operator: string; us: number }>();
  for (const { cat, name, dur, args } of JSON.parse(readFileSync(file, 'utf8'))) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    const before = least.get(name)?.us ?? Number.POSITIVE_INFINITY;
    least.set(name, { operator: args.op_name, us: Math.min(before, dur) });
  }
  const operators: Record<string, number> = {};
  for (const { operator, us } of least.values()) operators[operator] = (operators[operator] ?? 0) + us / 1000;
  return operators;
}

async function measure({ sizes, ...shape }: Shape): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-profile-'));
  const config = parseConfig(JSON.stringify({ vocab_size: VOCABULARY, ...sizes }));
  const step = await prepareTraining({ config, ...shape, profile: join(folder, 'step') });
  const parts = { masks: [] as number[], run: [] as number[], optimizer: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const part of ['masks', 'run', 'optimizer'] as const) {
      const used = process.cpuUsage();
      await step[part]();
      const { user, system } = process.cpuUsage(used);
      parts[part].push((user + system) / 1000);
    }
  }
  await step.release();
  const operators = operatorsOf(join(folder, readdirSync(folder)[0]));
  rmSync(folder, { recursive: true });
  const [masks, run, optimizer] = [parts.masks, parts.run, parts.optimizer].map((list) =>
    median(list.slice(1)),
  );
  return { operators, masks, run, optimizer };
}

/** The mean of profiles with weights. */
function blend(profiles: readonly (readonly [Profile, number])[]): Profile {
  const total = profiles.reduce((sum, [, weight]) => sum + weight, 0);
  const mean = (of: (profile: Profile) => number): number =>
    profiles.reduce((sum, [profile, weight]) => sum + of(profile) * weight, 0) / total;
  const names = [...new Set(profiles.flatMap(([{ operators }]) => Object.keys(operators)))];
  return {
    operators: Object.fromEntries(names.map((name) => [name, mean((one) => one.operators[name] ?? 0)])),
    masks: mean(({ masks }) => masks),
    run: mean(({ run }) => run),
    optimizer: mean(({ optimizer }) => optimizer),
  };
}

interface Case {
  readonly name: string;
  /** Shapes with the number of their batches. */
  readonly shapes: readonly (readonly [Omit<Shape, 'threads'>, number])[];
  /** Share of the tokens of an epoch that is padding. */
  readonly padding?: number;
}

const alone = (name: string, layers: number, hidden: number, batch: number, length: number): Case => ({
  name,
  shapes: [[{ sizes: sizesOf(layers, hidden), head: 'sequence', batch, length }, 1]],
});

/** The batches of the first epoch. */
async function epochOf(name: string, head: Shape['head']): Promise<Case> {
  const sizes = sizesOf(4, 512);
  const { plan, examples } = await material(name, sizes, values.data);
  const settings = { ...TRAIN_DEFAULTS, seed: 1, threads: 1, epochs: 1, batch: BATCH };
  const items = plan.use((own) => own.items(examples));
  const source = epochsOf(items, settings);
  const counts = new Map<number, number>();
  let padded = 0;
  for (let at = { epoch: 0, batch: 0 }, done = false; !done; ) {
    const update = source.at(at);
    for (const { length, batch } of update.batches) {
      counts.set(length, (counts.get(length) ?? 0) + 1);
      padded += batch * length;
    }
    ({ next: at, done } = update);
  }
  const sequences = items.flatMap(({ rows }) => rows.map(({ sequence }) => sequence));
  const tokens = sequences.reduce((sum, { ids }) => sum + ids.length, 0);
  const distinct = Math.max(...sequences.map(({ ids }) => Math.max(...ids))) + 1;
  return {
    name: `an epoch of ${name}, 4 × 512`,
    shapes: source.shapes.map((shape) => [
      { sizes, head, distinct, ...shape },
      counts.get(shape.length) ?? 0,
    ]),
    padding: 1 - tokens / padded,
  };
}

interface Row extends Profile {
  readonly name: string;
  readonly as: string;
  readonly threads: number;
  readonly date: string;
  readonly cpu: string;
  readonly load: number;
  readonly padding?: number;
}

function print({ name, as, threads, operators, masks, run, optimizer }: Row): void {
  const kernels = Object.values(operators).reduce((sum, ms) => sum + ms, 0);
  const largest = Object.entries(operators).sort((a, b) => b[1] - a[1]);
  const parts = { 'all operators': kernels, 'run, CPU time': run, 'masks, CPU time': masks };
  const lines = [...largest, ...Object.entries({ ...parts, 'optimizer, CPU time': optimizer })];
  process.stdout.write(`${name}, ${threads} thread(s), ${as}\n`);
  for (const [what, ms] of lines)
    process.stdout.write(
      `${what.padEnd(24)}${ms.toFixed(2).padStart(10)} ms ${((100 * ms) / kernels).toFixed(1).padStart(6)} %\n`,
    );
}

if (values.child) process.stdout.write(JSON.stringify(await measure(JSON.parse(values.child))));
else {
  const file = resultFile('bert-profile');
  const cases = [
    alone('BERT-base 16 × 32', 12, 768, 16, 32),
    alone('BERT-base 16 × 128', 12, 768, 16, 128),
    alone('small 4 × 256, 32 × 64', 4, 256, 32, 64),
    alone('small 4 × 512, 32 × 32', 4, 512, 32, 32),
    await epochOf('cMedQQ', 'sequence'),
    await epochOf('cMedQANER', 'tokens'),
  ].filter(({ name }) => name.includes(values.only));
  const rows: Row[] = [];
  for (const { name, shapes, padding } of cases) {
    for (const threads of values.threads.split(',').map(Number)) {
      const profiles = shapes
        .filter(([, weight]) => weight > 0)
        .map(([shape, weight]) => {
          const given = ['--rounds', values.rounds, '--child', JSON.stringify({ ...shape, threads })];
          const said = execFileSync(process.execPath, [import.meta.filename, ...given]);
          return [JSON.parse(said.toString()) as Profile, weight] as const;
        });
      const at = { date: new Date().toISOString(), cpu: processor(), load: loadavg()[0] };
      rows.push({ name, as: values.as, threads, ...at, padding, ...blend(profiles) });
      print(rows.at(-1)!);
    }
  }
  const before: Row[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).rows : [];
  const key = ({ name, as, threads, cpu }: Row): string => `${name} ${as} ${threads} ${cpu}`;
  const measured = new Set(rows.map(key));
  await writeJson(file, {
    date: new Date().toISOString(),
    rows: [...before.filter((row) => !measured.has(key(row))), ...rows],
  });
}
