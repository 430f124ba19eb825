import { median } from '../median.ts';
import { readResult } from '../result.ts';
import { EPOCH_RATIO } from './bert-epoch.ts';
import { SHARE_OF_MATMUL } from './bert-steps.ts';
import { type Result, type Section, table } from './section.ts';

export const bertProfile: Section = {
  title: 'Where the time in a training step goes',
  result: 'bert-profile',
  command: 'bench/bert/profile.ts',
  body: ({ rows }) => profileBody(rows),
};

/** Profiled operators by purpose. */
const OPERATOR_GROUPS: Readonly<Record<string, readonly string[]>> = {
  GELU: ['Gelu', 'Erf', 'Exp'],
  'Mul, Add, Sub': ['Mul', 'Add', 'Sub', 'Div', 'Neg'],
  'norms, softmax, sums': ['LayerNormalization', 'Softmax', 'LogSoftmax', 'ReduceSum', 'ReduceMean'],
  'data movement': ['Transpose', 'Reshape', 'Slice', 'Pad', 'Gather', 'Concat', 'Expand', 'Identity', 'Cast'],
};

/** Versions of the code, in order: 2026-11-25, the morning of 2026-11-26 and that afternoon. */
const CODE = ['before', 'between', 'after'];

/** Operators have wall times, parts CPU times: CPU time not spent in the short operators is matrix products. */
function profileBody(rows: Result): string[] {
  const cells = (row: Result): string[] => {
    const { groups, products, total } = partsOf(row);
    const { masks, optimizer } = row;
    const share = (ms: number): string => `${ms.toFixed(1)} (${((100 * ms) / total).toFixed(1)} %)`;
    return [...[products, ...groups, masks, optimizer].map(share), total.toFixed(0)];
  };
  const byCase = (a: Result, b: Result): number =>
    a.name.localeCompare(b.name) || a.threads - b.threads || CODE.indexOf(a.as) - CODE.indexOf(b.as);
  const kinds = ['matrix products and copies', ...Object.keys(OPERATOR_GROUPS), 'dropout masks', 'optimizer'];
  return [
    ...table(
      ['step', 'threads', 'code', ...kinds, 'CPU time per step', 'measured'],
      [...rows]
        .sort(byCase)
        .map((row: Result) => [
          row.name,
          String(row.threads),
          row.as,
          ...cells(row),
          `${row.date.slice(0, 10)}, ${row.cpu}, load ${row.load.toFixed(0)}`,
        ]),
    ),
    '',
    `Milliseconds per step. "before" is the code as of 2026-11-25; "between", as of 2026-11-26, computes the last layer for \`[CLS]\` alone and GELU and layer norms in fewer passes; "after" also avoids copying gradients. Operator times are the minimum over several rounds of ONNX Runtime's own profiler. "Matrix products and copies" is the remaining CPU time of \`run\`: matrix products and, in the first two versions, the extra copy of the gradients that the Node binding of ONNX Runtime makes. Epoch rows are means over its batches (16 sequences, each length weighted by its number of batches).${paddings(rows)}`,
    '',
    ...stepBounds(rows),
    ...epochBounds(rows),
    '',
    'Column sums are no faster with two threads than with one. The inference build of ONNX Runtime has no gradient operators for GELU, softmax and layer norm, so each takes several passes over memory. Tried on an AMD EPYC (family 25, model 1, two threads, 2026-11-26; medians of 9 to 15 alternating steps, by scripts that were not kept) without success: matrix products that read transposed keys (`FusedMatMul`), other block sizes for the thread pool, huge pages (about 1 %), running operators in parallel (`executionMode: parallel`; a step takes twice as long), half a batch per thread with separate graphs (4 × 512: 273 ms instead of 253; 4 × 256: 273 instead of 283; without adding up the gradients of the halves), and threads that spin between runs (−4 to 1 %). Computing column sums as products with a vector of ones shortens a step by 2 to 3 %; it is not used because it would change every trained weight without meeting any missed goal. The optimizer and the graph each already use all threads, so overlapping them would not help.',
  ];
}

/** CPU time of a step by purpose, in ms. */
function partsOf({ operators, threads, run, masks, optimizer }: Result) {
  const groups = Object.values(OPERATOR_GROUPS).map(
    (names) => threads * names.reduce((sum, name) => sum + (operators[name] ?? 0), 0),
  );
  const products: number = run - groups.reduce((sum, ms) => sum + ms, 0);
  return { groups, products, total: Number(run + masks + optimizer) };
}

/** The profile of the present code for a row of a result. */
const profileOf = (rows: Result, name: string, threads: number, cpu: string): Result | undefined =>
  rows.find(
    (row: Result) =>
      row.name === name && row.as === CODE.at(-1) && row.threads === threads && row.cpu === cpu,
  );

/** The time left for everything but matrix products if a step is to reach the target share of a bare MatMul. */
function stepBounds(rows: Result): string[] {
  const steps: Result = readResult('bert-steps');
  return (steps?.rows ?? []).flatMap(({ name, measured, cpuShareOfMatMul }: Result) => {
    const profile = profileOf(rows, name, steps.threads, steps.processor);
    if (!profile || cpuShareOfMatMul >= SHARE_OF_MATMUL) return [];
    const { products, total } = partsOf(profile);
    const matmul = median(measured.matmul.map(({ cpu }: Result) => cpu));
    const left = matmul / SHARE_OF_MATMUL - products;
    return [
      `- ${name}: the bare MatMul takes ${matmul.toFixed(0)} ms of CPU time; the step spends ${products.toFixed(0)} ms on matrix products and ${(total - products).toFixed(0)} ms on everything else. Reaching ${100 * SHARE_OF_MATMUL} % would leave ${left.toFixed(0)} ms for everything else.`,
    ];
  });
}

/** The same for epochs, against the time of the Trainer. */
function epochBounds(rows: Result): string[] {
  const epochs: Result = readResult('bert-epoch');
  return (epochs?.rows ?? []).flatMap(({ name, threads, mine, dynamic }: Result) => {
    const profile = profileOf(rows, `an epoch of ${name}`, threads, epochs.processor);
    const allowed = dynamic.seconds / EPOCH_RATIO / mine.seconds;
    if (!profile || allowed >= 1) return [];
    const { products, total } = partsOf(profile);
    const left = allowed * total - products;
    const step = `- an epoch of ${name}: a step takes ${total.toFixed(0)} ms of CPU time, ${products.toFixed(0)} ms in matrix products and ${(total - products).toFixed(0)} ms in everything else. ${EPOCH_RATIO}× the speed of the Trainer would require ${(allowed * total).toFixed(0)} ms per step`;
    return [
      left > 0
        ? `${step}, ${left.toFixed(0)} ms of it for everything else.`
        : `${step}, less than the matrix products alone.`,
    ];
  });
}

const paddings = (rows: Result): string => {
  const shares = new Map<string, string>();
  for (const { name, as, padding } of rows)
    if (padding !== undefined) shares.set(`${name} (${as})`, `${(100 * padding).toFixed(1)} %`);
  const list = Array.from(shares, ([name, share]) => `${name} ${share}`);
  return list.length === 0 ? '' : ` Share of padding among the tokens: ${list.join('; ')}.`;
};
