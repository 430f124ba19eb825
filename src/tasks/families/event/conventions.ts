import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import { eventKey } from './answers.ts';
import type { ClinicalEvent, EventTypes } from './types.ts';

type Item = AnsweredOf<EventTypes>;

const strict = (task: Task) =>
  setMetric<Item, { readonly key: string; readonly tendency: string }>({
    gold: ({ gold }) => gold.events.map(keyed),
    predicted: ({ prediction }) => prediction.events.map(keyed),
    same: (a, b) => a.key === b.key,
    classOf: ({ tendency }) => tendency,
    classes: labelIds(task),
    average: 'micro',
  });

const keyed = (event: ClinicalEvent) => ({ key: eventKey(event), tendency: event.tendency });

const cores = setMetric<Item, string>({
  gold: ({ gold }) => gold.events.map(coreKey),
  predicted: ({ prediction }) => [...new Set(prediction.events.map(coreKey))],
  same: (a, b) => a === b,
  classOf: () => 'event',
  classes: ['event'],
  average: 'micro',
});

const coreKey = ({ core, tendency }: ClinicalEvent): string => JSON.stringify([core, tendency]);

const MISSING_EN = ' A missing or invalid answer counts as one wrong event per gold event, at least one.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）的错误事件计。';

/** The first is the default primary metric. */
export const eventConventions: readonly Convention<EventTypes>[] = [
  {
    id: 'event/strict-f1@1',
    title: { en: 'Event F1 (strict)', zh: '事件 F1（严格）' },
    definition: {
      en: `A predicted event is right (TP) if its core and its tendency equal those of a gold event of the same text, character by character, its characters and its anatomy are the same sets of strings, and no earlier prediction has matched that event; any other, a repeated one too, is an FP; an unmatched gold event is an FN. The order of the lists does not count; equal gold events count once. Over all texts: 2·TP / (2·TP + FP + FN).${MISSING_EN}`,
      zh: `预测事件的主体词与发生状态逐字与同一文本的某个金标事件相同、描述词与解剖部位作为字符串集合相同，且该金标事件尚未被匹配，为 TP；其余预测（包括重复预测）为 FP；未匹配的金标为 FN。列表次序不计；相同的金标事件只计一次。在全部文本上汇总：2·TP / (2·TP + FP + FN)。${MISSING_ZH}`,
    },
    metric: strict,
  },
  {
    id: 'event/core-f1@1',
    title: { en: 'Event F1 (core and tendency)', zh: '事件 F1（主体词与状态）' },
    definition: {
      en: `As strict event F1, on the set of (core, tendency) of each text: characters and anatomy are not compared, and pairs that several events share count once.${MISSING_EN}`,
      zh: `同严格事件 F1，但只比较每条文本的（主体词，发生状态）集合：不比较描述词与解剖部位，相同的组合只计一次。${MISSING_ZH}`,
    },
    metric: () => cores,
  },
];
