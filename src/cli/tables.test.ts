import { expect, it } from 'vitest';
import { formatAs, formatScore } from './tables.ts';

it('writes scores in the unit of their convention, negative ones with a minus sign', () => {
  expect(formatScore(0.8214, 'classification/micro-f1@1')).toBe('82.1');
  expect(formatScore(-0.476, 'classification/mcc@1')).toBe('−0.476');
  expect(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => formatAs(value)),
  ).toEqual([...['–', '∞', '−∞']]);
});
