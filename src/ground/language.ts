/** A short text for people, in both languages of the project. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Text;

/** The supported languages. */
export const LANGUAGES: readonly Language[] = ['en', 'zh'];

/** Both languages of a text; a plain string (a name, a number) stands for both. */
export const bothLanguages = (text: Text | string): Text =>
  typeof text === 'string' ? { en: text, zh: text } : text;

/** Texts one after another, e.g. with `; ` between the English and `；` between the Chinese ones. */
export function joinTexts(texts: readonly (Text | string)[], between: Text | string): Text {
  const both = texts.map(bothLanguages);
  const { en, zh } = bothLanguages(between);
  return { en: both.map((text) => text.en).join(en), zh: both.map((text) => text.zh).join(zh) };
}

/** Names one after another, as each language separates them. */
export const listed = (names: Iterable<string | number>): Text => ({
  en: [...names].join(', '),
  zh: [...names].join('、'),
});

/** The language of a tag such as `zh`, `zh-CN` or `en_US.UTF-8`; undefined for any other language. */
export const languageOf = (tag: string): Language | undefined =>
  LANGUAGES.find((language) => new RegExp(`^${language}([-_.@]|$)`, 'i').test(tag));

/**
 * The language of the environment: of the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty,
 * as in POSIX; English for any other language.
 */
export function detectLanguage(environment: NodeJS.ProcessEnv): Language {
  return languageOf(environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || 'en') ?? 'en';
}
