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
  const cells = ({ operators, threads, run, masks, optimizer }: Result): string[] => {
    const groups = Object.values(OPERATOR_GROUPS).map(
      (names) => threads * names.reduce((sum, name) => sum + (operators[name] ?? 0), 0),
    );
    const products = run - groups.reduce((sum, ms) => sum + ms, 0);
    const total = run + masks + optimizer;
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
  ];
}

const paddings = (rows: Result): string => {
  const shares = new Map<string, string>();
  for (const { name, as, padding } of rows)
    if (padding !== undefined) shares.set(`${name} (${as})`, `${(100 * padding).toFixed(1)} %`);
  const list = Array.from(shares, ([name, share]) => `${name}: ${share}`);
  return list.length === 0 ? '' : ` Share of the tokens that is padding, ${list.join('; ')}.`;
};
