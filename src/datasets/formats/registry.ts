import { UserError } from '../../ground/errors.ts';
import { didYouMean } from '../../ground/nearest.ts';
import { bio } from './bio.ts';
import { cdee } from './cblue/cdee.ts';
import { cdn } from './cblue/cdn.ts';
import { cmedcausal } from './cblue/cmedcausal.ts';
import { cmeee } from './cblue/cmeee.ts';
import { cmeie } from './cblue/cmeie.ts';
import { imcsActs } from './cblue/imcs-acts.ts';
import { imcsNer } from './cblue/imcs-ner.ts';
import { imcsReport } from './cblue/imcs-report.ts';
import { imcsSymptoms } from './cblue/imcs-symptoms.ts';
import { cblueLabels } from './cblue/labels.ts';
import { mdcfnpc } from './cblue/mdcfnpc.ts';
import { meddg } from './cblue/meddg.ts';
import { text2dt } from './cblue/text2dt.ts';
import { ccksJsonl } from './ccks-jsonl.ts';
import { ccks2017, ccks2018 } from './ccks-pairs.ts';
import { diakg, diakgRelations } from './diakg.ts';
import { dialogueJson } from './dialogue-json.ts';
import type { Format } from './format.ts';
import { jsonl } from './jsonl.ts';
import { labelsJsonl } from './labels-jsonl.ts';
import { mentionsJsonl } from './mentions-jsonl.ts';
import { pairTsv } from './pair-tsv.ts';
import { promptcblue } from './promptcblue/promptcblue.ts';
import { queryDocumentsJsonl } from './query-documents-jsonl.ts';
import { textTsv } from './text-tsv.ts';
import { triplesJsonl } from './triples-jsonl.ts';

/** Every file format by the name that tasks give it: adding one is adding a file and a line here. */
export const formats: Readonly<Record<string, Format>> = {
  'mentions-jsonl': mentionsJsonl,
  bio,
  'text-tsv': textTsv,
  'pair-tsv': pairTsv,
  'query-documents-jsonl': queryDocumentsJsonl,
  'dialogue-json': dialogueJson,
  'labels-jsonl': labelsJsonl,
  'triples-jsonl': triplesJsonl,
  jsonl,
  'ccks-jsonl': ccksJsonl,
  ccks2017,
  ccks2018,
  diakg,
  'diakg-relations': diakgRelations,
  cmeee,
  cmeie,
  'cblue-labels': cblueLabels,
  'imcs-ner': imcsNer,
  'imcs-acts': imcsActs,
  'imcs-symptoms': imcsSymptoms,
  'imcs-report': imcsReport,
  cdn,
  cdee,
  cmedcausal,
  mdcfnpc,
  meddg,
  text2dt,
  promptcblue,
};

/** The format of that name. Throws a UserError `unknown-format` with the nearest name; `place` is where the name stands. */
export function findFormat(
  name: string,
  place: { readonly file?: string; readonly field?: string } = {},
): Format {
  if (Object.hasOwn(formats, name)) return formats[name];
  const known = Object.keys(formats);
  const guess = didYouMean(name, known);
  throw new UserError(
    'unknown-format',
    { en: `There is no format "${name}"`, zh: `没有格式“${name}”` },
    {
      ...place,
      hint: {
        en: `${guess.en}Formats: ${known.join(', ')}.`,
        zh: `${guess.zh}可用格式：${known.join('、')}。`,
      },
    },
  );
}
