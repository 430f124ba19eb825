import { UserError } from '../../../ground/errors.ts';
import { readJsonBatches } from '../../../ground/json-values.ts';
import { didYouMean } from '../../../ground/nearest.ts';
import { PROMPT_DATASETS, promptDataset } from '../../../tasks/promptcblue/datasets.ts';
import type { Format, SourceRecord } from '../format.ts';
import { expectString, isAbsent, type JsonRecord, parseObject } from '../records.ts';

const FIELDS: Readonly<Record<string, string>> = {
  id: 'sample_id',
  prompt: 'input',
  choices: 'answer_choices',
};

/**
 * PromptCBLUE as it is: `{"input", "target", "answer_choices", "task_dataset", "sample_id"}` on each line. Of the tasks that one
 * file holds, that of `part` is read. A file in which no target of the part is filled has no gold.
 */
export const promptcblue: Format = {
  families: ['instruction'],
  shape: {
    en: '{"input": "…", "target": "…", "answer_choices": ["…"], "task_dataset": "CMeEE-V2", "sample_id": "…"} on each line',
    zh: '每行 {"input": "…", "target": "…", "answer_choices": ["…"], "task_dataset": "CMeEE-V2", "sample_id": "…"}',
  },
  async *read(path, { part }) {
    let withGold = false;
    for await (const records of recordsOf(path, part))
      withGold ||= records.some(({ value }) => !isAbsent(value.target) && value.target !== '');
    for await (const records of recordsOf(path, part))
      yield records.map((record) => readRecord(record, path, withGold));
  },
};

/** The records of a part, or all of them. */
async function* recordsOf(path: string, part: string | undefined): AsyncGenerator<JsonRecord[]> {
  // CMeIE and CMeIE-V2 are one part
  const sought = part && `"${part.replace(/-V2$/, '')}`;
  for await (const batch of readJsonBatches(path)) {
    const records: JsonRecord[] = [];
    for (const { text, line } of batch) {
      // most lines are of other tasks: they are not parsed
      if (sought !== undefined && !text.includes(sought)) continue;
      const value = parseObject(text, path, line);
      const { name } = datasetOf({ value, line }, path);
      if (part === undefined || name === part) records.push({ value, line });
    }
    yield records;
  }
}

function datasetOf({ value, line }: JsonRecord, file: string) {
  const place = { file, line, field: 'task_dataset' };
  const name = expectString(value.task_dataset, place);
  const found = promptDataset(name);
  if (found) return found;
  const known = Object.keys(PROMPT_DATASETS);
  const close = didYouMean(name, known);
  throw new UserError(
    'unknown-part',
    { en: `PromptCBLUE has no task "${name}"`, zh: `PromptCBLUE 没有任务“${name}”` },
    {
      ...place,
      hint: { en: `${close.en}Known: ${known.join(', ')}.`, zh: `${close.zh}可用：${known.join('、')}。` },
    },
  );
}

function readRecord(record: JsonRecord, file: string, withGold: boolean): SourceRecord {
  const { value, line } = record;
  const { form } = datasetOf(record, file);
  const { sample_id: id, input: prompt, answer_choices: choices, target } = value;
  return {
    value: { id, prompt, form, choices, ...(withGold && { target }) },
    line,
    origin: (field) => ({ field: field.replace(/^[a-z]+/, (name) => FIELDS[name] ?? name) }),
  };
}
