import { labelAsking } from '../shared/label-asking.ts';
import type { Text1 } from '../shared/types.ts';

export const classificationAsking = labelAsking<Text1>({
  id: 'prompt/classification/label@1',
  placeholders: ['text'],
  system: {
    zh: `任务：{{task}}。从下列类别中选出最符合文本的一个。

类别：
{{labels}}

只输出 JSON：{"label": "类别"}，类别须为上面列出的标识之一。`,
    en: `Task: {{task}}. Choose the one category that fits the text best.

Categories:
{{labels}}

Reply with JSON only: {"label": "category"}, where the category is one of the identifiers listed above.`,
  },
  user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
});
