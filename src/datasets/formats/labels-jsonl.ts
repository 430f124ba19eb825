import type { Example } from '../../tasks/examples.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import { createIds, createLabelCheck, expectArray, expectString, readJsonRecords } from './records.ts';

/** `{"id"?, "text", "labels": […]}` a line: multilabel documents. A label given twice counts once, with a notice. */
export const readLabelsJsonl: FormatReader = async (
  { path: file, name },
  task,
): Promise<Reading<'multilabel'>> => {
  const check = createLabelCheck(task);
  const nextId = createIds(file);
  const examples: Example<'multilabel'>[] = [];
  const notices: Notice[] = [];
  for await (const { value, line } of readJsonRecords(file)) {
    const id = nextId(value.id, line);
    const text = expectString(value.text, { file, line, id, field: 'text' });
    const given = expectArray(value.labels, { file, line, id, field: 'labels' });
    const labels = new Set<string>();
    for (const [i, label] of given.entries()) {
      const place = { file, line, id, field: `labels[${i}]` };
      labels.add(check(expectString(label, place), place));
    }
    if (labels.size < given.length) {
      notices.push({ code: 'duplicate-label', message: 'A label is given twice', file: name, line, id });
    }
    examples.push({ id, input: { text }, gold: { labels: [...labels] } });
  }
  return { examples, notices };
};
