import { EXIT, UserError } from '../../ground/errors.ts';
import { listed } from '../../ground/language.ts';
import { FIELD_ROLES, type Fields } from './raw.ts';

/** `text=content`, `label=kind`: which field is what. Throws a UserError `bad-fields` (usage). */
export function parseFields(given: readonly string[]): Fields {
  const fields: Record<string, string> = {};
  for (const one of given) {
    const [, role = '', name = ''] = /^([^=]+)=(.+)$/.exec(one) ?? [];
    if (!FIELD_ROLES.some((known) => known === role)) {
      const roles = listed(FIELD_ROLES);
      throw new UserError(
        'bad-fields',
        { en: `"${one}" does not say which field is what`, zh: `“${one}”未说明字段的含义` },
        {
          hint: {
            en: `Write e.g. --fields text=content,label=kind. Known: ${roles.en}.`,
            zh: `例如 --fields text=content,label=kind。可用：${roles.zh}。`,
          },
          exitCode: EXIT.usage,
        },
      );
    }
    fields[role] = name;
  }
  return fields;
}
