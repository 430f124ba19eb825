import { describe, expect, it } from 'vitest';
import { architectureOf } from '../encoders/architectures/registry.ts';
import { createTokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../encoders/tokenizers/vocabulary.ts';
import { startFrom, startFromRandom } from './start.ts';

const tokenizer = createTokenizer(createVocabulary([...Object.values(SPECIAL_TOKENS), '头', '痛']));
const text = Int32Array.of(5, 5, 5, 6);
const { config, tensors } = startFromRandom(tokenizer, { layers: 1, hidden: 16 }, 1, Int32Array.of(6));
const { bias } = architectureOf(config).heads.masked;
const encoder = new Map([...tensors].filter(([name]) => !name.startsWith('cls.')));

describe('a model that is pretrained further', () => {
  it('without a head gets one, whose bias is the log frequencies of the text', () => {
    const { tensors: all, config: own } = startFrom({ config, tensors: encoder }, 1, text);
    expect([...all.keys()].sort()).toEqual([...tensors.keys()].sort());
    expect(own.transformersClass).toBe('BertForPreTraining');
    // 4 tokens and 7 times a half
    const [rare, frequent] = [all.get(bias)!.data[6], all.get(bias)!.data[5]];
    expect(rare).toBeCloseTo(Math.log(1.5 / 7.5), 5);
    expect(frequent).toBeCloseTo(Math.log(3.5 / 7.5), 5);
  });

  it('with a head keeps it', () => {
    expect(startFrom({ config, tensors }, 1, text).tensors.get(bias)).toBe(tensors.get(bias));
  });
});
