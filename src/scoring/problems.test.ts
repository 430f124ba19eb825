import { describe, expect, it } from 'vitest';
import { refuseUnfit } from './problems.ts';

describe('refuseUnfit', () => {
  it('accepts missing and invalid answers, and no other problem', () => {
    refuseUnfit('f', {
      problems: [
        { code: 'missing-id', message: { en: '', zh: '' } },
        { code: 'unknown-label', message: { en: '', zh: '' } },
      ],
    });
    const problems = [{ line: 3, id: 'x', code: 'unknown-id', message: { en: 'none', zh: '无' } }];
    expect(() => refuseUnfit('f', { problems })).toThrowError(
      expect.objectContaining({
        code: 'unknown-id',
        place: expect.objectContaining({ file: 'f', line: 3, id: 'x' }),
      }),
    );
  });
});
