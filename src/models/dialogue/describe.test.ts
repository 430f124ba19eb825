import { expect, it } from 'vitest';
import { describeStatusFeature } from './describe.ts';
import { statusFeatures } from './status-features.ts';

const turns = [
  { speaker: '医生', text: '可能咳嗽吗，有没有发热？' },
  { speaker: '患者', text: '没有' },
  { speaker: '医生', text: '咳嗽' },
  { speaker: '患者', text: '可能是咳嗽，没有发热，会吗' },
  { speaker: '患者', text: '也许咳嗽' },
  { speaker: '医生', text: '咳嗽不好' },
];
const asked = [0, 2, 3, 4, 5].map((turn) => {
  const start = turns[turn].text.indexOf('咳嗽');
  return { turn, start, end: start + 2, name: '咳嗽' };
});

it('every feature has a Chinese name', () => {
  const names = asked.flatMap((one) => [...statusFeatures(turns, one, asked)]);
  expect(new Set(names).size).toBeGreaterThan(150);
  for (const name of names) expect(describeStatusFeature(name).zh).not.toMatch(/[a-z]/i);
});

it.each([
  ['医生|answer denies', '医生|回答有否定'],
  ['asks 医生|answer~不知', '询问时 医生|回答含不知'],
  ['患者|also before by 医生 asks', '患者|此前医生也提到，有询问'],
  ['doctor|before=answer', 'doctor|前文=answer'],
])('%s reads %s', (en, zh) => {
  expect(describeStatusFeature(en)).toEqual({ en, zh });
});
