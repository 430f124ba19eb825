import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, readTextFile } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { isSystemFile } from '../system-files.ts';
import { codePoints } from './code-points.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';
import {
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  parseObject,
  show,
  type ValuePlace,
} from './records.ts';

const STATUS: ReadonlyMap<string, SymptomStatus> = new Map([
  ['1', 'true'],
  ['2', 'false'],
  ['3', 'uncertain'],
]);

/** The names of all `.json` files of a directory, in the order of their numbers (`dev_2` before `dev_10`). */
export async function listDialogues(directory: string): Promise<string[]> {
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => name.endsWith('.json') && !isSystemFile(name));
  } catch (error) {
    throw explainFileError(error, directory);
  }
  const number = (name: string): number => Number(/(\d+)\.json$/.exec(name)?.[1] ?? -1);
  return names.sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1));
}

/**
 * CMDD: a directory with one JSON file for each dialogue, `{"example-id", "dialogue-content": [{"speaker",
 * "sentence", "label", "normalized", "type"}]}`. `label` has one letter (B, I, O) for each character, `normalized`
 * the standard name of every symptom of the sentence in order, `type` its status (1 true, 2 false, 3
 * uncertain). A dialogue whose sentences have none of the three has no gold.
 *
 * Mentions: a B begins one, an I continues it, an I with nothing to continue begins one. Names and
 * statuses go to the mentions in order where the counts agree: with all mentions, else with those that
 * begin with B. Where neither agrees the mentions stay without name (`symptoms-misaligned`), but the
 * sentence's names and statuses still count for the dialogue, which needs no spans. Where names and
 * statuses differ in number no pair is known: the names stay on the mentions, nothing counts for the
 * dialogue (`statuses-misaligned`).
 *
 * A dialogue's symptoms are a set of (name, status), one status for each name. Where mentions of one name
 * disagree, true beats false beats uncertain: "uncertain" marks general talk and open questions, which
 * settle nothing, and a symptom that was present at any time belongs to this illness even when it is
 * gone later ("now he has no fever"). Unlike "the last mention wins", the rule does not depend on who
 * spoke last. Of the 8 822 names of train 11 % disagree, mostly true with uncertain. Symptoms come in the
 * order of first mention.
 */
export const dialogueJson: Format = {
  families: ['dialogue'],
  list: listDialogues,
  shape: {
    en: 'one JSON file for each dialogue: {"example-id", "dialogue-content": [{"speaker", "sentence", …}]}',
    zh: '每段对话一个 JSON 文件：{"example-id", "dialogue-content": [{"speaker", "sentence", …}]}',
  },
  async *read(directory) {
    for (const name of await listDialogues(directory)) yield [await readDialogue(join(directory, name))];
  },
};

async function readDialogue(file: string): Promise<SourceRecord> {
  const value = parseObject(await readTextFile(file), file);
  const content = expectArray(value['dialogue-content'], { file, field: 'dialogue-content' }).map(
    (item, turn): PlainRecord => expectObject(item, { file, field: `dialogue-content[${turn}]` }),
  );
  const id = typeof value['example-id'] === 'string' ? value['example-id'] : undefined;
  const turns = content.map(({ speaker, sentence }) => ({ speaker, text: sentence }));
  const record = { id: value['example-id'], turns };
  const hasGold =
    content.length === 0 || content.some((item) => GOLD.some((field) => !isAbsent(item[field])));
  if (!hasGold) return { value: record, file, origin };
  const notices: RecordNotice[] = [];
  const entities: SymptomMention[] = [];
  const symptoms = new Map<string, SymptomStatus>();
  for (const [turn, item] of content.entries()) {
    const sentence = readSentence(item, turn, { file, id }, (code, { en, zh }) => {
      notices.push({ code, message: { en: `Sentence ${turn}: ${en}`, zh: `第 ${turn} 句：${zh}` } });
    });
    entities.push(...sentence.mentions);
    for (const { name, status } of sentence.symptoms) symptoms.set(name, combine(symptoms.get(name), status));
  }
  const gold = { symptoms: [...symptoms].map(([name, status]) => ({ name, status })), entities };
  return { value: { ...record, ...gold }, file, notices, origin };
}

/** The fields of a sentence that hold gold. */
const GOLD = ['label', 'normalized', 'type'] as const;

const origin = (field: string) => ({
  field: field
    .replace(/^id$/, 'example-id')
    .replace(/^symptoms$/, 'dialogue-content[0].label')
    .replace(/^turns(\[\d+\])?/, 'dialogue-content$1')
    .replace(/\.text$/, '.sentence'),
});

interface Sentence {
  readonly mentions: readonly SymptomMention[];
  readonly symptoms: readonly Symptom[];
}

function readSentence(
  record: PlainRecord,
  turn: number,
  place: { readonly file: string; readonly id?: string },
  notice: (code: string, message: Text) => void,
): Sentence {
  const at = (field: string) => ({ ...place, field: `dialogue-content[${turn}]${field}` });
  const text = expectString(record.sentence, at('.sentence'));
  const names = expectArray(record.normalized, at('.normalized')).map((value, i) =>
    expectString(value, at(`.normalized[${i}]`)),
  );
  const statuses = expectArray(record.type, at('.type')).map((value, i) =>
    readStatus(value, at(`.type[${i}]`)),
  );
  const runs = decodeLabel(expectString(record.label, at('.label')), text, at('.label'));
  const named = namedRuns(runs, names.length);
  if (!named) {
    const [mentions, given] = [runs.length, names.length];
    const message = {
      en: `${counted(mentions, 'mention')} but ${counted(given, 'name')}`,
      zh: `${mentions} 处提及，${given} 个症状名`,
    };
    notice('symptoms-misaligned', message);
  }
  const paired = names.length === statuses.length;
  if (!paired) {
    const [given, held] = [names.length, statuses.length];
    const message = {
      en: `${counted(given, 'name')} but ${counted(held, 'status', 'statuses')}`,
      zh: `${given} 个症状名，${held} 个状态`,
    };
    notice('statuses-misaligned', message);
  }
  const mentions = runs.map((run): SymptomMention => {
    const { start, end } = run;
    const i = named?.indexOf(run) ?? -1;
    if (i < 0) return { turn, start, end };
    return { turn, start, end, name: names[i], ...(paired ? { status: statuses[i] } : {}) };
  });
  const symptoms = paired ? names.map((name, i) => ({ name, status: statuses[i] })) : [];
  return { mentions, symptoms };
}

function readStatus(value: unknown, place: ValuePlace): SymptomStatus {
  const status = STATUS.get(String(value));
  if (status) return status;
  throw new UserError(
    'unknown-label',
    { en: `${show(value)} is not a status`, zh: `${show(value)} 不是状态` },
    {
      ...place,
      hint: {
        en: 'Write "1" (true), "2" (false) or "3" (uncertain).',
        zh: '写 "1"（有）、"2"（无）或 "3"（不确定）。',
      },
    },
  );
}

/** A mention as its letters give it; `orphan`: it begins with an I. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly orphan: boolean;
}

/** The runs that names belong to, one each, or undefined if the counts agree in neither way. */
function namedRuns(runs: readonly Run[], names: number): readonly Run[] | undefined {
  if (runs.length === names) return runs;
  const begun = runs.filter((run) => !run.orphan);
  return begun.length === names ? begun : undefined;
}

function decodeLabel(label: string, text: string, place: ValuePlace): Run[] {
  const points = codePoints(text);
  if (label.length !== points.length || !/^[BIO]*$/.test(label)) {
    throw new UserError(
      'bad-bio',
      {
        en: `The label has ${counted(label.length, 'letter')}, the sentence ${counted(points.length, 'character')}`,
        zh: `标签有 ${label.length} 个字母，句子有 ${points.length} 个字符`,
      },
      {
        ...place,
        hint: {
          en: 'Give every character of the sentence one of the letters B, I and O.',
          zh: '句子的每个字符对应 B、I、O 之一。',
        },
      },
    );
  }
  const runs: Run[] = [];
  for (let i = 0; i < label.length; ) {
    let end = i + 1;
    if (label[i] !== 'O') {
      while (label[end] === 'I') end++;
      runs.push({ start: points.toUnits(i), end: points.toUnits(end), orphan: label[i] === 'I' });
    }
    i = end;
  }
  return runs;
}
