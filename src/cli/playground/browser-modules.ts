import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sources of this package, or the compiled modules. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Packages that run in a browser unchanged. */
const PACKAGES: Readonly<Record<string, string>> = { zod: 'zod/index.js' };

const LATER = /\bimport\((['"])(\.[^'"]+)\1\)/g;
const STATEMENT = /^(import|export)\s+([^;'"]*?)\s*from\s*['"]([^'"]+)['"];/gm;

/**
 * A module of this package for a browser, by its path below `modules/`, with the modules that it imports; undefined where there
 * is none. Types are stripped, relative imports stay, zod is taken from its package, and everything else, which belongs to Node,
 * from `stubs.js`.
 */
export async function browserModule(
  path: string,
): Promise<{ readonly code: string; readonly imports: readonly string[] } | undefined> {
  const plain = resolve(ROOT, path);
  if (!plain.startsWith(ROOT)) return undefined;
  const file = await firstOf([plain, plain.replace(/\.js$/, '.ts')]);
  if (!file) return undefined;
  const code = file.name.endsWith('.ts') ? withoutTypes(file.text) : file.text;
  const up = '../'.repeat(path.split('/').length);
  const imports: string[] = [];
  /** A module of this package under the name that pages know it by. */
  const own = (specifier: string): string => {
    const target = specifier.replace(/\.ts$/, '.js');
    imports.push(relative(ROOT, resolve(dirname(plain), target)).replaceAll(sep, '/'));
    return target;
  };
  const later = code.replace(LATER, (_whole, _quote, specifier: string) => `import('${own(specifier)}')`);
  const rewritten = later.replace(STATEMENT, (_whole, keyword: string, names: string, specifier: string) => {
    if (specifier.startsWith('.')) return `${keyword} ${names} from '${own(specifier)}';`;
    const [name] = specifier.split('/');
    if (name in PACKAGES)
      return `${keyword} ${names} from '${up}npm/${specifier === name ? PACKAGES[name] : specifier}';`;
    return stubbed(names, specifier, up);
  });
  return { code: rewritten, imports };
}

/** `import a, { b as c } from 'x'` as constants of a stub. */
function stubbed(names: string, specifier: string, up: string): string {
  const local = `stub${specifier.replace(/\W/g, '_')}`;
  const open = names.indexOf('{');
  const named = open < 0 ? '' : names.slice(open).replace(/\s+as\s+/g, ': ');
  const whole = (open < 0 ? names : names.slice(0, open))
    .replace(/\*\s+as\s+/, '')
    .replace(/,\s*$/, '')
    .trim();
  return [
    `import { moduleOf as ${local} } from '${up}stubs.js';`,
    whole === '' ? '' : ` const ${whole} = ${local}('${specifier}').default;`,
    named === '' ? '' : ` const ${named} = ${local}('${specifier}');`,
  ].join('');
}

async function firstOf(
  names: readonly string[],
): Promise<{ readonly name: string; readonly text: string } | undefined> {
  for (const name of names) {
    try {
      return { name, text: await readFile(name, 'utf8') };
    } catch {
      // The next one may be there.
    }
  }
  return undefined;
}

/** Node warns on first use that its function is experimental: nothing that a user of the playground could act on. */
function withoutTypes(code: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(code, { mode: 'strip' });
  } finally {
    process.emitWarning = emitWarning;
  }
}
