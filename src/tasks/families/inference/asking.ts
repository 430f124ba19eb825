import { labelAsking } from '../shared/label-asking.ts';
import type { Text2 } from '../shared/types.ts';

export const inferenceAsking = labelAsking<Text2>({
  id: 'prompt/inference/label@1',
  placeholders: ['textA', 'textB'],
  system: {
    zh: `任务：{{task}}。判断由前提能否推出假设，从下列标签中选出一个。

标签：
{{labels}}

只输出 JSON：{"label": "标签"}，标签须为上面列出的标识之一。`,
    en: `Task: {{task}}. Judge whether the hypothesis follows from the premise and choose one label.

Labels:
{{labels}}

Reply with JSON only: {"label": "label"}, where the label is one of the identifiers listed above.`,
  },
  user: { zh: '前提：{{textA}}\n假设：{{textB}}', en: 'Premise: {{textA}}\nHypothesis: {{textB}}' },
});
