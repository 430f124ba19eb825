import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { runMain } from './fixtures/run-main.ts';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', 'README.zh.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })];

/** The command lines of chineseblue in the shell blocks of a page, a continued one as one. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```(?:sh|bash|console)\n(.*?)^```/gms)].map(([, code]) => code);
  return blocks
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap(
      (line) => /(?:^|[|&;] *|\w=\S+ )(?:npx )?chineseblue( .+)?$/.exec(line.trim())?.[1]?.trim() ?? [],
    );
}

/** Words as a shell cuts them, up to a comment, a pipe, a redirection or the next command. */
function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (const [whole, quoted, single] of command.matchAll(/"((?:\\.|[^"])*)"|'([^']*)'|[^\s"']+/g)) {
    if (/^(#|\||>|[0-9]>|<|&|;)/.test(whole)) break;
    words.push(quoted ?? single ?? whole.replace(/;$/, ''));
  }
  return words;
}

const leafOf = (
  words: readonly string[],
  level: readonly CommandSpec[] = commands,
): CommandSpec | undefined => {
  const found = level.find(({ name }) => name === words[0]);
  return found?.subcommands ? leafOf(words.slice(1), found.subcommands) : found;
};

/** The output of the program for a command line, with the command itself disabled. */
async function parse(command: string): Promise<string> {
  const words = wordsOf(command);
  const leaf = leafOf(words);
  if (leaf?.run) vi.spyOn(leaf, 'run').mockResolvedValue();
  const { status, stderr } = await runMain(...words);
  return status === 0 ? '' : `${command}: ${stderr}`;
}

afterEach(() => vi.restoreAllMocks());

describe('documented commands have names and options that the program accepts', () => {
  it.each(pages.filter((name) => commandsOf(readFileSync(join(root, name), 'utf8')).length > 0))(
    '%s',
    async (name) => {
      const wrong: string[] = [];
      for (const command of commandsOf(readFileSync(join(root, name), 'utf8'))) {
        const said = await parse(command);
        if (said) wrong.push(said);
        vi.restoreAllMocks();
      }
      expect(wrong).toEqual([]);
    },
  );

  const examples = (level: readonly CommandSpec[]): string[] =>
    level.flatMap((spec) => [...spec.examples, ...examples(spec.subcommands ?? [])]);

  it('unknown names and options are found', async () => {
    expect(commandsOf(readFileSync(join(root, 'README.md'), 'utf8')).length).toBeGreaterThan(25);
    expect(await parse('run --tsk cMedIC')).toContain('--tsk');
  });

  it('in the help of commands', async () => {
    const wrong: string[] = [];
    for (const example of examples(commands)) {
      const said = await parse(example.replace(/^.*?chineseblue /, ''));
      if (said) wrong.push(said);
      vi.restoreAllMocks();
    }
    expect(wrong).toEqual([]);
  });
});

it('run in a checkout as printed: chineseblue is not on the path there', () => {
  const bare = pages.flatMap((name) => {
    const blocks = readFileSync(join(root, name), 'utf8').match(/^```(?:sh|bash|console)?\n.*?^```/gms) ?? [];
    return blocks.flatMap((code) => code.match(/(?:^|\| |&& |; |^\w+=\S+ )chineseblue .*/gm) ?? []);
  });
  expect(bare).toEqual([]);
});

it('are the same in both languages, except for remarks', () => {
  for (const chinese of pages.filter((name) => name.endsWith('.zh.md'))) {
    const plain = (name: string): string[] =>
      commandsOf(readFileSync(join(root, name), 'utf8')).map((command) => wordsOf(command).join(' '));
    expect([chinese, plain(chinese)]).toEqual([chinese, plain(chinese.replace('.zh.md', '.md'))]);
  }
});
