import { labelAsking } from '../shared/label-asking.ts';
import type { Text2 } from '../shared/types.ts';

export const similarityAsking = labelAsking<Text2>({
  id: 'prompt/similarity/label@1',
  placeholders: ['textA', 'textB'],
  system: {
    zh: `任务：{{task}}。判断两段文本的关系，从下列标签中选出一个。

标签：
{{labels}}

只输出 JSON：{"label": "标签"}，标签须为上面列出的标识之一。`,
    en: `Task: {{task}}. Judge how the two texts relate and choose one label.

Labels:
{{labels}}

Reply with JSON only: {"label": "label"}, where the label is one of the identifiers listed above.`,
  },
  user: { zh: '文本一：{{textA}}\n文本二：{{textB}}', en: 'Text A: {{textA}}\nText B: {{textB}}' },
});
