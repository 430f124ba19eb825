import { counted } from '../ground/counted.ts';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';

/** One problem with predictions. */
export interface Problem {
  /** 1-based; absent where an id has no line at all. */
  readonly line?: number;
  readonly id?: string;
  /** E.g. `not-json`, `unknown-id`, `duplicate-id`, `missing-id`, `other-split`, or a fault of the family. */
  readonly code: string;
  readonly field?: string;
  readonly message: Text;
}

/** Problems that show that this is the wrong file: a score of it would be meaningless. */
const FATAL = new Set([
  ...['not-json', 'no-id', 'unknown-id', 'duplicate-id'],
  ...[
    'unknown-header',
    'other-task',
    'other-split',
    'other-scheme',
    'other-corpus',
    'other-offsets',
    'other-text',
  ],
]);

/**
 * Throws the first problem that makes predictions unfit for scoring; `name` is what the error calls their file.
 * Missing and unreadable predictions pass: they are scored as wrong and shown as coverage.
 */
export function refuseUnfit(name: string, { problems }: { readonly problems: readonly Problem[] }): void {
  const fatal = problems.filter(({ code }) => FATAL.has(code));
  if (fatal.length === 0) return;
  const { line, id, field, code, message } = fatal[0];
  const more = fatal.length - 1;
  const text: Text = {
    en: `${message.en}${more > 0 ? ` (and ${counted(more, 'more such problem')})` : ''}`,
    zh: `${message.zh}${more > 0 ? `（另有 ${more} 处同类问题）` : ''}`,
  };
  throw new UserError(code, text, {
    file: name,
    line,
    id,
    field,
    hint: {
      en: '`chineseblue check` lists every problem of the file.',
      zh: '`chineseblue check` 列出文件的全部问题。',
    },
  });
}
