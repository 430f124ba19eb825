import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { explainFileError } from '../../../ground/files.ts';
import { parseJson } from '../../json.ts';
import type { SpecialTokens } from '../vocabulary.ts';
import type { Settings } from './pipeline.ts';
import { checked, inside, type Place, unsupported } from './place.ts';

/** Files with further settings of a `tokenizer.json`: of two that name a role, the first counts. */
const SETTINGS_FILES = ['tokenizer_config.json', 'special_tokens_map.json'] as const;
const ROLES = ['unk', 'sep', 'pad', 'cls', 'mask'] as const satisfies readonly (keyof SpecialTokens)[];

/** A token, alone or with its matching rules, which `tokenizer.json` also has. */
const tokenJson = z
  .union([z.string(), z.object({ content: z.string() })])
  .transform((token) => (typeof token === 'string' ? token : token.content));
const settingsJson = z.object({
  ...Object.fromEntries(ROLES.map((role) => [`${role}_token`, tokenJson.nullish()])),
  added_tokens_decoder: z.record(z.string(), tokenJson).nullish(),
});
const roleJson = z.record(z.string(), z.unknown());

/** The settings next to a `tokenizer.json`, and a check of the tokens by id. */
interface CheckedSettings extends Settings {
  /** Throws a UserError where `transformers` would add tokens to these. */
  check(tokens: readonly string[]): void;
}

/** Reads the settings of a folder, if any, next to the text of its `tokenizer.json`. Throws a UserError. */
export async function readSettings(folder: string | undefined, text: string): Promise<CheckedSettings> {
  const files = new Map([['tokenizer.json', text]]);
  const roles = new Map<string, string>();
  const added: { token: string; id: number; place: Place }[] = [];
  for (const name of folder === undefined ? [] : SETTINGS_FILES) {
    const file = join(folder!, name);
    if (!existsSync(file)) continue;
    const content = await readFile(file, 'utf8').catch((error) => {
      throw explainFileError(error, file);
    });
    files.set(name, content);
    const place = { file, field: '' };
    const json = parseJson(content, file);
    const { added_tokens_decoder: decoder } = checked(settingsJson, json, place);
    const named = checked(roleJson, json, place);
    for (const role of ROLES) {
      const token = tokenJson.safeParse(named[`${role}_token`]);
      if (token.success && !roles.has(role)) roles.set(role, token.data);
    }
    const at = inside(place, 'added_tokens_decoder');
    for (const [id, token] of Object.entries(decoder ?? {})) added.push({ token, id: Number(id), place: at });
  }
  return {
    roles: Object.fromEntries(roles),
    files,
    check(tokens) {
      for (const { token, id, place } of added)
        if (tokens[id] !== token)
          throw unsupported(inside(place, id), {
            en: `${token} is not that token of tokenizer.json`,
            zh: `${token} 与 tokenizer.json 中的该词元不一致`,
          });
    },
  };
}
