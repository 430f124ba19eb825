import { join } from 'node:path';
import type { Task } from '../../../tasks/task.ts';
import { pointsOfUnits } from '../../formats/code-points.ts';
import type { ExportFormat, ExportGold, ExportRecord, GoldField } from '../export-format.ts';
import { firstOf, halfCharacter, severalParts, unreadable } from '../obstacles.ts';
import { writeLines } from '../write-lines.ts';

/** Names of the controls, which `labeling.xml` declares. */
const [SPAN_CONTROL, CLASS_CONTROL, TEXT] = ['label', 'class', 'text'];

/** Label Studio's JSON, one list of tasks with their annotations for each split, and the labelling interface. */
export const labelStudio: ExportFormat = {
  title: { en: 'Label Studio', zh: 'Label Studio' },
  families: ['ner', 'relation', 'classification', 'multilabel'],
  loses: () => [],
  holdsUnlabelled: true,
  holdsPredictions: true,
  obstacle: firstOf(unreadable, severalParts, halfCharacter),
  write: ({ name, folder, facts, records }) =>
    writeLines(
      join(folder, `${name}.json`),
      records(),
      (record, i) => JSON.stringify(taskOf(record)) + (i < facts.count - 1 ? ',' : ''),
      { before: '[', after: ']' },
    ),
  setup: ({ goldField, task }) => ['labeling.xml', interfaceOf(goldField, task.labels)],
};

const taskOf = ({ id, group, texts: [text], gold, predicted }: ExportRecord): object => ({
  id,
  data: { text, group },
  annotations: gold ? [{ id: 1, was_cancelled: false, result: resultsOf(gold, text) }] : [],
  predictions: predicted
    ? [{ model_version: predicted.model, score: predicted.score, result: resultsOf(predicted, text) }]
    : [],
});

function resultsOf({ labels, spans, relations }: ExportGold, text: string): object[] {
  const toPoints = pointsOfUnits(text);
  const place = { to_name: TEXT };
  const classes = labels.length === 0 ? [] : [{ choices: labels }];
  return [
    ...classes.map((value) => ({ id: 'c1', from_name: CLASS_CONTROL, ...place, type: 'choices', value })),
    ...spans.map(({ start, end, type }, i) => ({
      ...{ id: `r${i + 1}`, from_name: SPAN_CONTROL, ...place, type: 'labels' },
      value: {
        ...{ start: toPoints(start), end: toPoints(end) },
        ...{ text: text.slice(start, end), labels: [type] },
      },
    })),
    ...relations.map(({ type, from, to }) => ({
      ...{ type: 'relation', from_id: `r${from + 1}`, to_id: `r${to + 1}`, direction: 'right' },
      labels: [type],
    })),
  ];
}

const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const quoted = (value: string): string => `"${value.replace(/[&<>"]/g, (sign) => MARKUP[sign])}"`;

function interfaceOf(goldField: GoldField, labels: Task['labels']): string {
  const list = (element: string): string[] => labels.map(({ id }) => `    <${element} value=${quoted(id)}/>`);
  const controls =
    goldField === 'entities'
      ? [`  <Labels name="${SPAN_CONTROL}" toName="${TEXT}">`, ...list('Label'), '  </Labels>']
      : goldField === 'triples'
        ? [
            ...['  <Relations>', ...list('Relation'), '  </Relations>'],
            `  <Labels name="${SPAN_CONTROL}" toName="${TEXT}"/>`,
          ]
        : [
            `  <Choices name="${CLASS_CONTROL}" toName="${TEXT}" choice="${goldField === 'labels' ? 'multiple' : 'single'}">`,
            ...[...list('Choice'), '  </Choices>'],
          ];
  return ['<View>', `  <Text name="${TEXT}" value="$text"/>`, ...controls, '</View>', ''].join('\n');
}
