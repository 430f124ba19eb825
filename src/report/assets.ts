import { readFile } from 'node:fs/promises';

/** Modules of the page's script, each after those that it imports. */
const SCRIPTS = ['dom', 'words', 'chunks', 'drawing', 'rows', 'filters', 'browser', 'main'] as const;
const STYLES = ['frame', 'tables', 'browser', 'media'] as const;

/**
 * The script and the style of the page. The modules become one script: their imports name each other only, so that
 * leaving out `import` and `export` joins them; names at their top level must differ.
 */
export async function pageAssets(): Promise<{ script: string; style: string }> {
  const read = (name: string): Promise<string> =>
    readFile(new URL(`./page/${name}`, import.meta.url), 'utf8');
  const modules = await Promise.all(SCRIPTS.map((name) => read(`${name}.js`)));
  const joined = modules.map((module) => module.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, ''));
  const styles = await Promise.all(STYLES.map((name) => read(`${name}.css`)));
  return { script: `(() => {\n'use strict';\n${joined.join('')}})();\n`, style: styles.join('') };
}
