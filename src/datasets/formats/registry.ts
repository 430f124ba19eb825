import type { FormatName } from '../../tasks/task.ts';
import { bio } from './bio.ts';
import { dialogueJson } from './dialogue-json.ts';
import type { Format } from './format.ts';
import { jsonl } from './jsonl.ts';
import { labelsJsonl } from './labels-jsonl.ts';
import { mentionsJsonl } from './mentions-jsonl.ts';
import { pairTsv } from './pair-tsv.ts';
import { queryDocumentsJsonl } from './query-documents-jsonl.ts';
import { textTsv } from './text-tsv.ts';
import { triplesJsonl } from './triples-jsonl.ts';

/** Every file format by the name that tasks give it. */
export const formats: Readonly<Record<FormatName, Format>> = {
  'mentions-jsonl': mentionsJsonl,
  bio,
  'text-tsv': textTsv,
  'pair-tsv': pairTsv,
  'query-documents-jsonl': queryDocumentsJsonl,
  'dialogue-json': dialogueJson,
  'labels-jsonl': labelsJsonl,
  'triples-jsonl': triplesJsonl,
  jsonl,
};
