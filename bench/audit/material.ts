/** A synthetic corpus with known duplicates. */
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '../../src/ground/files.ts';
import { createRandom, type Random } from '../../src/ground/random.ts';
import { comparisonForm } from '../../src/text/normalise.ts';
import { jaccard, shinglesOf } from '../../src/text/shingles.ts';

export type Family = 'classification' | 'ner';

const LENGTH = 320;
const LABELS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const TYPES = ['dis', 'sym', 'dru'];
/** Of a hundred test records: copies of train, copies that differ in punctuation, and copies with some characters changed. */
const [IDENTICAL, FOLDED, NEAR] = [5, 10, 20];
/** Most characters that are changed: with all of them a copy is just below the similarity threshold. */
const MOST_CHANGED = 12;

/** How a test record was derived from a training record. */
export interface Planted {
  readonly id: string;
  readonly code: 'identical-across-splits' | 'folded-across-splits' | 'near-across-splits';
  /** Jaccard similarity of the trigrams. */
  readonly similarity: number;
}

interface Made {
  readonly text: string;
  readonly gold: object;
}

/** How texts are written. */
export type Writing = (random: Random, label: number) => string;

const units = Buffer.alloc(2 * LENGTH);

/** A text of `LENGTH` characters, the first of which determines the label. */
function textOf(label: number, unitAt: (index: number) => number): string {
  units.writeUInt16LE(0x8000 + label, 0);
  for (let i = 1; i < LENGTH; i++) units.writeUInt16LE(unitAt(i), 2 * i);
  return units.toString('utf16le');
}

/** Characters drawn as unevenly as those of real texts. */
export const characters: Writing = (random, label) =>
  textOf(label, () => 0x4e00 + Math.floor(random.next() ** 3 * 3000));

/** Forms with gaps of up to five characters. */
const FORMS = Array.from({ length: 40 }, (_, i) => {
  const random = createRandom(i, 'form');
  const form: number[] = [];
  while (form.length < LENGTH) {
    for (let k = random.below(30); k >= 0; k--) form.push(0x4e00 + random.below(3000));
    for (let k = random.below(5); k >= 0; k--) form.push(0);
  }
  return form;
});

/** Notes on forms: each agrees with thousands of others in most of its characters. */
export const notes: Writing = (random, label) => {
  const form = FORMS[random.below(FORMS.length)];
  return textOf(label, (i) => form[i] || 0x4e00 + random.below(600));
};

function makeRecord(number: number, family: Family, write: Writing): Made {
  const random = createRandom(number, 'record');
  const label = random.below(LABELS.length);
  const text = write(random, label);
  if (family === 'classification') return { text, gold: { label: LABELS[label] } };
  const entities = TYPES.map((type) => {
    const start = random.below(LENGTH - 8);
    return { start, end: start + 2 + random.below(6), type };
  });
  return { text, gold: { entities } };
}

/** Derives a test record from a training record. */
function plant(kind: number, made: Made, random: Random): { made: Made; code: Planted['code'] } | undefined {
  const { text, gold } = made;
  if (kind < IDENTICAL) return { made, code: 'identical-across-splits' };
  if (kind < FOLDED) return { made: { text: `${text}。`, gold }, code: 'folded-across-splits' };
  if (kind >= NEAR) return undefined;
  const units = [...text];
  for (let i = 1 + random.below(MOST_CHANGED); i > 0; i--)
    units[1 + random.below(units.length - 1)] = String.fromCharCode(0x9000 + random.below(500));
  return { made: { text: units.join(''), gold }, code: 'near-across-splits' };
}

/** Writes a task of that many records, 70 % train, 10 % dev, 20 % test; returns its task file, bytes and known twins. */
export async function writeCorpus(directory: string, records: number, family: Family, write: Writing) {
  const folder = join(directory, 'scale');
  mkdirSync(folder);
  const sizes = {
    train: Math.round(records * 0.7),
    dev: Math.round(records * 0.1),
    test: Math.round(records * 0.2),
  };
  const planted: Planted[] = [];
  let [bytes, first] = [0, 0];
  for (const [split, size] of Object.entries(sizes)) {
    const stream = createWriteStream(join(folder, `${split}.jsonl`));
    for (let i = 0; i < size; i++) {
      const twin =
        split === 'test' && i < sizes.train
          ? plant(i % 100, makeRecord(i, family, write), createRandom(i, 'changes'))
          : undefined;
      const { text, gold } = twin?.made ?? makeRecord(first + i, family, write);
      if (twin)
        planted.push({
          id: `s${i}`,
          code: twin.code,
          similarity: similarity(text, makeRecord(i, family, write).text),
        });
      const line = `${JSON.stringify({ id: `s${i}`, text, ...gold })}\n`;
      bytes += Buffer.byteLength(line);
      if (!stream.write(line)) await once(stream, 'drain');
    }
    first += size;
    stream.end();
    await once(stream, 'finish');
  }
  const files = { train: 'train.jsonl', dev: 'dev.jsonl', test: 'test.jsonl' };
  const task = join(directory, 'scale.json');
  const corpus = { folder: 'scale', format: 'jsonl', files };
  const labels = family === 'ner' ? TYPES : LABELS;
  await writeJson(task, { id: 'scale', family, title: 'scale', labels, corpus });
  return { task, bytes, planted };
}

const similarity = (a: string, b: string): number =>
  jaccard(shinglesOf(comparisonForm(a), 3), shinglesOf(comparisonForm(b), 3));
