import { createHash } from 'node:crypto';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { issueText } from '../../ground/issues.ts';
import { readJsonFile } from '../../ground/json-file.ts';
import type { Language } from '../../ground/language.ts';
import type { AnyTypes } from '../../tasks/examples.ts';
import type { Asking, Placeholders, Prompt } from '../../tasks/families/asking.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { InterviewParameters } from './parameters.ts';

const PLACEHOLDER = /\{\{(\w+)\}\}/g;
/** Placeholders of every prompt. */
const COMMON = ['task', 'labels'];
const HASH_LENGTH = 12;

const templateOf = (source: z.ZodType<string>) =>
  z.union([source.transform((both) => ({ en: both, zh: both })), z.strictObject({ en: source, zh: source })]);

/** An empty system message is not sent. */
const promptJson = z.strictObject({
  id: z.string().min(1),
  system: templateOf(z.string()),
  user: templateOf(z.string().min(1)),
});

/** The prompts of a family. Families without prompts are rejected by the kind before this is called. */
export function askingOf(task: Task, { ranking }: Pick<InterviewParameters, 'ranking'>): Asking<AnyTypes> {
  const askings = familyOf(task).asking ?? [];
  const found = askings.find(({ id }) => id === ranking) ?? askings[0];
  if (!found) throw new Error(`The family ${task.family} cannot be asked`);
  return found;
}

/** The prompt of a file, or that of the asking. Throws a UserError `bad-prompt` that names file and field. */
export async function choosePrompt(asking: Asking<AnyTypes>, file: string | undefined): Promise<Prompt> {
  return file === undefined ? asking.prompt : readPrompt(file, asking);
}

const EXPECTED = {
  en: 'A prompt is {"id", "system", "user"}; `chineseblue prompt --json` prints the default one.',
  zh: '提示词为 {"id", "system", "user"}；`chineseblue prompt --json` 可输出默认提示词。',
};

async function readPrompt(file: string, asking: Asking<AnyTypes>): Promise<Prompt> {
  const parsed = promptJson.safeParse(await readJsonFile(file, 'bad-prompt', EXPECTED));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError('bad-prompt', issueText(issue), {
      file,
      field: issue.path.join('.') || undefined,
      hint: EXPECTED,
    });
  }
  requirePlaceholders(parsed.data, asking, file);
  return parsed.data;
}

/** Unknown placeholders are refused, and so is a prompt that does not show the example. */
function requirePlaceholders(prompt: Prompt, { placeholders }: Asking<AnyTypes>, file: string): void {
  const known = [...COMMON, ...placeholders];
  const hint = { en: `Known: ${known.join(', ')}.`, zh: `可用：${known.join('、')}。` };
  for (const field of ['system', 'user'] as const)
    for (const language of ['zh', 'en'] as const) {
      const used = [...prompt[field][language].matchAll(PLACEHOLDER)].map(([, name]) => name);
      const wrong = used.find((name) => !known.includes(name));
      if (wrong !== undefined)
        throw new UserError(
          'bad-prompt',
          { en: `There is no placeholder {{${wrong}}}`, zh: `没有占位符 {{${wrong}}}` },
          { file, field, hint },
        );
      if (field === 'user' && !used.some((name) => placeholders.includes(name)))
        throw new UserError(
          'bad-prompt',
          { en: 'The prompt does not show the example', zh: '提示词没有包含样本' },
          { file, field, hint },
        );
    }
}

/** `prompt/ner/quotes@1#0123456789ab`: id, and hash of the content. */
export function promptName({ id, system, user }: Prompt): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([system, user]))
    .digest('hex');
  return `${id}#${hash.slice(0, HASH_LENGTH)}`;
}

/** Labels as a prompt lists them, one per line: id, and its meaning if that adds information. */
export const listLabels = ({ labels }: Task, language: Language): string =>
  labels
    .map(({ id, meaning }) => {
      const says = meaning[language];
      return says === id ? `- ${id}` : `- ${id}${language === 'zh' ? '：' : ': '}${says}`;
    })
    .join('\n');

/** A template with its values; values are never read as templates. */
export const render = (source: string, values: Placeholders): string =>
  source.replaceAll(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name] : whole,
  );
