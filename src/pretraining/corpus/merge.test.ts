import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { findTask } from '../../tasks/registry.ts';
import { type BuildOptions, buildCorpus } from './build.ts';
import { mergeCorpus } from './merge.ts';
import { buildPart, filesOf, parseShard } from './part.ts';

const SHARDS = 3;
const task = findTask('cMedIC');
let folder: string;
let request: Omit<BuildOptions, 'out'>;
const at = (name: string): string => join(folder, name);

/** Documents of which some are copies or near copies of earlier ones, most of those in an earlier file. */
function writeTexts(): { copies: number; nearCopies: number } {
  const random = createRandom(11);
  const character = (): string => String.fromCharCode(0x4e00 + random.below(3000));
  const sentence = (): string => `${Array.from({ length: 30 }, character).join('')}。`;
  const earlier: string[] = [];
  let [copies, nearCopies] = [0, 0];
  mkdirSync(at('texts'));
  for (let file = 0; file < 7; file++) {
    const documents = Array.from({ length: 30 + 5 * file }, () => {
      const draw = earlier.length < 20 ? 9 : random.below(10);
      if (draw > 1) {
        const document = `${sentence()}${sentence()}${random.below(4) === 0 ? '祝您早日康复！' : ''}`;
        earlier.push(document);
        return document;
      }
      const [copy] = earlier.splice(random.below(earlier.length), 1);
      if (draw === 0) {
        copies++;
        return copy;
      }
      nearCopies++;
      return copy.replace(/^./, character());
    });
    writeFileSync(at(`texts/${file}.txt`), `English only.\n\n${documents.join('\n\n')}\n`);
  }
  return { copies, nearCopies };
}

let known: ReturnType<typeof writeTexts>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'merge-'));
  known = writeTexts();
  mkdirSync(at('data/cMedIC'), { recursive: true });
  writeFileSync(at('data/cMedIC/train.txt'), '0\t训练集的一句问话怎么治疗呢\n');
  writeFileSync(at('data/cMedIC/dev.txt'), '0\t孩子发烧三十九度半夜抽搐怎么办\n');
  // Its n-grams are in two files, so that only both together contain it.
  writeFileSync(at('data/cMedIC/test.txt'), '1\t今天早上起床突然发现右边膝盖肿了走路很痛\n');
  const lines = [
    '我说今天早上起床突然发现右边膝盖肿，后来这件事情就完全没有再跟任何别的人提起过一次。',
    '他问突然发现右边膝盖肿了走路很痛，后来这件事情就完全没有再跟任何别的人提起过一次了吧。',
    '孩子发烧三十九度，半夜抽搐怎么办？',
  ];
  for (const [i, line] of lines.entries()) writeFileSync(at(`texts/${2 * i}-more.txt`), line);
  request = { inputs: [at('texts')], train: [task], guarded: [task], dataDir: at('data') };
  await buildCorpus({ ...request, out: at('single') });
  for (let index = 1; index <= SHARDS; index++)
    await buildPart({ ...request, out: at(`part-${index}`) }, { index, of: SHARDS });
});
afterAll(() => rmSync(folder, { recursive: true }));

const parts = (): string[] => Array.from({ length: SHARDS }, (_, i) => at(`part-${i + 1}`));
const merge = (directories = parts(), out = at('merged'), dataDir = at('data')) =>
  mergeCorpus({ parts: directories, guarded: [task], dataDir, out, force: true });
const filesIn = (directory: string): [string, string][] =>
  readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'hex')]);

describe('a corpus from parts', () => {
  it('has the bytes of a single process, with the repeats across parts found', async () => {
    const manifest = await merge(parts().reverse());
    expect(filesIn(at('merged'))).toEqual(filesIn(at('single')));
    expect(manifest.documents).toMatchObject({
      exactDuplicates: known.copies,
      nearDuplicates: known.nearCopies,
    });
    expect(known.copies + known.nearCopies).toBeGreaterThan(20);
    expect(manifest.evaluation).toMatchObject({ contained: 1, refused: { 'cMedIC dev': 1 } });
    expect(manifest.sentences.removed.repeated).toBeGreaterThan(0);
  });

  it('has the same bytes from eight parts, some without a file', async () => {
    const eight = Array.from({ length: 8 }, (_, i) => at(`eighth-${i + 1}`));
    for (const [i, out] of eight.entries()) await buildPart({ ...request, out }, { index: i + 1, of: 8 });
    const { documents } = await merge(eight, at('of-eight'));
    expect(filesIn(at('of-eight'))).toEqual(filesIn(at('single')));
    expect(documents).toMatchObject({ exactDuplicates: known.copies, nearDuplicates: known.nearCopies });
  });

  it('has parts that read separate files', () => {
    const read = parts().map((directory) => {
      const { sources } = JSON.parse(readFileSync(join(directory, 'part.json'), 'utf8'));
      return sources.map(({ path }: { path: string }) => path);
    });
    expect(read.every((paths) => paths.length > 0)).toBe(true);
    expect(read.flat()).toEqual([...new Set(read.flat())]);
    expect(read.flat()).toHaveLength(11);
  });

  it('is refused where parts are missing, repeated or do not match', async () => {
    const [first, second, third] = parts();
    await expect(merge([first, third])).rejects.toMatchObject({
      code: 'corpus-parts',
      message: expect.stringContaining('2/3'),
    });
    await expect(merge([first, second, second, third])).rejects.toMatchObject({ code: 'corpus-parts' });
    await buildPart({ ...request, dedupThreshold: 0.7, out: at('other') }, { index: 2, of: SHARDS });
    await expect(merge([first, at('other'), third])).rejects.toMatchObject({
      code: 'corpus-parts',
      place: { field: 'dedupThreshold' },
    });
    cpSync(at('data'), at('data-2'), { recursive: true });
    writeFileSync(at('data-2/cMedIC/dev.txt'), '0\t另一个问题\n');
    await expect(merge(parts(), at('merged'), at('data-2'))).rejects.toMatchObject({
      place: { field: 'evaluation' },
    });
  });

  it('is refused where a part is absent, damaged or not a part', async () => {
    await expect(merge([at('nowhere')])).rejects.toMatchObject({ code: 'corpus-part-missing' });
    await expect(merge([at('single')])).rejects.toMatchObject({ code: 'corpus-part-missing' });
    cpSync(at('part-1'), at('damaged'), { recursive: true });
    writeFileSync(at('damaged/sketches.bin'), 'x');
    const damaged = [at('damaged'), ...parts().slice(1)];
    await expect(merge(damaged)).rejects.toMatchObject({ code: 'corpus-damaged' });
    writeFileSync(at('damaged/part.json'), '{"format": ');
    await expect(merge(damaged)).rejects.toMatchObject({ code: 'corpus-part' });
  });
});

describe('a shard', () => {
  it('is i of n', () => {
    expect(parseShard('2/8')).toEqual({ index: 2, of: 8 });
    for (const text of ['0/8', '9/8', '1', '1/0', 'a/b'])
      expect(() => parseShard(text)).toThrowError(expect.objectContaining({ code: 'bad-shard' }));
  });

  it('has neighbouring files of about the same size in all; every file is in one', () => {
    const files = [5, 1, 1, 1, 8, 2, 2, 0].map((bytes, id) => ({ bytes, id }));
    const shares = [1, 2, 3].map((index) => filesOf(files, { index, of: 3 }).map(({ id }) => id));
    expect(shares).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6, 7],
    ]);
  });

  it('cannot be one of a pipe', async () => {
    await expect(
      buildPart({ ...request, inputs: ['-'], out: at('none') }, { index: 1, of: 2 }),
    ).rejects.toMatchObject({ code: 'shard-stream' });
  });
});
