/** The TypeScript of Markdown pages as programs: the text after `// ` at the end of a statement is checked. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Example {
  /** The entry point and the export that it belongs to, e.g. `metrics-entityScores`, or the page and `top`. */
  readonly name: string;
  readonly code: string;
}

/** The TypeScript blocks of a page, each named after the headings above it, or `page` where there are none. */
export function examplesOf(text: string, page = ''): Example[] {
  const examples: Example[] = [];
  let [entry, name] = [page, 'top'];
  for (const [, level, heading, code] of text.matchAll(/^(##+) ([^\n]+)$|^```ts\n(.*?)^```$/gms)) {
    if (level === '##') entry = heading.split('/')[1] ?? 'main';
    else if (level) name = heading;
    else examples.push({ name: `${entry}-${name}`, code });
  }
  return examples;
}

/** `expression; // value` on a separate line. */
const CHECKED = /^(?<indent>\s*)(?<expression>[^/\s][^;]*); \/\/ (?<value>.+)$/;
const NO_EXPRESSION = /^(?:const|let|import|export|return|throw|type|yield|await using|console\.log)\b/;

/**
 * The program of an example, next to `same.ts`: it throws where a value differs from the one that the page shows, or where a
 * line that shows one is not reached.
 */
export function programOf(code: string): string {
  let shown = 0;
  const lines = code.split('\n').map((line) => {
    const { indent, expression, value } = CHECKED.exec(line)?.groups ?? {};
    if (expression === undefined || NO_EXPRESSION.test(expression)) return line;
    // After a comma and a small letter comes a remark.
    const [expected] = value.split(/, (?=[a-z][^:]*$)/);
    return `${indent}checked[${shown++}] = same(${expression}, ${JSON.stringify(expected)});`;
  });
  return [
    "import { same } from './same.ts';",
    `const checked = Array<boolean>(${shown}).fill(false);`,
    ...lines,
    "if (checked.includes(false)) throw new Error('not reached: value ' + (checked.indexOf(false) + 1));",
    '',
  ].join('\n');
}

/**
 * Writes all programs into a folder, with `all.ts`, which runs them one after the other, prints the names of those that
 * fail with the reason, and then exits with 1.
 */
export function writePrograms(folder: string, examples: readonly Example[]): void {
  mkdirSync(folder, { recursive: true });
  if (new Set(examples.map(({ name }) => name)).size < examples.length)
    throw new Error('two examples have the same name');
  copyFileSync(join(import.meta.dirname, 'same.ts'), join(folder, 'same.ts'));
  for (const { name, code } of examples) writeFileSync(join(folder, `${name}.ts`), programOf(code));
  const list = examples.map(({ name }) => `  ${JSON.stringify(name)},`).join('\n');
  writeFileSync(join(folder, 'all.ts'), `const names = [\n${list}\n];\n${RUN_ALL}`);
}

const RUN_ALL = `for (const name of names) {
  const started = performance.now();
  try {
    await import(\`./\${name}.ts\`);
  } catch (error) {
    console.error(name, error);
    process.exitCode = 1;
  }
  if (process.env.EXAMPLE_TIMES) console.error(Math.round(performance.now() - started), 'ms', name);
}
`;
