import { describe, expect, it } from 'vitest';
import { parseChallenge, phaseOf, whenOf } from './challenge.ts';

const least = {
  id: 'ward',
  title: 'Ward messages',
  task: 'cMedIC',
  goldReaders: { en: 'The host.', zh: '主办方。' },
  phases: { test: { split: 'test' } },
};

describe('the challenge file', () => {
  it('requires few fields and fills in defaults', () => {
    expect(parseChallenge(least)).toEqual({
      ...least,
      title: { en: 'Ward messages', zh: 'Ward messages' },
      access: 'open',
      gold: 'server',
      phases: {
        test: { split: 'test', quota: { day: 10, total: 1000, rejected: 100 }, digits: 3, leastStep: 0 },
      },
    });
  });

  it('allows as many rejected files as submissions per day, at least a hundred', () => {
    const rejected = (quota: object) =>
      parseChallenge({ ...least, phases: { test: { split: 'test', quota } } }).phases.test?.quota.rejected;
    expect([{}, { day: 5000 }, { rejected: 7 }].map(rejected)).toEqual([100, 5000, 7]);
    const declared = parseChallenge(least);
    expect(parseChallenge(declared)).toEqual(declared);
  });

  it.each([
    ['id', { ...least, id: '../up' }, 'id'],
    ['no phase', { ...least, phases: {} }, 'phases'],
    ['unknown phase', { ...least, phases: { secret: {} } }, 'phases'],
    ['split', { ...least, phases: { test: { split: 'train' } } }, 'phases.test.split'],
    ['quota', { ...least, phases: { test: { split: 'test', quota: { day: 0 } } } }, 'phases.test.quota.day'],
    ['date', { ...least, phases: { test: { split: 'test', opens: 'soon' } } }, 'phases.test.opens'],
    ['readers', { ...least, goldReaders: undefined }, 'goldReaders'],
    ['list', [], ''],
  ])('names the field that is wrong: %s', (_, value, field) => {
    expect(() => parseChallenge(value, 'ward.json')).toThrow(
      expect.objectContaining({ code: 'bad-challenge', place: { file: 'ward.json', field } }),
    );
  });

  it('a phase opens and closes at its dates', () => {
    const dates = { opens: '2026-01-01T00:00:00Z', closes: '2026-02-01T00:00:00+08:00' };
    const challenge = parseChallenge({ ...least, phases: { test: { split: 'test', ...dates } } });
    const phase = phaseOf(challenge, 'test');
    expect(whenOf(phase, new Date('2025-12-31T23:59:59Z'))).toBe('early');
    expect(whenOf(phase, new Date('2026-01-01T00:00:00Z'))).toBe('open');
    expect(whenOf(phase, new Date('2026-01-31T16:00:00Z'))).toBe('over');
    expect(() => phaseOf(challenge, 'practice')).toThrow(expect.objectContaining({ code: 'no-phase' }));
    expect(() => phaseOf(challenge, 'constructor')).toThrow(expect.objectContaining({ code: 'no-phase' }));
  });
});
