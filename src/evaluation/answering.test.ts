import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Question } from '../datasets/dataset.ts';
import type { FittedModel } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { findTask } from '../tasks/registry.ts';
import { answerQuestions } from './answering.ts';
import { openJournal } from './journal.ts';

const questions: readonly Question[] = [{ id: 'a', input: { text: '头痛' } }];
const fitted: FittedModel = { answer: async () => {} };

let folder: string;
let journal: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-answering-'));
  journal = join(folder, 'answers.jsonl');
  const kept = await openJournal(journal, 'run-1');
  kept.append('a', { raw: { label: 'x' } });
  await kept.close();
});
afterEach(() => rm(folder, { recursive: true }));

async function openFiles(): Promise<(string | undefined)[]> {
  const links = (await readdir('/proc/self/fd')).map((name) => readlink(join('/proc/self/fd', name)));
  return (await Promise.allSettled(links)).map((link) =>
    link.status === 'fulfilled' ? link.value : undefined,
  );
}

describe.skipIf(!existsSync('/proc/self/fd'))('answering', () => {
  it('closes the journal if a kept reply cannot be interpreted', async () => {
    const kind = {
      ...findModel('majority'),
      interpret: () => {
        throw new Error('not a reply');
      },
    };
    const asked = { run: 'run-1', journal, task: findTask('cMedIC'), questions };
    await expect(answerQuestions(asked, kind, fitted)).rejects.toThrow('not a reply');
    expect(await openFiles()).not.toContain(journal);
  });
});
