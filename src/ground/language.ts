/** A short text for people, in the two languages of the project. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Text;

/**
 * The language to speak: an explicit choice, else the locale of the environment.
 * `LC_ALL`, `LC_MESSAGES` and `LANG` are read in the order POSIX gives them.
 */
export function detectLanguage(choice: string | undefined, environment: NodeJS.ProcessEnv): Language {
  const locale = choice ?? environment.LC_ALL ?? environment.LC_MESSAGES ?? environment.LANG ?? 'en';
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
