import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SharingRow } from '../../src/audit/shared-labels.ts';
import type { Text } from '../../src/ground/language.ts';
import { CELLS } from './cells.ts';
import { percent } from './show.ts';

/** What a rule scores on test in the primary metric that reads no text. */
export type Sharing = Pick<SharingRow, 'score' | 'from' | 'examples' | 'sharing'>;

export const sharingFile = (task: string): string => join(CELLS, task, 'sharing.json');

/** One line on it; empty if there is no such rule. */
export function sharingLines(task: string, say: (text: Text) => string): string[] {
  if (!existsSync(sharingFile(task))) return [];
  const { score, from, examples, sharing }: Sharing = JSON.parse(readFileSync(sharingFile(task), 'utf8'));
  return [
    '',
    say({
      en: `Without reading: ${sharing} of the ${examples} test examples share a text (documents: a title or a site) with an example of ${from.join(' or ')}. A rule that sees only the labels of such examples scores ${percent(score)} (\`chineseblue data audit ${task}\`, [trust.md](trust.md)).`,
      zh: `不读文本：${examples} 个测试样本中有 ${sharing} 个与 ${from.join(' 或 ')} 的样本共用文本（文档则为标题或网站）。只看这些样本标签的规则得 ${percent(score)}（\`chineseblue data audit ${task}\`，[trust.zh.md](trust.zh.md)）。`,
    }),
  ];
}
