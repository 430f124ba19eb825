import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { fetchedDir, findFolder, namedModels } from './find.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-find-'));
const environment = { XDG_CACHE_HOME: join(scratch, 'cache') };
const before = process.cwd();
afterEach(() => process.chdir(before));
afterAll(() => rmSync(scratch, { recursive: true }));

const make = (folder: string): string => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), '{}');
  return folder;
};

describe('findFolder', () => {
  it('prefers a path to a model of the same name', () => {
    make(join(fetchedDir(environment), 'mine'));
    process.chdir(scratch);
    make('mine');
    expect(findFolder('mine', environment)).toBe('mine');
    expect(findFolder(join(scratch, 'mine'), environment)).toBe(join(scratch, 'mine'));
  });

  it('finds fetched models, and no incomplete folder', () => {
    const folder = make(join(fetchedDir(environment), 'fetched'));
    mkdirSync(join(fetchedDir(environment), 'half'), { recursive: true });
    expect(findFolder('fetched', environment)).toBe(folder);
    expect(namedModels(environment)).toContainEqual({ name: 'fetched', origin: 'fetched', folder });
    expect(namedModels(environment).map(({ name }) => name)).not.toContain('half');
  });

  it('lists the models where none has the name', () => {
    make(join(fetchedDir(environment), 'fetched'));
    const failing = (path: string) => expect(() => findFolder(path, environment));
    failing('fetchd').toThrow('There is no folder and no model "fetchd"');
    failing('fetchd').toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Did you mean fetched?'), exitCode: 2 }),
    );
    failing('mc-bert').toThrow(
      expect.objectContaining({ code: 'not-fetched', hint: expect.stringContaining('model get mc-bert') }),
    );
    failing('no/such').toThrow(expect.objectContaining({ code: 'file-missing' }));
  });

  const shipped = namedModels({}).filter(({ origin }) => origin === 'shipped');
  it.runIf(existsSync(join(import.meta.dirname, '../../../models')))('finds what the package ships', () => {
    expect(shipped.map(({ name }) => name)).toEqual(['cbert-small', 'cbert-tiny']);
    for (const { name, folder } of shipped) expect(findFolder(name, environment)).toBe(folder);
  });
});
