import type { Text } from '../../../ground/language.ts';

/** Stands before examples of quotes that a model made up. */
export const NOT_IN_TEXT: Text = {
  en: 'Examples of quotes that are not in the text:',
  zh: '原文中没有的引文示例：',
};
