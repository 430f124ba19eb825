import type { FormatName } from '../../tasks/task.ts';
import { readBio } from './bio.ts';
import { readDialogueJson } from './dialogue-json.ts';
import type { FormatReader } from './format.ts';
import { readLabelsJsonl } from './labels-jsonl.ts';
import { readMentionsJsonl } from './mentions-jsonl.ts';
import { readPairTsv } from './pair-tsv.ts';
import { readQueryDocumentsJsonl } from './query-documents-jsonl.ts';
import { readTextTsv } from './text-tsv.ts';
import { readTriplesJsonl } from './triples-jsonl.ts';

export interface Format {
  readonly read: FormatReader;
  /** A split is a directory with one file an example. */
  readonly directory?: boolean;
  /** What one record looks like, for the person who brings a corpus. */
  readonly shape: string;
}

export const formats: Readonly<Record<FormatName, Format>> = {
  'mentions-jsonl': {
    read: readMentionsJsonl,
    shape: '{"text": "…", "mention_data": [{"mention": "…", "offset": "0", "type": "…"}]} a line',
  },
  bio: { read: readBio, shape: 'a character, a blank and its tag (O, B_type, I_type) a line' },
  'text-tsv': { read: readTextTsv, shape: 'label<TAB>text a line' },
  'pair-tsv': { read: readPairTsv, shape: 'label<TAB>text a<TAB>text b a line' },
  'query-documents-jsonl': {
    read: readQueryDocumentsJsonl,
    shape: '{"query": "…", "documents": [{"title": "…", "label": "0"}]} a line',
  },
  'dialogue-json': {
    read: readDialogueJson,
    directory: true,
    shape: 'one JSON file a dialogue: {"example-id", "dialogue-content": [{"speaker", "sentence", …}]}',
  },
  'labels-jsonl': { read: readLabelsJsonl, shape: '{"text": "…", "labels": ["…"]} a line' },
  'triples-jsonl': {
    read: readTriplesJsonl,
    shape: '{"text": "…", "triples": [{"subject": "…", "predicate": "…", "object": "…"}]} a line',
  },
};
