import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initFolder } from '../encoders/folder/init.ts';
import { embedCommand } from './commands/embed.ts';
import { runCommand } from './fixtures/run-command.ts';

const root = mkdtempSync(join(tmpdir(), 'chineseblue-embed-'));
const model = join(root, 'model');
beforeAll(async () => {
  const vocab = join(root, 'vocab.txt');
  writeFileSync(vocab, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n头\n痛\n');
  await initFolder({ ...{ vocab, seed: 1, out: model, layers: 1, hidden: 8, heads: 2 } });
});
afterAll(() => rmSync(root, { recursive: true }));

describe('embed', () => {
  it('reports texts that the vocabulary lacks, in addition to the vectors', async () => {
    const notes: string[] = [];
    const onError = (text: string): void => {
      notes.push(text);
    };
    const table = await runCommand(embedCommand, [model, '头痛', '頭痛'], {}, { onError });
    expect(table).toMatch(/1\.000/);
    expect(notes.join(' ').replaceAll(/\s+/g, ' ')).toMatch(
      /25\.0 % of the tokens are \[UNK\].*“頭” \(1\).*traditional/,
    );
    notes.length = 0;
    await runCommand(embedCommand, [model, '头痛'], {}, { onError });
    expect(notes).toEqual([]);
  });
});
