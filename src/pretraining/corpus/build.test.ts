import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import type { Observer } from '../observer.ts';
import { type BuildOptions, buildCorpus } from './build.ts';
import { openCorpus, readCorpus } from './shards.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string): string => {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
};
const build = (inputs: string[], more: Partial<BuildOptions> = {}, observer: Observer = {}) =>
  buildCorpus(
    {
      inputs,
      train: [],
      guarded: [],
      dataDir: join(folder, 'data'),
      out: join(folder, 'out'),
      ...more,
    },
    observer,
  );
const documentsIn = async (out = join(folder, 'out')): Promise<string[][]> => {
  const documents: string[][] = [];
  for await (const document of readCorpus(out, await openCorpus(out))) documents.push(document);
  return documents;
};
const leftovers = (): string[] => readdirSync(folder).filter((name) => /tmp|staging|lock|old/.test(name));

const A = '患者三天前出现上腹部疼痛，伴有恶心呕吐。未予特殊治疗，今来我院就诊。';
const B = '高血压患者平时要注意低盐饮食。定期监测血压很重要。';

describe('building a corpus', () => {
  it('keeps documents apart and reports what it removed', async () => {
    const file = write(
      'a.txt',
      `${A}\n${B}\n\n${A.replace('三天', '３天')}\n${B}\n\nonly English here.\n\n孤零零的一句话。\n`,
    );
    const manifest = await build([file]);
    expect(await documentsIn()).toEqual([
      [
        '患者三天前出现上腹部疼痛，伴有恶心呕吐。',
        '未予特殊治疗，今来我院就诊。',
        '高血压患者平时要注意低盐饮食。',
        '定期监测血压很重要。',
      ],
      ['孤零零的一句话。'],
    ]);
    expect(manifest.documents).toEqual({ read: 4, empty: 1, exactDuplicates: 0, nearDuplicates: 1, kept: 2 });
    expect(manifest.sentences.removed['no-chinese']).toBe(1);
    expect(manifest.sources[0]).toMatchObject({
      documents: 4,
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    });
    expect(JSON.parse(readFileSync(join(folder, 'out', 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(leftovers()).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')('reads pipes, whose errors name the pipe', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [manifest] = await Promise.all([
      build([pipe]),
      writeFile(pipe, JSON.stringify([{ a: A }, { a: B }])),
    ]);
    expect(manifest.sources).toMatchObject([{ path: pipe, documents: 2 }]);
    const failing = expect(build([pipe], { force: true })).rejects.toMatchObject({
      code: 'bad-json',
      place: { file: pipe, line: 1 },
    });
    await Promise.all([failing, writeFile(pipe, '{"a": ')]);
  });

  it('removes equal documents, and all but the first of a sentence that is repeated everywhere', async () => {
    const subjects = [...'心肝脾肺肾胃肠胆脑骨皮眼'];
    const lines = subjects.map((part) => `${part.repeat(4)}疾病的第一句话不一样${part}。祝您早日康复！`);
    const manifest = await build([
      write('a.jsonl', [...lines, lines[0]].map((text) => JSON.stringify({ text })).join('\n')),
    ]);
    expect(manifest.documents.exactDuplicates).toBe(1);
    expect(manifest.sentences.removed.repeated).toBe(subjects.length - 1);
    expect((await documentsIn()).flat().filter((sentence) => sentence.startsWith('祝您'))).toHaveLength(1);
  });

  it('refuses evaluation text and includes train splits', async () => {
    const task = findTask('cMedIC');
    write('data/cMedIC/train.txt', `0\t${'训练集的一句问话怎么治疗呢'}\n`);
    write('data/cMedIC/dev.txt', '0\t孩子发烧三十九度半夜抽搐怎么办\n');
    write('data/cMedIC/test.txt', '1\t肚子疼\n');
    const file = write(
      'a.txt',
      '请问孩子发烧三十九度，半夜抽搐怎么办？谢谢医生的回答。\n肚子疼！\n我家孩子肚子疼。\n',
    );
    const manifest = await build([file], { train: [task], guarded: [task] });
    expect(await documentsIn()).toEqual([
      ['谢谢医生的回答。'],
      ['我家孩子肚子疼。'],
      ['训练集的一句问话怎么治疗呢'],
    ]);
    expect(manifest.evaluation).toMatchObject({
      tasks: ['cMedIC'],
      texts: 2,
      refused: { 'cMedIC dev': 1, 'cMedIC test': 1 },
      shown: [
        { task: 'cMedIC', split: 'dev', sentence: '请问孩子发烧三十九度，半夜抽搐怎么办？', line: 1 },
        { task: 'cMedIC', split: 'test', sentence: '肚子疼！', line: 2 },
      ],
    });
  });

  it('refuses the generated samples of the package as train splits', async () => {
    write('data/cMedIC/train.synthetic.txt', '0\t训练集的一句问话怎么治疗呢\n');
    await expect(build([write('a.txt', A)], { train: [findTask('cMedIC')] })).rejects.toMatchObject({
      code: 'synthetic-train',
    });
    expect(leftovers()).toEqual([]);
  });

  it('gives the same bytes again', async () => {
    const file = write('a.txt', `${A}\n\n${B}\n`);
    const first = await build([file]);
    const second = await build([file], { out: join(folder, 'again') });
    expect(second).toEqual(first);
  });

  it('replaces a corpus only under --force, and never anything else', async () => {
    const file = write('a.txt', A);
    await build([file]);
    await expect(build([file])).rejects.toMatchObject({
      code: 'already-exists',
      hint: expect.stringContaining('--force'),
    });
    await build([write('b.txt', B)], { force: true });
    expect((await documentsIn()).flat().join('')).toBe(B);
    write('mine/notes.md', 'x');
    await expect(build([file], { out: join(folder, 'mine'), force: true })).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(readdirSync(join(folder, 'mine'))).toEqual(['notes.md']);
  });

  it('leaves nothing behind after an invalid or empty input', async () => {
    await expect(build([write('empty.txt', '')])).rejects.toMatchObject({ code: 'corpus-empty' });
    await expect(build([])).rejects.toMatchObject({ code: 'corpus-inputs' });
    await expect(build([write('a.txt', A), write('bad.json', '{')])).rejects.toMatchObject({
      code: 'bad-json',
    });
    expect(leftovers()).toEqual([]);
    expect(readdirSync(folder)).not.toContain('out');
  });

  it('leaves nothing behind when it is aborted', async () => {
    const stop = new AbortController();
    const work = build([write('a.txt', A)], {}, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(leftovers()).toEqual([]);
  });

  it('detects a changed shard', async () => {
    await build([write('a.txt', A)]);
    writeFileSync(join(folder, 'out', 'shard-00000.txt'), '改过了\n');
    await expect(documentsIn()).rejects.toMatchObject({ code: 'corpus-damaged' });
    await expect(openCorpus(folder)).rejects.toMatchObject({ code: 'corpus-missing' });
    writeFileSync(join(folder, 'out', 'manifest.json'), '{"format": 1}');
    await expect(documentsIn()).rejects.toMatchObject({ code: 'corpus-manifest' });
  });
});
