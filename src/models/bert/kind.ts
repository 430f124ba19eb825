import { hashFile } from '../../ground/hash.ts';
import { defineModel } from '../define.ts';
import { BERT_FAMILIES, BERT_LACKS } from './families.ts';
import { ONLY_FOR, PARAMETERS } from './parameters.ts';
import { quickLook } from './quick-look.ts';

/** BERT (Devlin et al. 2019) and other encoders, fine-tuned; see docs/models/bert.md. */
export const bert = defineModel({
  contract: 1,
  id: 'bert',
  version: 1,
  summary: {
    en: 'BERT or another encoder, fine-tuned from pretrained weights (init) or from random ones',
    zh: '微调 BERT 等编码器：从预训练权重（init）或随机初始化开始',
  },
  families: BERT_FAMILIES,
  lacks: BERT_LACKS,
  parameters: PARAMETERS,
  onlyFor: ONLY_FOR,
  mainParameter: 'init',
  seeded: true,
  slow: true,
  capabilities: { save: true, load: true, explain: false, embed: false },
  quickLook,
  startingPoint: async ({ init, terminology }) => {
    const digests = [
      ...(init === undefined
        ? []
        : [await (await import('../../encoders/folder/digest.ts')).digestFolder(init)]),
      ...(terminology === undefined ? [] : [await hashFile(terminology)]),
    ];
    return digests.join(' ');
  },
  resolve: async (parameters, context) =>
    (await import('./resolve.ts')).resolveParameters(parameters, context),
  implementation: () => import('./implementation.ts'),
});
