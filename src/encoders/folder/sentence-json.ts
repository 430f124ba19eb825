import type * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { readTextFile } from '../../ground/files.ts';
import { issueText } from '../../ground/issues.ts';
import type { Text } from '../../ground/language.ts';

/** The error for a setting of `sentence-transformers` that is not supported. */
export const unsupported = (file: string, field: string, what: Text): UserError =>
  new UserError(
    'sentence-unsupported',
    {
      en: `These settings of sentence-transformers are not supported: ${what.en}`,
      zh: `不支持该 sentence-transformers 设置：${what.zh}`,
    },
    {
      file,
      field,
      hint: {
        en: 'Supported are a Transformer in the folder itself, then Pooling, then Dense and Normalize.',
        zh: '支持的模块依次为：目录本身的 Transformer、Pooling，其后为 Dense 与 Normalize。',
      },
    },
  );

/** A small JSON file that fits a schema. Throws a UserError (`not-json`, `sentence-unsupported`). */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readTextFile(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError('not-json', { en: `Not JSON: ${why}`, zh: `不是有效的 JSON：${why}` }, { file });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unsupported(file, issue.path.join('.'), issueText(issue));
}
