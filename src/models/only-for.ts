import { EXIT, UserError } from '../ground/errors.ts';
import { listed } from '../ground/language.ts';
import { kebab, type ParameterSpecs } from '../ground/parameters.ts';
import type { FamilyId } from '../tasks/examples.ts';

/** Parameters that not every family of a kind uses, by name, with those that do. */
export type OnlyFor<Name extends string = string> = { readonly [N in Name]?: readonly FamilyId[] };

/** Whether a family uses a parameter. */
export const isUsedBy = (family: FamilyId, name: string, onlyFor: OnlyFor = {}): boolean =>
  onlyFor[name]?.includes(family) ?? true;

/** Throws a UserError `bad-parameter` (usage) where one that the family does not use is not at its default. */
export function refuseUnused(
  specs: ParameterSpecs,
  onlyFor: OnlyFor,
  values: Readonly<Record<string, unknown>>,
  family: FamilyId,
): void {
  for (const name of Object.keys(onlyFor))
    if (!isUsedBy(family, name, onlyFor) && values[name] !== specs[name].default)
      throw unusedParameter(name, onlyFor[name] ?? [], [family]);
}

/** The error about a parameter that none of some families uses. */
export function unusedParameter(
  name: string,
  users: readonly FamilyId[],
  families: readonly FamilyId[],
): UserError {
  const [own, others] = [listed(users), listed(families)];
  return new UserError(
    'bad-parameter',
    {
      en: `${kebab(name)} is for ${users.length > 1 ? 'the families' : 'the family'} ${own.en} only, not for ${others.en}`,
      zh: `参数 ${kebab(name)} 仅用于任务族 ${own.zh}，不能用于 ${others.zh}`,
    },
    {
      field: kebab(name),
      hint: { en: 'Leave it out.', zh: '请省略该参数。' },
      exitCode: EXIT.usage,
    },
  );
}
