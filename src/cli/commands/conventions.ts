import { EXIT, UserError } from '../../ground/errors.ts';
import { didYouMean } from '../../ground/nearest.ts';
import { defineCommand } from '../command.ts';

export const conventionsCommand = defineCommand({
  name: 'conventions',
  summary: { en: 'list the scoring conventions and their definitions', zh: '列出评分口径及其定义' },
  operands: '[family]',
  examples: ['chineseblue conventions ner'],
  endsAtOnce: true,
  async run({ operands, terminal }) {
    const { conventions } = await import('../../tasks/conventions.ts');
    const { reproductions } = await import('../../audit/reproduction/registry.ts');
    const all = [...conventions, ...reproductions];
    const [asked] = operands;
    const chosen = all.filter(({ id }) => !asked || id === asked || id.startsWith(`${asked}/`));
    if (chosen.length === 0) throw unknownFamily(asked, [...new Set(all.map(({ id }) => id.split('/')[0]))]);
    if (terminal.json)
      return terminal.printJson(
        chosen.map(({ id, title, definition, unit }) => ({ id, title, definition, unit })),
      );
    for (const { id, title, definition } of chosen) {
      terminal.printText(`${id}  ${terminal.say(title)}`);
      terminal.printText(`  ${terminal.say(definition)}\n`);
    }
  },
});

function unknownFamily(asked: string, families: readonly string[]): UserError {
  const close = didYouMean(asked, families);
  return new UserError(
    'unknown-family',
    { en: `No convention begins with "${asked}"`, zh: `没有以“${asked}”开头的口径` },
    {
      hint: {
        en: `${close.en}Families: ${families.join(', ')}.`,
        zh: `${close.zh}任务族：${families.join('、')}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}
