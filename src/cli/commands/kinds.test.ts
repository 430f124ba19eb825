import { expect, it } from 'vitest';
import { runMain } from '../fixtures/run-main.ts';

it('names the families of a kind, or those that it lacks', async () => {
  const rows = (stdout: string) => stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2));
  const english = rows((await runMain('kinds')).stdout);
  expect(english).toContainEqual(['majority', 'all']);
  expect(english).toContainEqual(['lexicon', 'ner, dialogue']);
  expect(english).toContainEqual(['bert', 'all but generation, decision-tree, instruction']);
  const chinese = rows((await runMain('kinds', '--lang', 'zh')).stdout);
  expect(chinese).toContainEqual(['majority', '全部']);
  expect(chinese).toContainEqual(['bert', '除 generation、decision-tree、instruction 外的全部']);
});
