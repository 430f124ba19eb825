/** The examples of docs/api.md as programs: what stands behind `// ` at the end of a statement is checked. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ApiExample {
  /** Of the export that it belongs to, e.g. `metrics-entityScores`. */
  readonly name: string;
  readonly code: string;
}

/** The TypeScript blocks of the page, each named after the headings above it. */
export function examplesOf(page: string): ApiExample[] {
  const examples: ApiExample[] = [];
  let [entry, name] = ['', ''];
  for (const [, level, heading, code] of page.matchAll(/^(##+) ([^\n]+)$|^```ts\n(.*?)^```$/gms)) {
    if (level === '##') entry = heading.split('/')[1] ?? 'main';
    else if (level) name = heading;
    else examples.push({ name: `${entry}-${name}`, code });
  }
  return examples;
}

/** `expression; // value` on a line of its own. */
const CHECKED = /^(?<indent>\s*)(?<expression>[^/\s][^;]*); \/\/ (?<value>.+)$/;
const NO_EXPRESSION = /^(?:const|let|import|export|return|throw|type|yield|await using)\b/;

/** The program of an example, beside `same.ts`: it throws where a value differs from the one that the page shows. */
export function programOf(code: string): string {
  const lines = code.split('\n').map((line) => {
    const { indent, expression, value } = CHECKED.exec(line)?.groups ?? {};
    if (expression === undefined || NO_EXPRESSION.test(expression)) return line;
    // After a comma and a small letter comes a remark.
    const [shown] = value.split(/, (?=[a-z][^:]*$)/);
    return `${indent}same(${expression}, ${JSON.stringify(shown)});`;
  });
  return ["import { same } from './same.ts';", ...lines].join('\n');
}

/**
 * Writes all programs into a folder, with `all.ts`, which runs them one after the other, prints the names of those that
 * fail with the reason, and then exits with 1.
 */
export function writePrograms(folder: string, examples: readonly ApiExample[]): void {
  mkdirSync(folder, { recursive: true });
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
