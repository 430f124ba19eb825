/**
 * `docs/api.md` from the docstrings of what the package exports. `node scripts/api-page.ts` writes the page; with
 * `--check` it is only compared. Either way it fails where an export has no docstring, or a function or value no example.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/api.md');

/** Entry points of the package in the order of the page, and what each is for. */
const ENTRIES = {
  chineseblue: {
    file: 'src/index.ts',
    summary: 'Tasks, datasets, models, evaluation, scoring, comparison and reports.',
  },
  'chineseblue/metrics': {
    file: 'src/scoring/arrays/index.ts',
    summary: 'Scores of plain arrays, with intervals on request: no files, no tasks.',
  },
  'chineseblue/datasets': {
    file: 'src/datasets/index.ts',
    summary: 'Corpora: what they hold, how they are split, what a record of each family is.',
  },
  'chineseblue/encoders': {
    file: 'src/encoders/index.ts',
    summary: 'Tokenizers, folders with weights, vectors of texts.',
  },
  'chineseblue/autograd': {
    file: 'src/autograd/index.ts',
    summary: 'Differentiable tensor graphs, compiled to ONNX; see [autograd.md](autograd.md).',
  },
} as const;

interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'value' | 'type';
  readonly text: string;
  readonly examples: readonly string[];
  /** Of functions: parameters and result. */
  readonly signature?: string;
  /** The entry point before this one that exports it too, where it is described. */
  readonly describedIn?: string;
}

type Exports = ReadonlyMap<string, readonly Exported[]>;

/** Every export of every entry point, by entry point, in the order of the names. Slow: it type-checks. */
export function readExports(): Exports {
  const files = Object.values(ENTRIES).map(({ file }) => join(ROOT, file));
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const homes = new Map<ts.Symbol, string>();
  const exports = Object.entries(ENTRIES).map(([entry, { file }]) => {
    const source = program.getSourceFile(join(ROOT, file));
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} exports nothing`);
    const list = checker.getExportsOfModule(module).map((exported): Exported => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const describedIn = homes.get(symbol);
      if (describedIn === undefined) homes.set(symbol, entry);
      return { ...describe(exported.name, symbol, checker), describedIn };
    });
    return [entry, list.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))] as const;
  });
  return new Map(exports);
}

function describe(name: string, symbol: ts.Symbol, checker: ts.TypeChecker): Exported {
  const declaration = symbol.valueDeclaration;
  const type = declaration && checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const call = type?.getCallSignatures()[0];
  return {
    name,
    kind: !declaration ? 'type' : call ? 'function' : 'value',
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    examples: symbol
      .getJsDocTags(checker)
      .filter((tag) => tag.name === 'example')
      .map((tag) => ts.displayPartsToString(tag.text).trim()),
    signature: call && signatureOf(call, checker),
  };
}

/** Long object types are left to the declaration files. */
const LONGEST_SIGNATURE = 200;

function signatureOf(call: ts.Signature, checker: ts.TypeChecker): string | undefined {
  const text = checker.signatureToString(call, undefined, ts.TypeFormatFlags.NoTruncation);
  return text.length > LONGEST_SIGNATURE ? undefined : text;
}

/** What is missing from the docstrings, one line each. */
export const faultsOf = (exports: Exports): string[] =>
  [...exports].flatMap(([entry, list]) =>
    list
      .filter(({ describedIn }) => describedIn === undefined)
      .flatMap(({ name, kind, text, examples }) => [
        ...(text === '' ? [`${entry}: ${name} has no docstring`] : []),
        ...(kind !== 'type' && !examples.some((example) => example.startsWith('```ts\n'))
          ? [`${entry}: ${name} has no example`]
          : []),
      ]),
  );

/** The page as Markdown. */
export function renderPage(exports: Exports): string {
  const sections = Object.entries(ENTRIES).flatMap(([entry, { summary }]) => {
    const list = exports.get(entry) ?? [];
    const own = list.filter(({ describedIn }) => describedIn === undefined);
    return [
      `## ${entry}`,
      '',
      summary,
      '',
      ...own.filter(({ kind }) => kind !== 'type').flatMap(renderValue),
      ...renderTypes(own.filter(({ kind }) => kind === 'type')),
      ...renderElsewhere(list.filter(({ describedIn }) => describedIn !== undefined)),
    ];
  });
  return [
    '# API',
    '',
    'Generated by `node scripts/api-page.ts` from the docstrings. Every example is a program: `npm test` compiles all of them in',
    'strict TypeScript against the packed package, runs them, and checks the values behind `//`. The tables at the end of a',
    'section list types; editors show their fields, which the declaration files describe one by one.',
    '',
    ...sections,
  ].join('\n');
}

const renderValue = ({ name, text, examples, signature }: Exported): string[] => [
  `### ${name}`,
  '',
  ...(signature ? [`\`${name}${signature}\``, ''] : []),
  text,
  '',
  ...examples.flatMap((example) => [example, '']),
];

const renderTypes = (types: readonly Exported[]): string[] =>
  types.length === 0
    ? []
    : [
        '| type | |',
        '| --- | --- |',
        ...types.map(({ name, text }) => `| \`${name}\` | ${firstParagraph(text).replaceAll('|', '\\|')} |`),
        '',
      ];

const firstParagraph = (text: string): string => text.split('\n\n')[0].replaceAll('\n', ' ');

const renderElsewhere = (list: readonly Exported[]): string[] =>
  list.length === 0
    ? []
    : [`Also here, described above: ${list.map(({ name }) => `\`${name}\``).join(', ')}.`, ''];

/** Whether the page in the repository is the one that the docstrings make. */
export const isCurrent = (exports: Exports): boolean => readFileSync(PAGE, 'utf8') === renderPage(exports);

if (process.argv[1] === import.meta.filename) {
  const exports = readExports();
  const faults = faultsOf(exports);
  if (!process.argv.includes('--check')) writeFileSync(PAGE, renderPage(exports));
  else if (!isCurrent(exports)) faults.push('docs/api.md is stale: run `node scripts/api-page.ts`');
  for (const fault of faults) console.log(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
