import type { Text } from '../../../ground/language.ts';

/** How features whose names match read in Chinese: `$1` is what the first group matched. */
export type Description = readonly [pattern: RegExp, zh: string];

/** A feature's name in both languages: it is its own English; the first pattern that matches gives the Chinese. */
export function describeFeature(name: string, descriptions: readonly Description[]): Text {
  const found = descriptions.find(([pattern]) => pattern.test(name));
  return { en: name, zh: found ? name.replace(found[0], found[1]) : name };
}
