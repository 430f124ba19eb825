import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, MAX_LINE_BYTES } from '../../ground/files.ts';
import type { Example, Symptom, SymptomMention, SymptomStatus, Turn } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import { codePoints } from './code-points.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import {
  createIds,
  expectArray,
  expectObject,
  expectString,
  parseObject,
  type ValuePlace,
} from './records.ts';

export { combine };

const STATUS: Readonly<Record<string, SymptomStatus>> = { '1': 'true', '2': 'false', '3': 'uncertain' };

/** The names of all `.json` files of a directory, in the order of their numbers (`dev_2` before `dev_10`). */
export async function listDialogues(directory: string): Promise<string[]> {
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  } catch (error) {
    throw explainFileError(error, directory);
  }
  const number = (name: string): number => Number(/(\d+)\.json$/.exec(name)?.[1] ?? -1);
  return names.sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1));
}

/**
 * CMDD: a directory with one JSON file a dialogue, `{"example-id", "dialogue-content": [{"speaker",
 * "sentence", "label", "normalized", "type"}]}`. `label` has one letter (B, I, O) a character, `normalized`
 * the standard name of every symptom of the sentence in order, `type` its status (1 true, 2 false, 3
 * uncertain).
 *
 * Mentions: a B begins one, an I continues it, an I with nothing to continue begins one. Names and
 * statuses go to the mentions in order where the counts agree: with all mentions, else with those that
 * begin with B. Where neither agrees the mentions stay without name (`symptoms-misaligned`), but the
 * sentence's names and statuses still count for the dialogue, which needs no spans. Where names and
 * statuses differ in number no pair is known: the names stay on the mentions, nothing counts for the
 * dialogue (`statuses-misaligned`).
 *
 * A dialogue's symptoms are a set of (name, status), one status a name. Where mentions of one name
 * disagree, true beats false beats uncertain: "uncertain" marks general talk and open questions, which
 * settle nothing, and a symptom that was present at any time belongs to this illness even when it is
 * gone later ("now he has no fever"). Unlike "the last mention wins", the rule does not depend on who
 * spoke last. Of the 8 822 names of train 11 % disagree, mostly true with uncertain. Symptoms come in the
 * order of first mention.
 */
export const readDialogueJson: FormatReader = async ({ path, name }): Promise<Reading<'dialogue'>> => {
  const nextId = createIds(path);
  const examples: Example<'dialogue'>[] = [];
  const notices: Notice[] = [];
  for (const fileName of await listDialogues(path)) {
    const file = join(path, fileName);
    const value = parseObject(await readText(file), file);
    let id = fileName;
    try {
      id = nextId(value['example-id']);
    } catch (error) {
      throw error instanceof UserError
        ? new UserError(error.code, error.message, {
            ...error.place,
            file,
            field: 'example-id',
            hint: error.hint,
          })
        : error;
    }
    const content = expectArray(value['dialogue-content'], { file, id, field: 'dialogue-content' });
    const turns: Turn[] = [];
    const entities: SymptomMention[] = [];
    const symptoms = new Map<string, SymptomStatus>();
    for (const [turn, item] of content.entries()) {
      const sentence = readSentence(item, turn, { file, id }, (code, message) => {
        notices.push({ code, message: `Sentence ${turn}: ${message}`, file: `${name}/${fileName}`, id });
      });
      turns.push(sentence.turn);
      entities.push(...sentence.mentions);
      for (const { name, status } of sentence.symptoms)
        symptoms.set(name, combine(symptoms.get(name), status));
    }
    const gold = { symptoms: [...symptoms].map(([name, status]) => ({ name, status })), entities };
    examples.push({ id, input: { turns }, gold });
  }
  return { examples, notices };
};

interface Sentence {
  readonly turn: Turn;
  readonly mentions: readonly SymptomMention[];
  readonly symptoms: readonly Symptom[];
}

function readSentence(
  item: unknown,
  turn: number,
  place: { file: string; id: string },
  notice: (code: string, message: string) => void,
): Sentence {
  const at = (field: string) => ({ ...place, field: `dialogue-content[${turn}]${field}` });
  const record = expectObject(item, at(''));
  const text = expectString(record.sentence, at('.sentence'));
  const speaker = expectString(record.speaker, at('.speaker'));
  const names = expectArray(record.normalized, at('.normalized')).map((value, i) =>
    expectString(value, at(`.normalized[${i}]`)),
  );
  const statuses = expectArray(record.type, at('.type')).map((value, i) => {
    const status = STATUS[String(value)];
    if (status) return status;
    throw new UserError('unknown-label', `${JSON.stringify(value)} is no status`, {
      ...at(`.type[${i}]`),
      hint: 'Write "1" (true), "2" (false) or "3" (uncertain).',
    });
  });
  const runs = decodeLabel(expectString(record.label, at('.label')), text, at('.label'));
  const named = namedRuns(runs, names.length);
  if (!named) notice('symptoms-misaligned', `${runs.length} mentions but ${names.length} names`);
  const paired = names.length === statuses.length;
  if (!paired) notice('statuses-misaligned', `${names.length} names but ${statuses.length} statuses`);
  const mentions = runs.map((run): SymptomMention => {
    const { start, end } = run;
    const i = named?.indexOf(run) ?? -1;
    if (i < 0) return { turn, start, end };
    return { turn, start, end, name: names[i], ...(paired ? { status: statuses[i] } : {}) };
  });
  const symptoms = paired ? names.map((name, i) => ({ name, status: statuses[i] })) : [];
  return { turn: { speaker, text }, mentions, symptoms };
}

/** A mention as its letters give it; `orphan`: it begins with an I. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly orphan: boolean;
}

/** The runs that names belong to, one each, or undefined where the counts agree in neither way. */
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
      `The label has ${label.length} letters, the sentence ${points.length} characters`,
      { ...place, hint: 'Give every character of the sentence one of the letters B, I and O.' },
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

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_LINE_BYTES) {
      throw new UserError('file-too-long', `The dialogue is larger than ${MAX_LINE_BYTES >> 20} MiB`, {
        file,
        hint: 'Write one dialogue a file.',
      });
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof TypeError) {
      const hint = 'Convert it, e.g. `iconv -f GB18030 -t UTF-8 FILE`.';
      throw new UserError('not-utf8', 'The file is not UTF-8', { file, hint });
    }
    throw explainFileError(error, file);
  }
}
