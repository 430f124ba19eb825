import { z } from 'zod';
import { UserError } from '../ground/errors.ts';
import { families, familyIds } from './families/registry.ts';
import { FORMATS, SPLITS, type Task } from './task.ts';

/** Either both languages, or one string for both. */
const text = z.union([
  z
    .string()
    .min(1)
    .transform((both) => ({ en: both, zh: both })),
  z.strictObject({ en: z.string().min(1), zh: z.string().min(1) }),
]);

const name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u,
    'letters, digits, "_", "." and "-" only, so that it can name a directory',
  );

/** A path that stays below the corpus's folder. */
const relativePath = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'),
    'a relative path without ".."',
  );

const files = z
  .partialRecord(z.enum(SPLITS), relativePath)
  .refine((splits) => Object.keys(splits).length > 0, 'at least one split');
const format = z.enum(FORMATS);

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
  relevantFrom: z.number().optional(),
  primary: z.string().optional(),
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
      message: issue.message,
    }));
    throw new UserError('bad-task', first.message, {
      file: origin,
      field: first.field,
      hint:
        others.length > 0
          ? `Also: ${others.map(({ field, message }) => `${field}: ${message}`).join('; ')}`
          : 'docs/tasks.md shows a whole task file.',
    });
  }
  const task = parsed.data;
  const refuse = (field: string, message: string, hint: string): never => {
    throw new UserError('bad-task', message, { file: origin, field, hint });
  };
  const primaries = families[task.family].conventions.map(({ id }) => id);
  const primary = task.primary ?? primaries[0];
  if (!primaries.includes(primary))
    refuse(
      'primary',
      `The family ${task.family} has no convention "${primary}"`,
      `Known: ${primaries.join(', ')}.`,
    );
  if (families[task.family].needsPositive && task.positive === undefined) {
    refuse('positive', `A ${task.family} task must name its positive label`, 'For example "positive": "1".');
  }
  if (
    task.positive !== undefined &&
    task.labels.length > 0 &&
    !task.labels.some(({ id }) => id === task.positive)
  ) {
    refuse(
      'positive',
      `"${task.positive}" is not one of the labels`,
      `Labels: ${task.labels.map(({ id }) => id).join(', ')}.`,
    );
  }
  return { ...task, primary, access: 'user', published: [] };
}
