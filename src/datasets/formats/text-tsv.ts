import type { Example } from '../../tasks/examples.ts';
import { readColumns } from './columns.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import { createLabelCheck } from './records.ts';

/**
 * `label<TAB>text`, one example a line (cMedIC, cMedTC). The text is kept to the letter: blanks at its
 * ends, HTML entities and quotes included; only the line end (`\n` or `\r\n`) is not part of it.
 */
export const readTextTsv: FormatReader = async ({ path, name }, task): Promise<Reading<'classification'>> => {
  const check = createLabelCheck(task);
  const examples: Example<'classification'>[] = [];
  const notices: Notice[] = [];
  for await (const { cells, line } of readColumns(path, ['label', 'text'])) {
    const id = String(examples.length);
    const label = check(cells[0], { file: path, line, id, field: 'label' });
    if (cells[1] === '')
      notices.push({ code: 'empty-text', message: 'The text is empty', file: name, line, id });
    examples.push({ id, input: { text: cells[1] }, gold: { label } });
  }
  return { examples, notices };
};
