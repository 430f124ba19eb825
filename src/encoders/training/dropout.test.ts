import { describe, expect, it } from 'vitest';
import { createMasks } from './dropout.ts';
import { createPool } from './kernels/pool.ts';
import type { DropoutSite } from './step.ts';

/** The masks of one site, alone, of the batch whose first row is `row`. */
function maskOf(site: Omit<DropoutSite, 'name' | 'rate'>, row: number): Float32Array {
  const full = { name: 'mask:3', rate: 0.4, ...site };
  const masks = createMasks([[full]], 9);
  const { 'mask:3': mask } = masks.fill([full], { stream: '5', row }, createPool([masks.area], 1));
  return Float32Array.from(mask, Number);
}

describe('dropout masks', () => {
  it.each([
    [4, 8, 12],
    [3, 5, 7],
  ])(
    'of the first tokens are those of the first tokens among all (%i rows, %i tokens, %i numbers)',
    (rows, tokens, width) => {
      const stride = tokens * width;
      const all = maskOf({ size: rows * stride, rows, used: rows * stride, stride: rows * stride }, rows);
      const first = maskOf({ size: rows * width, rows, used: width, stride }, rows);
      for (let row = 0; row < rows; row++)
        expect(first.slice(row * width, (row + 1) * width)).toEqual(
          all.slice(row * stride, row * stride + width),
        );
      expect(new Set(all)).toEqual(new Set([0, Math.fround(1 / 0.6)]));
    },
  );
});
