import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { knn } from './kind.ts';

const folder = mkdtempSync(join(tmpdir(), 'replies-'));
afterAll(() => rmSync(folder, { recursive: true }));

const makeDialogue = (...texts: readonly string[]) => ({
  turns: texts.map((text) => ({ speaker: '患者', text })),
});

const TRAIN: readonly Example<'generation'>[] = [
  { id: '0', input: makeDialogue('胃痛三天'), gold: { references: ['做个胃镜', '查胃镜'] } },
  { id: '1', input: makeDialogue('咳嗽有痰'), gold: { references: ['吃点止咳药'] } },
];

it('replies as in the nearest training dialogue, comparing long ones by beginning and end', async () => {
  const task = findTask('generation');
  const fitted = await fitOn<'generation'>(knn, task, [...TRAIN]);
  const inputs = [
    makeDialogue('我胃痛'),
    makeDialogue('咳嗽', '很久了'),
    makeDialogue('胃痛', '……'.repeat(500), '怎么办'),
  ];
  const answers = await predict<'generation'>(fitted, inputs);
  expect(answers.map(({ reply }) => reply)).toEqual(['做个胃镜', '吃点止咳药', '做个胃镜']);
  expect(fitted.explain!(inputs[0])[0].zh).toContain('胃痛三天');
  const file = join(folder, 'knn.model');
  await fitted.save!(file);
  expect(await predict<'generation'>(await knn.load(file, task), inputs)).toEqual(answers);
});
