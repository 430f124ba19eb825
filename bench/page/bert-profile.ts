import { median } from '../median.ts';
import { readResult } from '../result.ts';
import { EPOCH_RATIO } from './bert-epoch.ts';
import { SHARE_OF_MATMUL } from './bert-steps.ts';
import { type Result, type Section, table } from './section.ts';

export const bertProfile: Section = {
  title: 'Where the time of a training step goes',
  result: 'bert-profile',
  command: 'bench/bert/profile.ts',
  body: ({ rows }) => profileBody(rows),
};

/** Operators of a profile by what they are for. */
const OPERATOR_GROUPS: Readonly<Record<string, readonly string[]>> = {
  GELU: ['Gelu', 'Erf', 'Exp'],
  'Mul, Add, Sub': ['Mul', 'Add', 'Sub', 'Div', 'Neg'],
  'norms, softmax, sums': ['LayerNormalization', 'Softmax', 'LogSoftmax', 'ReduceSum', 'ReduceMean'],
  'moves of data': ['Transpose', 'Reshape', 'Slice', 'Pad', 'Gather', 'Concat', 'Expand', 'Identity', 'Cast'],
};

/** Whose time it is, in order: of 2026-11-25, of the morning after, and of that afternoon. */
const CODE = ['before', 'between', 'after'];

/** Operators are timed by the clock, parts by their CPU time: what the short operators leave of it are the products. */
function profileBody(rows: Result): string[] {
  const cells = (row: Result): string[] => {
    const { groups, products, total } = partsOf(row);
    const { masks, optimizer } = row;
    const share = (ms: number): string => `${ms.toFixed(1)} (${((100 * ms) / total).toFixed(1)} %)`;
    return [...[products, ...groups, masks, optimizer].map(share), total.toFixed(0)];
  };
  const byCase = (a: Result, b: Result): number =>
    a.name.localeCompare(b.name) || a.threads - b.threads || CODE.indexOf(a.as) - CODE.indexOf(b.as);
  const kinds = ['products and copies', ...Object.keys(OPERATOR_GROUPS), 'dropout masks', 'optimizer'];
  return [
    ...table(
      ['step', 'threads', 'code', ...kinds, 'CPU time of a step', 'measured'],
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
    `Milliseconds; "before" is the code of 2026-11-25, "between" that of the day after (last layer of \`[CLS]\` alone, GELU and layer norms in fewer passes), "after" that which no longer copies gradients. ONNX Runtime's own profile gives the time of every operator, the least of several rounds; "products and copies" is the rest of the CPU time of \`run\`: matrix products and, in the first two, the gradients that the binding of ONNX Runtime for Node copies once more. Of an epoch, the mean of its batches (16 sequences, every length with its number of batches).${paddings(rows)}`,
    '',
    ...stepBounds(rows),
    ...epochBounds(rows),
    '',
    'With two threads, sums over columns take as long as with one; the inference build of ONNX Runtime has no operators for the gradients of GELU, softmax and layer norms, each of which is several passes over memory. Tried on this processor without gain: products that read transposed keys (`FusedMatMul`), other block sizes of the thread pool, huge pages (about 1 %), operators side by side (`executionMode: parallel`; a step takes twice as long), half a batch for each thread with a graph of its own (4 × 512: 273 ms instead of 253; 4 × 256: 273 instead of 283), threads that spin between runs (−4 to 1 %). Sums over columns as products with ones make a step 2 to 3 % shorter; they are not used, because they would change every trained weight for less than any goal lacks. The optimizer already runs on all threads, and so does the graph: side by side neither would gain.',
  ];
}

/** CPU time of a step by what it is for, in ms. */
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

/** How little time all but the products may take where a step is to have the wanted share of a bare MatMul. */
function stepBounds(rows: Result): string[] {
  const steps: Result = readResult('bert-steps');
  return (steps?.rows ?? []).flatMap(({ name, measured, cpuShareOfMatMul }: Result) => {
    const profile = profileOf(rows, name, steps.threads, steps.processor);
    if (!profile || cpuShareOfMatMul >= SHARE_OF_MATMUL) return [];
    const { products, total } = partsOf(profile);
    const matmul = median(measured.matmul.map(({ cpu }: Result) => cpu));
    const left = matmul / SHARE_OF_MATMUL - products;
    return [
      `- ${name}: the bare MatMul takes ${matmul.toFixed(0)} ms of CPU time, the products of the step ${products.toFixed(0)}, all else ${(total - products).toFixed(0)}. For ${100 * SHARE_OF_MATMUL} % all else may take ${left.toFixed(0)} ms.`,
    ];
  });
}

/** The same for epochs, where the Trainer's time is the measure. */
function epochBounds(rows: Result): string[] {
  const epochs: Result = readResult('bert-epoch');
  return (epochs?.rows ?? []).flatMap(({ name, threads, mine, dynamic }: Result) => {
    const profile = profileOf(rows, `an epoch of ${name}`, threads, epochs.processor);
    const allowed = dynamic.seconds / EPOCH_RATIO / mine.seconds;
    if (!profile || allowed >= 1) return [];
    const { products, total } = partsOf(profile);
    const left = allowed * total - products;
    const step = `- an epoch of ${name}: of the ${total.toFixed(0)} ms of CPU time of a step, the products take ${products.toFixed(0)}, all else ${(total - products).toFixed(0)}. For ${EPOCH_RATIO} times the Trainer a step may take ${(allowed * total).toFixed(0)}`;
    return [left > 0 ? `${step}, all else ${left.toFixed(0)} of it.` : `${step}, less than its products.`];
  });
}

const paddings = (rows: Result): string => {
  const shares = new Map<string, string>();
  for (const { name, as, padding } of rows)
    if (padding !== undefined) shares.set(`${name} (${as})`, `${(100 * padding).toFixed(1)} %`);
  const list = Array.from(shares, ([name, share]) => `${name}: ${share}`);
  return list.length === 0 ? '' : ` Share of the tokens that is padding, ${list.join('; ')}.`;
};
