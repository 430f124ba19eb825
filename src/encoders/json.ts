import { UserError } from '../ground/errors.ts';

/** The object in the text of a JSON file; one without fields for anything else. Throws a UserError (`not-json`). */
export function parseJson(text: string, file?: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'not-json',
      { en: `The file is not JSON: ${why}`, zh: `文件不是有效的 JSON：${why}` },
      { file },
    );
  }
  return typeof value === 'object' && value !== null ? value : {};
}
