/**
 * Carries out the how-tos of docs/architecture.md on a copy of the tree. A how-to is a section `### Add …`; in it
 *
 * - a code block whose info string ends in `file=PATH` is a new file,
 * - a `diff` block with `file=PATH` adds its `+` lines after the line that stands before them in the block,
 * - a `sh` block is run, and the `text` block behind it lists lines that must appear in its output.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Block {
  readonly language: string;
  readonly file?: string;
  readonly body: string;
}

export interface HowTo {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** The how-tos of a Markdown page, in order. */
export function readHowTos(markdown: string): HowTo[] {
  return markdown
    .split(/^### (?=Add )/m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      blocks: [...section.split(/^##? /m)[0].matchAll(/^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms)].map(
        ([, language, file, body]): Block => ({ language, file, body }),
      ),
    }));
}

/** Files that a how-to makes and files that it changes. */
export const touchedBy = ({ blocks }: HowTo): { readonly made: string[]; readonly changed: string[] } => ({
  made: blocks.flatMap(({ file, language }) => (file && language !== 'diff' ? [file] : [])),
  changed: blocks.flatMap(({ file, language }) => (file && language === 'diff' ? [file] : [])),
});

/** A copy of what runs from the tree, without tests, with its dependencies linked. */
export function copyTree(root: string, copy: string): void {
  for (const part of ['src', 'bin', 'samples', 'models', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (path) => !path.endsWith('.test.ts'),
    });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** Makes and changes the files of a how-to below `copy`. Throws where a line to add to is not there exactly once. */
export function applyHowTo({ title, blocks }: HowTo, copy: string): void {
  for (const { language, file, body } of blocks) {
    if (!file) continue;
    const path = join(copy, file);
    if (language !== 'diff') {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, body, { flag: 'wx' });
      continue;
    }
    writeFileSync(path, addLines(readFileSync(path, 'utf8'), body, `${title}: ${file}`));
  }
}

function addLines(text: string, diff: string, where: string): string {
  const lines = text.split('\n');
  let at = -1;
  for (const line of diff.trimEnd().split('\n')) {
    const content = line.slice(1);
    if (line.startsWith('+')) lines.splice(++at, 0, content);
    else {
      const places = lines.flatMap((one, i) => (one === content ? [i] : []));
      if (places.length !== 1) throw new Error(`${where}: "${content}" stands there ${places.length} times`);
      [at] = places;
    }
  }
  return lines.join('\n');
}

/** Runs the commands of a how-to in the copy; returns what is wrong, or '' where everything is as the page says. */
export function runHowTo({ blocks }: HowTo, copy: string): string {
  for (const [i, { language, body }] of blocks.entries()) {
    if (language !== 'sh') continue;
    const next = blocks[i + 1];
    const expected = next?.language === 'text' ? next.body.trimEnd().split('\n') : [];
    const { stdout, stderr, status } = spawnSync(
      'sh',
      ['-e', '-c', body.replaceAll('npx chineseblue', COMMAND)],
      {
        cwd: copy,
        encoding: 'utf8',
        env: { ...process.env, CHINESEBLUE_DATA: undefined, LANG: 'C', LC_ALL: 'C' },
      },
    );
    const missing = expected.filter((line) => !stdout.includes(line));
    if (status !== 0 || missing.length > 0)
      return `${body}exited with ${status}; missing: ${missing.join(' | ')}\n${stdout}\n${stderr}`;
  }
  return '';
}

const COMMAND = `"${process.execPath}" bin/chineseblue.js`;
