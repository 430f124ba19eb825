import { describe, expect, it } from 'vitest';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import type { Sequence } from './batch.ts';
import { countKinds, renderUnits, showUnits } from './show.ts';

const vocabulary = createVocabulary([
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  '腹',
  '痛',
  'ct',
  '##s',
  '拉',
  '稀',
  'mri',
]);
const sequence: Sequence = {
  // [CLS] 腹 痛 ct ##s [SEP] 拉 稀 mri [SEP]: 腹痛 masked, ct replaced, 拉稀 left.
  ids: Int32Array.of(2, 4, 4, 10, 8, 3, 9, 10, 11, 3),
  segments: Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1),
  units: [
    { from: 1, to: 3, kind: 'entity' },
    { from: 3, to: 5, kind: 'other' },
    { from: 6, to: 8, kind: 'span' },
    { from: 8, to: 9, kind: 'other' },
  ],
  masked: [
    { position: 1, label: 5, kind: 1 },
    { position: 2, label: 6, kind: 1 },
    { position: 3, label: 7, kind: 0 },
    { position: 4, label: 8, kind: 0 },
    { position: 6, label: 9, kind: 2 },
    { position: 7, label: 10, kind: 2 },
  ],
  next: 0,
};

describe('readable masks', () => {
  it('show the original text and what the model reads', () => {
    expect(showUnits(sequence, vocabulary)).toEqual([
      { text: '[CLS]', kind: 'special' },
      { text: '腹痛', kind: 'entity', reads: '[MASK][MASK]' },
      { text: 'cts', kind: 'other', reads: '稀s' },
      { text: '[SEP]', kind: 'special' },
      { text: '拉稀', kind: 'span', reads: '拉稀' },
      { text: 'mri', kind: 'other' },
      { text: '[SEP]', kind: 'special' },
    ]);
  });

  it('are one line', () => {
    const paint = (text: string, kind: string): string => (kind === 'other' ? text : `${kind[0]}${text}`);
    expect(renderUnits(showUnits(sequence, vocabulary), paint)).toBe(
      'e〔腹痛〕〔cts→稀s〕 ⏐ s〔拉稀＝〕mri ⏐',
    );
  });

  it('are counted by kind', () => {
    expect(countKinds([sequence, sequence])).toEqual({
      tokens: 14,
      masked: { other: 4, entity: 4, span: 4 },
    });
  });
});
