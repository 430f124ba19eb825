import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { modelKinds } from './models/registry.ts';
import { familyIds } from './tasks/families/registry.ts';

/** Rooms from the ground up; rooms on one line are neighbours, which do not import each other unless allowed below. */
const FLOORS: readonly (readonly string[])[] = [
  ['ground'],
  ['metrics', 'statistics', 'autograd', 'text', 'fetch', 'jobs'],
  ['tasks'],
  ['encoders', 'datasets'],
  ['scoring', 'pretraining'],
  ['models'],
  ['audit', 'evaluation'],
  ['compare'],
  ['report'],
  ['server'],
  ['cli'],
];

const source = import.meta.dirname;
const repository = dirname(source);
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));
const roomOf = (file: string): string => relative(source, file).split('/')[0];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name.includes('/'))
  .map((name) => join(source, name));

const isTest = (file: string): boolean => /\.test\.ts$|\/fixtures\//.test(file);
const sources = files.filter((file) => !isTest(file));

/** A file without its comments. */
const codeOf = (file: string): string =>
  readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** Every relative import, static or dynamic, of types too. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\(|import)\s*'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path),
  );

/** Imports of files below one room that `forbidden` says are wrong. */
const wrong = (room: string, forbidden: (target: string, file: string) => boolean): string[] =>
  files
    .filter((file) => roomOf(file) === room)
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => forbidden(relative(source, target), relative(source, file)))
        .map((target) => `${relative(source, file)} imports ${relative(source, target)}`),
    );

describe('import floors', () => {
  it('covers every room', () => {
    const rooms = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.map(({ name }) => name).filter((room) => floorOf(room) < 0)).toEqual([]);
  });

  it('imports go down only', () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith(source) && roomOf(target) !== roomOf(file))
        .filter((target) => floorOf(roomOf(target)) >= floorOf(roomOf(file)))
        .map((target) => `${relative(source, file)} imports ${relative(source, target)}`),
    );
    expect(upward).toEqual([]);
  });

  it('finds the imports that it checks', () => {
    const all = files.flatMap(importsOf);
    expect(all.some((target) => roomOf(target) === 'ground')).toBe(true);
  });

  it('no kind of model imports the folder of another', () => {
    const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');
    const kinds = readdirSync(join(source, 'models'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['shared', 'fixtures'].includes(entry.name))
      .map(({ name }) => `models/${name}`);
    expect(kinds.length).toBeGreaterThan(5);
    const others = wrong(
      'models',
      (target, file) =>
        kinds.includes(folderOf(target)) &&
        folderOf(target) !== folderOf(file) &&
        (kinds.includes(folderOf(file)) || file.startsWith('models/shared/')),
    );
    expect(others).toEqual([]);
  });
});

/** What a room must not know although it stands below. Exceptions are work to be done: a list may only become shorter. */
const MUST_NOT_KNOW: readonly {
  readonly room: string;
  readonly rooms: readonly string[];
  readonly exceptions: readonly string[];
}[] = [
  { room: 'scoring', rooms: ['models', 'encoders'], exceptions: [] },
  { room: 'datasets', rooms: ['encoders', 'autograd'], exceptions: [] },
  { room: 'report', rooms: ['models', 'encoders'], exceptions: [] },
  { room: 'compare', rooms: ['models', 'encoders'], exceptions: [] },
  { room: 'server', rooms: ['models', 'encoders'], exceptions: [] },
  { room: 'tasks', rooms: ['fetch', 'autograd'], exceptions: [] },
  { room: 'encoders', rooms: ['tasks', 'metrics'], exceptions: [] },
  // A model gets the score of dev answers as a callback.
  { room: 'models', rooms: ['scoring', 'metrics'], exceptions: [] },
];

describe('what a room must not import', () => {
  it.each(MUST_NOT_KNOW)('$room imports nothing from $rooms', ({ room, rooms, exceptions }) => {
    const known = sources
      .filter((file) => roomOf(file) === room)
      .filter((file) => importsOf(file).some((target) => rooms.includes(roomOf(target))))
      .map((file) => relative(source, file));
    expect(known.filter((file) => !exceptions.includes(file))).toEqual([]);
  });

  it('evaluation names no kind of model', () => {
    const ids = modelKinds()
      .map(({ id }) => id)
      .join('|');
    const named = new RegExp(`(['"\`])(?:${ids})(?::[^'"\`]*)?\\1`);
    const found = sources
      .filter((file) => roomOf(file) === 'evaluation' && named.test(codeOf(file)))
      .map((file) => relative(source, file));
    expect(found).toEqual([]);
    const folders = /^models\/(?!shared\/)[^/]+\//;
    expect(wrong('evaluation', (target) => folders.test(target))).toEqual([]);
  });

  it('no code asks a task for its family by name', () => {
    const asking = new RegExp(`family\\s*[!=]==\\s*'(?:${familyIds.join('|')})'`);
    const found = sources.filter((file) => asking.test(readFileSync(file, 'utf8')));
    expect(found.map((file) => relative(source, file))).toEqual([]);
  });

  it('shared rooms have no tables by family', () => {
    const rooms = ['datasets', 'pretraining', 'scoring', 'audit', 'compare', 'report', 'evaluation', 'cli'];
    const found = sources
      .filter((file) => rooms.includes(roomOf(file)) || relative(source, file).startsWith('models/shared/'))
      .filter((file) => readFileSync(file, 'utf8').includes('[F in FamilyId]'));
    expect(found.map((file) => relative(source, file))).toEqual([]);
  });
});

const MAX_LINES = 400;
const MAX_FUNCTION_LINES = 60;
/** Functions that are one table: each line is independent. */
const TABLES: Readonly<Record<string, string>> = {
  'src/encoders/weights/pickle.ts readPickleOf': 'one case per opcode of the pickle protocol',
};

/** Functions of a file that are longer than `MAX_FUNCTION_LINES`, docstrings not counted, as `PATH NAME`. */
function longFunctionsOf(file: string): string[] {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const lineAt = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  const found: string[] = [];
  const visit = (node: ts.Node, parent: ts.Node): void => {
    if (ts.isFunctionLike(node) && lineAt(node.end) - lineAt(node.getStart(tree)) >= MAX_FUNCTION_LINES) {
      const { name } = node.name ? node : (parent as ts.NamedDeclaration);
      found.push(`${relative(repository, file)} ${name?.getText(tree) ?? `of line ${lineAt(node.pos) + 1}`}`);
    }
    ts.forEachChild(node, (child) => visit(child, node));
  };
  visit(tree, tree);
  return found;
}

describe('files', () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const long = files
      .filter((file) => !file.includes('/fixtures/'))
      .filter((file) => readFileSync(file, 'utf8').split('\n').length - 1 > MAX_LINES);
    expect(long.map((file) => relative(source, file))).toEqual([]);
  });

  it(`have functions of at most ${MAX_FUNCTION_LINES} lines, and every table is still one`, () => {
    const long = ['src', 'scripts', 'bin'].flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|js)$/.test(name) && !isTest(name))
        .flatMap((name) => longFunctionsOf(join(repository, folder, name))),
    );
    expect(long.sort()).toEqual(Object.keys(TABLES).sort());
  });

  it('leave recursive mkdir to createDirectory: it never returns on file systems without user files', () => {
    const recursive = /\bmkdir(?:Sync)?\([^;]*?\brecursive\b/;
    expect(recursive.test('await mkdir(dirname(file), { recursive: true });')).toBe(true);
    const found = sources.filter((file) => recursive.test(codeOf(file)));
    expect(found.map((file) => relative(source, file))).toEqual([]);
  });

  it('have no casts through unknown', () => {
    const cast = sources.filter((file) => codeOf(file).includes('as unknown as'));
    expect(cast.map((file) => relative(source, file))).toEqual([]);
  });
});
