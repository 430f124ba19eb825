import type { Memorised } from '../models/llm/memorised/memorised.ts';
import type { Share } from '../statistics/wilson.ts';
import type { Terminal } from './terminal.ts';

/** One decimal, and no minus before 0. */
const percent = (value: number): string =>
  Number.isNaN(value) ? '–' : (Math.round(value * 1000) / 10 || 0).toFixed(1).replace('-', '−');
const range = ({ low, high }: { low: number; high: number }): string =>
  Number.isNaN(low) ? '–' : `[${percent(low)}, ${percent(high)}]`;
const rate = (share: Share): string =>
  share.of === 0 ? '–' : `${percent(share.share)} ${range(share)} (${share.count}/${share.of})`;

const SOURCE_NAMES = {
  test: { en: 'test', zh: '测试集' },
  train: { en: 'train, of the same length', zh: '训练集（长度相近）' },
  recombined: { en: 'recombined: cannot have been seen', zh: '重组文本：不可能见过' },
};

/** Prints the rates, and what they can and cannot show. */
export async function printMemorised(result: Memorised, terminal: Terminal): Promise<void> {
  const { completions, differences, order } = result;
  const { say } = terminal;
  terminal.printText({
    en: `${result.task}, ${result.model}: second halves of texts, % [95 % interval]`,
    zh: `${result.task}，${result.model}：续写后半部分，% [95% 区间]`,
  });
  await terminal.table(
    [
      say({ en: 'source of texts', zh: '文本来源' }),
      say({ en: 'continued verbatim', zh: '逐字续写' }),
      { head: say({ en: 'nearly continued', zh: '近似续写' }), dropRank: 1 },
      { head: say({ en: 'failed', zh: '失败' }), dropRank: 2 },
    ],
    completions.map(({ source, verbatim, near, failed }) => [
      say(SOURCE_NAMES[source]),
      ...[verbatim, near].map(rate),
      String(failed),
    ]),
  );
  for (const [name, { difference, ...interval }] of Object.entries(differences))
    if (!Number.isNaN(difference))
      terminal.printText({
        en: `test − ${name}, verbatim: ${percent(difference)} ${range(interval)}`,
        zh: `测试集 − ${SOURCE_NAMES[name === 'train' ? 'train' : 'recombined'].zh}，逐字：${percent(difference)} ${range(interval)}`,
      });
  if (order) {
    terminal.printText({
      en: 'Answers that change when the options are shown in another order:',
      zh: '选项换序后答案改变的比例：',
    });
    await terminal.table(
      [
        say({ en: 'split', zh: '样本来源' }),
        say({ en: 'changed', zh: '改变' }),
        say({ en: 'no single option', zh: '无法判定选项' }),
        say({ en: 'failed', zh: '失败' }),
      ],
      order.map(({ split, changed, unreadable, failed }) => [
        say(SOURCE_NAMES[split].en === 'test' ? SOURCE_NAMES.test : { en: 'train', zh: '训练集' }),
        rate(changed),
        String(unreadable),
        String(failed),
      ]),
    );
  }
  terminal.printText(MEANING);
}

const MEANING = {
  en: `Verbatim: the answer begins with the next ten characters; nearly: half of the pairs of characters agree.
A model that continues test texts more often than recombined ones has probably seen them, or texts with the same set phrases. Similar rates on train and test only show that the corpus was seen, not test in particular. The absence of a difference proves nothing: a model may know a text without reciting it, and a small sample only reveals large differences.
Answers that change with the order of the options show that order rather than content decides; the rate does not distinguish a model that has seen the test from one that has not. None of these rates is a verdict.`,
  zh: `逐字：续写以原文接下来的十个字符开头；近似：相邻字符对有一半以上相同。
若模型续写测试集文本的比例高于重组文本，它很可能读过这些文本，或读过套语相同的文本。训练集与测试集比例相近，只说明读过该语料，不单指测试集。没有差异不等于没有见过：模型可能知道文本而不复述，文本数少时也只能显示较大的差异。
选项换序后答案改变，说明起作用的是顺序而非内容；该比例不能区分模型是否见过测试集。以上比例均不构成结论。`,
};
