import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

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
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));
const roomOf = (file: string): string => relative(source, file).split('/')[0];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name.includes('/'))
  .map((name) => join(source, name));

/** Every relative import, static or dynamic, of types too. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\(|import)\s*'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path),
  );

describe('import floors', () => {
  it('knows every room', () => {
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

  it('sees the imports that it judges', () => {
    const all = files.flatMap(importsOf);
    expect(all.some((target) => roomOf(target) === 'ground')).toBe(true);
  });
});
