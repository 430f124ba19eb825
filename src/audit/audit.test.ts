import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { readSubsets, writeSubsets } from '../datasets/subsets.ts';
import { findTask } from '../tasks/registry.ts';
import { type Audit, auditDataset } from './audit.ts';
import { writeCard } from './card.ts';
import { subsetsOf } from './subsets.ts';

const task = findTask('cMedQQ');
let dataDir: string;
let audit: Audit;
const open = () => openDataset({ task, dir: dataDir });

afterAll(() => rm(dataDir, { recursive: true }));
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chineseblue-audit-'));
  await cp(join(samplesDir(), 'cMedQQ'), join(dataDir, 'cMedQQ'), { recursive: true });
  const train = await readFile(join(dataDir, 'cMedQQ', 'train.synthetic.txt'), 'utf8');
  const test = join(dataDir, 'cMedQQ', 'test.synthetic.txt');
  await writeFile(test, `${train.split('\n')[0]}\n${await readFile(test, 'utf8')}`);
  audit = await auditDataset(await open());
});

describe('auditDataset', () => {
  it('finds the planted leak and lists what it could not measure', () => {
    const leak = audit.findings.find(({ code }) => code === 'identical-across-splits');
    expect(leak?.items).toContainEqual({ split: 'test', id: '0' });
    expect(audit.truncation).toBeUndefined();
    expect(audit.synthetic).toBe(true);
  });

  it('checks published scores against one constant answer, on the released corpus only', async () => {
    expect(audit.published).toEqual([]);
    for (const name of ['train', 'dev', 'test']) {
      const file = join(dataDir, 'cMedQQ', name);
      await cp(`${file}.synthetic.txt`, `${file}.txt`);
    }
    const { published, gap } = await auditDataset(await open());
    for (const name of ['train', 'dev', 'test']) await rm(join(dataDir, 'cMedQQ', `${name}.txt`));
    expect(published).toMatchObject([
      { model: 'BERT-base', published: 0.865, split: 'dev' },
      { model: 'MC-BERT', published: 0.875 },
    ]);
    for (const { constant, beaten, published: score } of published) expect(beaten).toBe(constant >= score);
    expect(gap?.gap).toBeCloseTo(0.01);
  });

  it.each(['cMedQQ', 'cMedTC', 'cMedIR', 'cMedQANER', 'CMDD'])(
    'says the same of %s where memory holds no split',
    async (name) => {
      const dataset = await openDataset({ task: findTask(name), dir: samplesDir() });
      expect(await auditDataset(dataset, { mostHeld: 0 })).toEqual(await auditDataset(dataset));
    },
  );

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(auditDataset(await open(), { signal })).rejects.toThrow('stopped');
  });

  it('writes a card and metadata', async () => {
    await writeCard(dataDir, await open(), audit);
    const card = await readFile(join(dataDir, 'cMedQQ.md'), 'utf8');
    expect(card).toContain('identical-across-splits');
    expect(card).toContain('synthetic sample');
    const metadata = JSON.parse(await readFile(join(dataDir, 'cMedQQ.croissant.json'), 'utf8'));
    expect(metadata.distribution).toHaveLength(3);
    expect(metadata.distribution[0]).toMatchObject({
      '@type': 'cr:FileObject',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('subsets', () => {
  it('divide every split, are read back, and are valid only for the same files', async () => {
    const { examples, files } = await (await open()).split('test');
    const ids = examples.map(({ id }) => id);
    await writeSubsets(
      dataDir,
      subsetsOf(audit, () => ids),
    );
    const { clean, leaked, conflicting } = await readSubsets(dataDir, task, 'test', files);
    expect(leaked).toContain('0');
    expect(clean.size + new Set([...leaked, ...conflicting]).size).toBe(ids.length);
    const changed = [{ ...files[0], sha256: '0'.repeat(64) }];
    await expect(readSubsets(dataDir, task, 'test', changed)).rejects.toMatchObject({
      code: 'stale-subsets',
    });
    await rm(join(dataDir, 'cMedQQ.subsets.json'));
    await expect(readSubsets(dataDir, task, 'test', files)).rejects.toMatchObject({ code: 'file-missing' });
  });
});
