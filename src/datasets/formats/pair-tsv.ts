import type { Example } from '../../tasks/examples.ts';
import { readColumns } from './columns.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import { linkTexts } from './linked-texts.ts';
import { createLabelCheck } from './records.ts';

const QUOTED = /^"((?:[^"]|"")*)"$/s;

/**
 * The text inside a field that is quoted by the rules of CSV (RFC 4180): quotes around the whole of it
 * and every quote inside doubled. Anything else comes back as it is, so `"甲"和"乙"` keeps its quotes.
 */
export function unquote(field: string): string {
  const inside = field.length > 1 && field[0] === '"' ? QUOTED.exec(field)?.[1] : undefined;
  return inside === undefined ? field : inside.replaceAll('""', '"');
}

/**
 * `label<TAB>text a<TAB>text b`, one pair a line (cMedQQ, cMedQA, cMedQNLI). Nothing is trimmed; wholly
 * quoted fields, as some of cMedQA's are, are unquoted and counted in one notice a file.
 *
 * The unit of a pair is its first text (the question, of which cMedQA has several answers; the premise),
 * or, where the task says `linked-texts`, everything that shares a text with it: see `linkTexts`.
 */
export const readPairTsv: FormatReader = async (
  { path, name },
  task,
): Promise<Reading<'similarity' | 'inference'>> => {
  const check = createLabelCheck(task);
  const examples: Example<'similarity'>[] = [];
  const notices: Notice[] = [];
  let unquoted = 0;
  for await (const { cells, line } of readColumns(path, ['label', 'text a', 'text b'])) {
    const id = String(examples.length);
    const label = check(cells[0], { file: path, line, id, field: 'label' });
    const [textA, textB] = [unquote(cells[1]), unquote(cells[2])];
    unquoted += Number(textA !== cells[1]) + Number(textB !== cells[2]);
    if (textA === '' || textB === '') {
      notices.push({ code: 'empty-text', message: 'A text of the pair is empty', file: name, line, id });
    }
    examples.push({ id, group: textA, input: { textA, textB }, gold: { label } });
  }
  if (unquoted > 0) {
    const message = `${unquoted} fields stood wholly in double quotes and were unquoted`;
    notices.push({ code: 'unquoted-fields', message, count: unquoted, file: name });
  }
  if (task.corpus.unit !== 'linked-texts') return { examples, notices };
  const groups = linkTexts(examples.map(({ input }) => [input.textA, input.textB]));
  return { examples: examples.map((example, i) => ({ ...example, group: groups[i] })), notices };
};
