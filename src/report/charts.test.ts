import { expect, it } from 'vitest';
import { breakdownChart, confusionChart } from './charts.ts';

const LONG = ['药物治疗后的不良反应：皮疹', '药物治疗后的不良反应：腹泻'];

it('classes with the same prefix have separate rows and columns', () => {
  const counts = [
    [31, 2],
    [5, 47],
  ];
  const { markup } = confusionChart({ rows: LONG, columns: LONG, counts }, 'confusions');
  const places = [...markup.matchAll(/<rect fill-opacity[^>]* y="([\d.]+)"[^>]* x="([\d.]+)"/g)].map(
    ([, y, x]) => `${x} ${y}`,
  );
  expect(new Set(places).size).toBe(4);
  for (const count of counts.flat()) expect(markup).toContain(`>${count}<`);
  expect(markup).toContain('药物治疗后的不良反应：…');
});

it('slices of a breakdown with the same prefix are separate', () => {
  const value = { estimate: 0.5, low: 0.4, high: 0.6 } as never;
  const slices = LONG.map((name) => ({ name: { en: name, zh: name }, count: 3, value }));
  const { markup } = breakdownChart(
    { id: 'speaker', title: LONG as never, note: LONG as never, slices },
    'x',
    'zh',
  );
  const heights = [...markup.matchAll(/<circle[^>]* cy="([\d.]+)"/g)].map(([, y]) => y);
  expect(new Set(heights).size).toBe(2);
});
