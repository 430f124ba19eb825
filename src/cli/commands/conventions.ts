import type { CommandSpec } from '../command.ts';

export const conventionsCommand: CommandSpec = {
  name: 'conventions',
  summary: { en: 'list the scoring rules and what they mean', zh: '列出评分口径及其定义' },
  operands: '[family]',
  examples: ['chineseblue conventions ner'],
  async run({ operands, terminal }) {
    const { conventions } = await import('../../tasks/conventions.ts');
    const { reproductions } = await import('../../audit/reproduction/registry.ts');
    const chosen = [...conventions, ...reproductions].filter(
      ({ id }) => !operands[0] || id.startsWith(`${operands[0]}/`),
    );
    if (terminal.json)
      return terminal.printJson(
        chosen.map(({ id, title, definition, unit }) => ({ id, title, definition, unit })),
      );
    for (const { id, title, definition } of chosen) {
      terminal.print(`${id}  ${terminal.say(title)}\n  ${terminal.say(definition)}\n`);
    }
  },
};
