import { UserError } from './errors.ts';
import { nameOf, readTextFile } from './files.ts';
import type { Text } from './language.ts';

/** Where the parser says that it stopped. */
const POSITION = /at position (\d+)/;
const AT_END = 'Unexpected end of JSON input';
/** What the parser quotes of the file, which may hold secrets. */
const QUOTED = /, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s;

/** The 1-based line at which the parser stopped; undefined if it does not say. */
function lineOf(text: string, why: string): number | undefined {
  const [, position] = POSITION.exec(why) ?? [];
  if (position === undefined && why !== AT_END) return undefined;
  return text.slice(0, position === undefined ? undefined : Number(position)).split('\n').length;
}

/**
 * The value of a small JSON file that a user wrote. Throws a UserError as `readTextFile` does, and one of `code` with the line
 * where the parser says it, and `hint`, for what is not JSON.
 */
export async function readJsonFile(file: string, code: string, hint: Text): Promise<unknown> {
  const text = await readTextFile(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const reason = why.replace(QUOTED, '');
    throw new UserError(
      code,
      { en: `The file is not JSON: ${reason}`, zh: `文件不是合法的 JSON：${reason}` },
      { file: nameOf(file), line: lineOf(text, why), hint },
    );
  }
}
