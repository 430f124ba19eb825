import { describe, expect, it } from 'vitest';
import { addIds, corpora, createDigest, hasCorpora, linesOf, VOCAB } from './fixtures/corpora.ts';
import { loadTokenizer } from './load.ts';

/** Of the reference tokenizer's ids: `bench/bert/tokenizer.ts` runs it for minutes and prints these. */
const REFERENCE: Record<string, string> = {
  CMDD: 'bba38304400d58d5f2cc45f8bb1112b14d13044c4e3e353fe7dd046ec3c62bc9',
  cEHRNER: '0399c73e4697ab5a137f69f93c558e84f86bf9affb0a2e8d77d460e99f992edd',
  cMedIC: 'a1b0fd26619d780a436b5af44b62997251ea2d0c8c7883622e61a274ef3a1569',
  cMedIR: 'd3835a35b699bce95991a44d14f3ffbaa340ef4a5ac1422b2449d91959efbc30',
  cMedQA: '2a9315ed615b6524646aec47aa5629e80e169469a1bb7dd57b44a53b1e3eafd4',
  cMedQANER: '2ac66c8b5a057d95e1f53a3bfa2886633f00027027265dc2a4f1692c4a00eb12',
  cMedQQ: 'bbdff82dbd47327347d6b26197390cd66ad3c443842a7734246af9fb1b986534',
  cMedTC: 'acb912cb2fddc6999977b10bb7367857134c4e00e3a24833e20bd4d892fe3b60',
};

describe.skipIf(!hasCorpora)('all text of all corpora (skipped: ../shared is absent)', () => {
  it.each(Object.keys(REFERENCE))('%s has the ids of the reference', async (corpus) => {
    expect(corpora()).toContain(corpus);
    const tokenizer = await loadTokenizer(VOCAB);
    const digest = createDigest();
    for (const line of linesOf(corpus)) addIds(digest, tokenizer.encode(line).ids);
    expect(digest.digest('hex')).toBe(REFERENCE[corpus]);
  });
});
