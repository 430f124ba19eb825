import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Parameter } from '../ground/parameters.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { commands } from './commands.ts';
import { runMain } from './fixtures/run-main.ts';
import { optionSpecs } from './typed-options.ts';

interface Leaf {
  readonly path: readonly string[];
  readonly spec: CommandSpec;
}
const leaves = (specs: readonly CommandSpec[], above: readonly string[] = []): Leaf[] =>
  specs.flatMap((spec) => {
    const path = [...above, spec.name];
    return spec.subcommands ? leaves(spec.subcommands, path) : [{ path, spec }];
  });

/** A value that is not the default, as text, and what the command must receive for it. */
function sampleOf({
  type,
  min = 0,
  max = min + 9,
  choices = [],
  default: standard,
}: Parameter): [string, unknown] {
  switch (type) {
    case 'boolean':
      return ['', standard !== true];
    case 'integer':
      return [String(max), max];
    case 'number':
      return [String((min + max) / 2), (min + max) / 2];
    case 'integers':
      return [`${max},${min}`, [max, min]];
    case 'choice':
      return [choices[choices.length - 1], choices[choices.length - 1]];
    case 'list':
      return choices.length > 0 ? [choices[0], [choices[0]]] : ['a,b', ['a', 'b']];
    case 'text':
      return ['somewhere', 'somewhere'];
  }
}

/** As many operands as the usage asks for. */
const operandsOf = ({ operands = '' }: CommandSpec): string[] => operands.match(/<[^>]+>/g) ?? [];

afterEach(() => vi.restoreAllMocks());

describe.each(leaves(commands).map((leaf) => [leaf.path.join(' '), leaf] as const))(
  '%s',
  (_, { path, spec }) => {
    const specs = spec.options ?? {};
    const flags = optionSpecs(specs).map((option) => option.flags.split(' ')[0]);
    const received = async (...argv: string[]): Promise<Invocation> => {
      const run = vi.spyOn(spec, 'run').mockResolvedValue();
      const { status, stderr } = await runMain(...path, ...operandsOf(spec), ...argv);
      expect([status, stderr]).toEqual([0, '']);
      return run.mock.calls[0][0];
    };

    const { needs = {}, excludes = {} } = spec;
    const isNeeded = (name: string): boolean => specs[name].required === true && !specs[name].default;
    /** An option with a sample of a value, as words of a command line. */
    const said = (name: string): string[] => {
      const [text] = sampleOf(specs[name]);
      const flag = flags[Object.keys(specs).indexOf(name)];
      return text === '' ? [flag] : [flag, text];
    };
    const neededBy = (name: string): string[] => {
      const [first] = needs[name] ?? [];
      return first === undefined ? [] : [first, ...neededBy(first)];
    };
    /** Options to be given together: some, those that they need in turn, and those that the command needs. */
    const withNeeded = (...names: string[]): string[] => [
      ...new Set([...names, ...names.flatMap(neededBy)]),
      ...Object.keys(specs).filter((name) => isNeeded(name) && !names.includes(name)),
    ];

    it('receives every option that its help shows, each as its type says', async () => {
      for (const name of Object.keys(specs)) {
        const names = withNeeded(name);
        const common = excludes[name]?.includes('json') ? [] : ['--json'];
        const { options } = await received(...names.flatMap(said), ...common, '--lang', 'zh');
        for (const one of names) expect([one, options[one]]).toEqual([one, sampleOf(specs[one])[1]]);
        vi.restoreAllMocks();
      }
    });

    if (Object.hasOwn(specs, 'format'))
      it('takes one format of its output', () => {
        expect(excludes.format).toContain('json');
      });

    it('refuses options that it would ignore', async () => {
      const refused = async (code: string, names: readonly string[]): Promise<void> => {
        const run = vi.spyOn(spec, 'run').mockResolvedValue();
        const argv = [...path, ...operandsOf(spec), ...names.flatMap(said), '--json'];
        const { status, stderr } = await runMain(...argv);
        expect([names, status, JSON.parse(stderr).error.code]).toEqual([names, 2, code]);
        expect(run).not.toHaveBeenCalled();
      };
      for (const [name, others = []] of Object.entries(excludes))
        for (const other of others)
          await refused('options-together', withNeeded(...[name, other].filter((one) => one !== 'json')));
      for (const name of Object.keys(needs))
        await refused('option-alone', [name, ...Object.keys(specs).filter(isNeeded)]);
    });

    it('receives the defaults of its options and nothing for those without', async () => {
      const required = Object.entries(specs).filter(
        ([, { required, default: standard }]) => required && !standard,
      );
      const argv = required.flatMap(([name, parameter]) => [
        flags[Object.keys(specs).indexOf(name)],
        sampleOf(parameter)[0],
      ]);
      const { options } = await received(...argv);
      for (const [name, { default: standard }] of Object.entries(specs)) {
        if (required.some(([other]) => other === name)) continue;
        expect([name, options[name]]).toEqual([name, standard]);
      }
      expect(Object.keys(options).every((name) => Object.hasOwn(specs, name))).toBe(true);
    });

    it.each(Object.keys(specs).filter((name) => specs[name].type !== 'boolean'))(
      'refuses an empty --%s',
      async (name) => {
        const run = vi.spyOn(spec, 'run').mockResolvedValue();
        const flag = flags[Object.keys(specs).indexOf(name)];
        const { status, stderr } = await runMain(...path, ...operandsOf(spec), flag, '', '--json');
        expect([status, JSON.parse(stderr).error.code]).toEqual([
          2,
          expect.stringMatching(/^(bad-option|option-missing)$/),
        ]);
        expect(run).not.toHaveBeenCalled();
      },
    );
  },
);

describe('command files', () => {
  const folder = join(import.meta.dirname, 'commands');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return ts.createSourceFile(join(folder, name), text, ts.ScriptTarget.Latest, true);
    });
  const nodesOf = (node: ts.Node): ts.Node[] => {
    const found: ts.Node[] = [node];
    node.forEachChild((child) => void found.push(...nodesOf(child)));
    return found;
  };
  const found = (matches: (node: ts.Node) => boolean): string[] =>
    files.flatMap((file) =>
      nodesOf(file)
        .filter(matches)
        .map((node) => {
          const { line } = file.getLineAndCharacterOfPosition(node.getStart());
          return `${relative(folder, file.fileName)}:${line + 1}: ${node.getText().split('\n')[0]}`;
        }),
    );

  const isRun = (node: ts.Node): boolean =>
    ts.isObjectLiteralElementLike(node) && node.name?.getText() === 'run';
  const isDefined = ({ parent }: ts.Node): boolean =>
    ts.isCallExpression(parent.parent) && parent.parent.expression.getText() === 'defineCommand';

  it('define what they run with defineCommand, which types the options by their specs', () => {
    const runs = found(isRun);
    expect(runs.length).toBe(leaves(commands).length);
    expect(found((node) => isRun(node) && !isDefined(node))).toEqual([]);
  });

  it('neither cast options nor read the command line', () => {
    const casts = found((node) => ts.isAsExpression(node) && /\boptions?\b/.test(node.expression.getText()));
    const bags = found(
      (node) => ts.isElementAccessExpression(node) && node.expression.getText() === 'options',
    );
    const lines = found(
      (node) =>
        (ts.isPropertyAccessExpression(node) && node.getText() === 'process.argv') ||
        (ts.isImportDeclaration(node) && node.moduleSpecifier.getText() === "'commander'"),
    );
    expect([...casts, ...bags, ...lines]).toEqual([]);
  });
});

describe('the start of the program', () => {
  const source = join(import.meta.dirname, '..');
  /** What a module loads with it: its imports that are not of types alone. */
  const importsOf = (path: string): string[] => {
    const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
    return file.statements.flatMap((statement) => {
      const isLoading =
        (ts.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly) ||
        (ts.isExportDeclaration(statement) && !statement.isTypeOnly);
      const target = isLoading && statement.moduleSpecifier;
      return target && ts.isStringLiteral(target) && target.text.startsWith('.')
        ? [join(path, '..', target.text)]
        : [];
    });
  };

  it('loads only the command line, the ground floor and specs of parameters', () => {
    const loaded = new Set([join(source, 'cli/main.ts')]);
    for (const path of loaded) for (const target of importsOf(path)) loaded.add(target);
    const names = [...loaded].map((path) => relative(source, path));
    expect(names).toContain('cli/commands/run.ts');
    const light =
      /^(cli|ground)\/|\/parameters\.ts$|^tasks\/task\.ts$|^(text\/jieba|models\/shared\/features\/tokens|encoders\/training\/schedule)\.ts$/;
    expect(names.filter((name) => !light.test(name))).toEqual([]);
    expect(names.filter((name) => name.endsWith('tables.ts'))).toEqual([]);
  });
});
