import { z } from 'zod';
import { UserError } from '../ground/errors.ts';
import { issueText } from '../ground/issues.ts';
import { type Language, listed, type Text } from '../ground/language.ts';
import { familyIds, familyOf } from './families/registry.ts';
import { SPLITS, type Task } from './task.ts';

/** Either both languages, or one string for both. */
const text = z.union([
  z
    .string()
    .min(1)
    .transform((both) => ({ en: both, zh: both })),
  z.strictObject({ en: z.string().min(1), zh: z.string().min(1) }),
]);

const name = z.string().refine((id) => /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(id), {
  error: 'letters, digits, "_", "." and "-" only, so that it can name a directory',
  params: { zh: '只能包含字母、数字、“_”“.”“-”，以便作为目录名' },
});

/** A path that stays below the corpus's folder. */
const relativePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'), {
    error: 'a relative path without ".."',
    params: { zh: '须为不含“..”的相对路径' },
  });

const files = z
  .partialRecord(z.enum(SPLITS), relativePath)
  .refine((splits) => Object.keys(splits).length > 0, {
    error: 'at least one split',
    params: { zh: '至少一个划分' },
  });
/** Whether a format exists is checked by their registry. */
const format = z.string().min(1);

const taskSchema = z.strictObject({
  id: name,
  aliases: z.array(name).default([]),
  family: z.enum(familyIds),
  domain: text.default({ en: 'medical', zh: '医疗' }),
  title: text,
  corpus: z.strictObject({
    folder: relativePath,
    format,
    files,
    alternative: z.strictObject({ format, files }).optional(),
    unit: z.enum(['first-text', 'linked-texts']).optional(),
    part: z.string().min(1).optional(),
    licence: z.string().default('not stated'),
    source: z.string().default('brought by the user'),
  }),
  labels: z
    .array(
      z.union([
        z
          .string()
          .min(1)
          .transform((id) => ({ id, meaning: { en: id, zh: id } })),
        z.strictObject({ id: z.string().min(1), meaning: text }),
      ]),
    )
    .default([]),
  positive: z.string().optional(),
  discontinuous: z.boolean().optional(),
  relevantFrom: z.number().optional(),
  judged: z.literal('dev').optional(),
  primary: z.string().optional(),
  confidential: z.boolean().default(true),
});

/**
 * A task that a user declares, from parsed JSON or a module's default export. `origin` names the file.
 * Throws a UserError that names the first wrong field and lists the others.
 */
export function parseTask(value: unknown, origin: string): Task {
  const parsed = taskSchema.safeParse(value);
  if (!parsed.success) {
    const [first, ...others] = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.') || '(whole file)',
      message: issueText(issue),
    }));
    const also = (language: Language, separator: string): string =>
      others.map(({ field, message }) => `${field}: ${message[language]}`).join(separator);
    const hint: Text =
      others.length > 0
        ? { en: `Also: ${also('en', '; ')}`, zh: `此外：${also('zh', '；')}` }
        : { en: 'docs/tasks.md shows a whole task file.', zh: '完整示例见 docs/tasks.md。' };
    throw new UserError('bad-task', first.message, { file: origin, field: first.field, hint });
  }
  const task = parsed.data;
  const refuse = (field: string, message: Text, hint: Text): never => {
    throw new UserError('bad-task', message, { file: origin, field, hint });
  };
  const { conventions, needsPositive } = familyOf(task);
  const primaries = conventions.map(({ id }) => id);
  const primary = task.primary ?? primaries[0];
  if (!primaries.includes(primary)) {
    refuse(
      'primary',
      {
        en: `The family ${task.family} has no convention "${primary}"`,
        zh: `${task.family} 类任务没有口径“${primary}”`,
      },
      { en: `Known: ${primaries.join(', ')}.`, zh: `可选：${primaries.join('、')}。` },
    );
  }
  const { positive, labels } = task;
  const seen = new Set<string>();
  const repeated = labels.find(({ id }) => seen.size === seen.add(id).size);
  if (repeated) {
    refuse(
      'labels',
      { en: `The label "${repeated.id}" is listed twice`, zh: `标签“${repeated.id}”重复` },
      { en: 'List every label once.', zh: '每个标签只列一次。' },
    );
  }
  if (needsPositive && positive === undefined) {
    refuse(
      'positive',
      { en: `A ${task.family} task must name its positive label`, zh: `${task.family} 类任务须指明正类标签` },
      { en: 'For example "positive": "1".', zh: '例如 "positive": "1"。' },
    );
  }
  if (positive !== undefined && labels.length > 0 && !labels.some(({ id }) => id === positive)) {
    const known = listed(labels.map(({ id }) => id));
    refuse(
      'positive',
      { en: `"${positive}" is not one of the labels`, zh: `“${positive}”不在标签之中` },
      { en: `Labels: ${known.en}.`, zh: `标签：${known.zh}。` },
    );
  }
  return { ...task, primary, access: 'user', published: [] };
}
