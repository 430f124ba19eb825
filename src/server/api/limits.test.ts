import { afterEach, expect, it, vi } from 'vitest';
import { createRateLimit } from './limits.ts';

afterEach(() => void vi.useRealTimers());

it('setting the clock back locks nobody out', () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  const limit = createRateLimit(1, 1000);
  limit.take('a');
  expect(() => limit.take('a')).toThrow('Too many requests');
  vi.advanceTimersByTime(1000);
  vi.setSystemTime(Date.now() - 3_600_000);
  limit.take('a');
});
