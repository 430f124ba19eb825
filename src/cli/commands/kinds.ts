import { listed, type Text } from '../../ground/language.ts';
import type { Capabilities, ModelKind } from '../../models/contract.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { defineCommand } from '../command.ts';
import { MODEL_FILE, modelFileOption } from '../model-options.ts';
import type { Terminal } from '../terminal.ts';

export const kindsCommand = defineCommand({
  name: 'kinds',
  summary: {
    en: 'list the model kinds, or the parameters of one',
    zh: '列出模型类型，或某一类型的参数',
  },
  operands: '[kind]',
  options: MODEL_FILE,
  examples: ['chineseblue kinds', 'chineseblue kinds linear', 'chineseblue kinds bert --json'],
  endsAtOnce: true,
  async run({ operands, options, terminal }) {
    await modelFileOption(options);
    const { findModel, modelKinds } = await import('../../models/registry.ts');
    if (operands.length === 0) return listKinds(modelKinds(), terminal);
    return showKind(findModel(operands[0]), terminal);
  },
});

const CAPABILITIES: readonly (keyof Capabilities)[] = ['save', 'load', 'explain', 'embed'];

const capabilitiesOf = ({ capabilities }: ModelKind): string[] =>
  CAPABILITIES.filter((name) => capabilities[name]);

async function listKinds(kinds: readonly ModelKind[], terminal: Terminal): Promise<void> {
  if (terminal.json) return terminal.printJson(kinds.map((kind) => describe(kind, terminal)));
  const { familyIds } = await import('../../tasks/families/registry.ts');
  const head = {
    en: ['kind', 'families', 'supports', 'description'],
    zh: ['类型', '任务族', '能力', '说明'],
  };
  await terminal.table(
    head[terminal.language],
    kinds.map((kind) => [
      kind.id,
      terminal.say(familiesOf(kind, familyIds)),
      terminal.say(listed(capabilitiesOf(kind))),
      terminal.say(kind.summary),
    ]),
  );
}

/** The families of a kind, or those that it lacks where they are fewer. */
function familiesOf({ families }: ModelKind, all: readonly FamilyId[]): Text {
  const others = all.filter((id) => !families.includes(id));
  if (others.length === 0) return { en: 'all', zh: '全部' };
  if (others.length >= families.length) return listed(families);
  const { en, zh } = listed(others);
  return { en: `all but ${en}`, zh: `除 ${zh} 外的全部` };
}

async function showKind(kind: ModelKind, terminal: Terminal): Promise<void> {
  const { parameterRows } = await import('../../models/parameter-table.ts');
  if (terminal.json) {
    const parameters = Object.entries(kind.parameters).map(([name, spec]) => ({
      name,
      ...spec,
      summary: terminal.say(spec.summary),
    }));
    return terminal.printJson({ ...describe(kind, terminal), parameters });
  }
  terminal.printText(`${kind.id}: ${terminal.say(kind.summary)}`);
  for (const [family, why] of Object.entries(kind.lacks ?? {}))
    terminal.printText({ en: `Not for ${family}: ${why.en}`, zh: `不支持 ${family}：${why.zh}` });
  const rows = parameterRows(kind, terminal.language);
  if (rows.length === 0)
    return terminal.print(terminal.say({ en: 'It has no parameters.', zh: '该类型没有参数。' }));
  const head = {
    en: ['parameter', 'accepts', 'default', 'meaning'],
    zh: ['参数', '取值', '默认', '含义'],
  };
  await terminal.table(head[terminal.language], rows);
}

const describe = (kind: ModelKind, terminal: Terminal) => ({
  kind: kind.id,
  version: kind.version,
  summary: terminal.say(kind.summary),
  families: kind.families,
  ...(kind.lacks && {
    lacks: Object.fromEntries(Object.entries(kind.lacks).map(([family, why]) => [family, terminal.say(why)])),
  }),
  capabilities: capabilitiesOf(kind),
  seeded: kind.seeded,
});
