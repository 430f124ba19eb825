import * as z from 'zod';
import { EXIT, UserError } from '../../../ground/errors.ts';
import { issueText } from '../../../ground/issues.ts';
import { readJsonFile } from '../../../ground/json-file.ts';
import { listed } from '../../../ground/language.ts';
import { didYouMean } from '../../../ground/nearest.ts';

/** Per million tokens, in any one currency. */
const price = z.strictObject({
  prompt: z.number().nonnegative(),
  completion: z.number().nonnegative(),
  currency: z.string().min(1).max(8).default('USD'),
});

/** What one million prompt and completion tokens cost. */
export type Price = z.infer<typeof price>;

const profile = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  model: z.string().min(1).optional(),
  keyEnv: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).default({}),
  /** A file of certificates in PEM. */
  caFile: z.string().min(1).optional(),
  /** Merged into every request; `null` removes a field. */
  extraBody: z.record(z.string(), z.json()).default({}),
  price: price.optional(),
  requestsPerMinute: z.number().positive().optional(),
  concurrency: z.int().positive().optional(),
});

/** The settings of a service: its endpoint, prices and limits. */
export type Profile = z.infer<typeof profile>;

export const NO_PROFILE: Profile = { headers: {}, extraBody: {} };

async function readJson<T>(file: string, schema: z.ZodType<T>, code: string): Promise<T> {
  const hint = { en: 'docs/models/llm.md shows a whole file.', zh: '完整示例见 docs/models/llm.md。' };
  const parsed = schema.safeParse(await readJsonFile(file, code, hint));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(code, issueText(issue), {
    file,
    field: issue.path.join('.') || undefined,
    hint,
  });
}

/**
 * The profile of this name in a JSON file `{ "NAME": { "endpoint": …, … } }`. Throws a UserError `bad-profile`, or
 * `unknown-profile` with the names that there are.
 */
export async function readProfile(file: string | undefined, name: string): Promise<Profile> {
  if (file === undefined)
    throw new UserError(
      'no-profiles',
      { en: `There is no file of profiles for @${name}`, zh: `未指定含有 @${name} 的配置文件` },
      {
        hint: {
          en: 'Name it with --profiles FILE or in CHINESEBLUE_PROFILES.',
          zh: '请用 --profiles FILE 或环境变量 CHINESEBLUE_PROFILES 指定。',
        },
        exitCode: EXIT.usage,
      },
    );
  const profiles = await readJson(file, z.record(z.string(), profile), 'bad-profile');
  if (Object.hasOwn(profiles, name)) return profiles[name];
  const close = didYouMean(name, Object.keys(profiles));
  const known = listed(Object.keys(profiles));
  throw new UserError(
    'unknown-profile',
    { en: `There is no profile ${name}`, zh: `没有配置 ${name}` },
    {
      file,
      field: name,
      hint: { en: `${close.en}Known: ${known.en}.`, zh: `${close.zh}可用：${known.zh}。` },
    },
  );
}

/** The price of a model in a JSON file `{ "MODEL": { "prompt", "completion", "currency"? } }`, per million tokens. */
export async function readPrice(file: string, model: string): Promise<Price | undefined> {
  const prices = await readJson(file, z.record(z.string(), price), 'bad-prices');
  return Object.hasOwn(prices, model) ? prices[model] : undefined;
}
