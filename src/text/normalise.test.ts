import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonForm, foldUnits, hashForm } from './normalise.ts';

describe('normalisation for comparing', () => {
  it('folds width and case without moving anything', () => {
    expect(foldUnits('ＣＴ检查，Ｂ超　Ca19-9')).toBe('ct检查,b超 ca19-9');
    expect(foldUnits('腹痛')).toBe('腹痛');
    expect(foldUnits('İ')).toBe('İ');
  });

  it('keeps every offset', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = foldUnits(text);
        expect(folded.length).toBe(text.length);
        expect(foldUnits(folded)).toBe(folded);
      }),
    );
  });

  it('folds texts longer than a block', () => {
    expect(foldUnits(`${'痛'.repeat(20_000)}Ａ`)).toBe(`${'痛'.repeat(20_000)}a`);
  });

  it('drops punctuation and white space, except inside numbers', () => {
    expect(comparisonForm('“高血压”，怎么 办？\n')).toBe('高血压怎么办');
    expect(comparisonForm('血压120/80，体温３７．５℃。')).toBe('血压120/80体温37.5℃');
    expect(comparisonForm('CEA(+)、Syn(-)')).toBe('cea+syn');
    expect(comparisonForm('。，')).toBe('');
  });
});

describe('hashForm', () => {
  it('is equal where comparison forms are, and only there', () => {
    const parts = ['1', '.', '5', '/', '，', ' ', 'Ａ', 'a', '痛', '-', '\u{1F600}', '５'];
    const texts = Array.from({ length: 4000 }, (_, i) =>
      Array.from({ length: 1 + (i % 5) }, (_, k) => parts[(i * 7 + k * (i >> 3)) % parts.length]).join(''),
    );
    const byForm = new Map(texts.map((text) => [comparisonForm(text), hashForm(text)]));
    for (const text of texts) expect(hashForm(text)).toBe(byForm.get(comparisonForm(text)));
    expect(new Set(byForm.values()).size).toBe(byForm.size);
  });
});
