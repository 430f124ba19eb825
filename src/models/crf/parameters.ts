import { flag, type Resolved } from '../../ground/parameters.ts';
import { crfParameters } from '../shared/crf/parameters.ts';

export const parameters = {
  ...crfParameters,
  nested: flag({
    summary: {
      en: 'Entities only: tags types that overlap in train in separate layers, each with its own CRF; if omitted, only where at least 5 % of the entities in train overlap another.',
      zh: '仅用于实体识别：训练集中相互重叠的类型分层标注，每层一个 CRF；省略时，仅当训练集中至少 5% 的实体与其他实体重叠时分层。',
    },
  }),
};

export type CrfParameters = Resolved<typeof parameters>;
