import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { runMain } from './fixtures/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-notes-'));
const data = join(folder, 'data');
const model = join(folder, 'm.bin');
const predictions = join(folder, 'p.jsonl');
const task = ['--task', 'cMedIC', '--data-dir', data];

/** A corpus without dev: its notes are that it is synthetic, that dev is absent, and how dev is carved. */
beforeAll(() => {
  vi.stubEnv('LC_ALL', 'C.UTF-8');
  for (const split of ['train', 'test']) {
    const file = join('cMedIC', `${split}.synthetic.txt`);
    cpSync(join(samplesDir(), file), join(data, file));
  }
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const SYNTHETIC = { en: 'synthetic samples: scores on them mean nothing', zh: '合成样例，其得分没有意义' };
const ABSENT = { en: 'The dev split (cMedIC/dev.txt) is absent', zh: '缺少 dev 划分（cMedIC/dev.txt）' };
const CARVED = { en: 'dev is absent: 90 % of train is for training', zh: '缺少 dev：train 的 90% 用于训练' };

const COMMANDS: readonly (readonly [string, readonly string[], readonly (typeof SYNTHETIC)[]])[] = [
  ['train', ['train', ...task, '--out', model], [SYNTHETIC, ABSENT, CARVED]],
  [
    'predict',
    ['predict', ...task, '--model', `linear:${model}`, '--out', predictions],
    [SYNTHETIC, ABSENT, CARVED],
  ],
  ['score', ['score', ...task, '--predictions', predictions], [SYNTHETIC, ABSENT, CARVED]],
  ['data stats', ['data', 'stats', 'cMedIC', '--data-dir', data], [SYNTHETIC, ABSENT, CARVED]],
  // The table itself marks synthetic corpora.
  ['run', ['run', ...task, '--model', 'majority', '--runs-dir', join(folder, 'runs')], [ABSENT, CARVED]],
];

describe.each(COMMANDS)('%s', (_, argv, expected) => {
  it.each(['en', 'zh'] as const)('prints notes on the data once, in %s', async (language) => {
    const { status, stderr } = await runMain(...argv, '--lang', language);
    expect(status).toBe(0);
    for (const note of [SYNTHETIC, ABSENT, CARVED]) {
      const times = stderr.split(note[language]).length - 1;
      expect([note[language], times]).toEqual([note[language], expected.includes(note) ? 1 : 0]);
    }
  });

  it('prints none under --json and --quiet', async () => {
    for (const flag of ['--json', '--quiet']) expect((await runMain(...argv, flag)).stderr).toBe('');
  });
});

describe('notes', () => {
  it('that hold for several tasks are said once', async () => {
    const { stderr } = await runMain('data', 'stats', 'cMedIC', 'cMedTC', '--data-dir', samplesDir());
    expect(stderr).toContain(`cMedIC, cMedTC: The available splits are ${SYNTHETIC.en}`);
    expect(stderr.split(SYNTHETIC.en)).toHaveLength(2);
  });

  it('do not carve where the scheme splits anew, and are in the JSON of data stats', async () => {
    const argv = ['run', ...task, '--split', 'regrouped@1', '--model', 'majority'];
    const { stderr } = await runMain(...argv, '--runs-dir', join(folder, 'regrouped'));
    expect(stderr).toContain(ABSENT.en);
    expect(stderr).not.toContain(CARVED.en);
    const { stdout } = await runMain('data', 'stats', 'cMedIC', '--data-dir', data, '--json');
    const [{ notes }] = JSON.parse(stdout).tasks;
    expect(notes.map(({ code }: { code: string }) => code)).toEqual([
      'synthetic',
      'split-absent',
      'split-carved',
    ]);
  });
});
