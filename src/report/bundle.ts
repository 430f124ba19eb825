import { deflateRawSync } from 'node:zlib';
import type { ParsedConversation } from '../evaluation/conversations.ts';
import type { Text } from '../ground/language.ts';
import type { Element, Side } from '../tasks/families/view.ts';
import type { TaskAnalysis } from './analysis.ts';
import { KINDS, SHAPES } from './error-kinds.ts';

/** Examples in one chunk: small enough to unpack in a few milliseconds. */
const CHUNK = 128;
/** Counts of errors saturate here where examples are sorted by them. */
const MOST_ERRORS = 255;

/** What the browser needs before it shows anything; the rest is unpacked when it comes into view. */
export interface BundleIndex {
  readonly examples: number;
  readonly chunk: number;
  readonly runs: readonly { readonly name: string; readonly id: string }[];
  readonly kinds: readonly { readonly id: string; readonly title: Text; readonly shape: boolean }[];
  readonly labels: readonly string[];
  /** Examples can be filtered by this many of the labels, the first ones: those that the report has figures of. */
  readonly filterable: number;
  /** A packed Uint32Array a run: the kinds of error of every example as bits. */
  readonly masks: readonly string[];
  /** A packed Uint8Array a run: errors of every example, at most 255. */
  readonly counts: readonly string[];
  /** A packed Uint32Array, `examples × ceil(filterable / 32)`: labels in gold or any answer. */
  readonly has: string;
  /** Whether answers are drawn over the text, so that a legend is needed. */
  readonly spans: boolean;
  readonly ranks: boolean;
}

/** An element as [label, surface] or [label, block, start, end]. */
type PackedElement = readonly [number, string] | readonly [number, number, number, number];

interface PackedSide {
  readonly e: readonly PackedElement[];
  readonly m?: readonly PackedElement[];
  readonly v?: readonly number[];
}

/** A packed example: id, group, [speaker, text] blocks, gold, and the answer of every run. */
type PackedExample = readonly [
  string,
  string | 0,
  readonly (readonly [string, string])[],
  PackedSide,
  readonly PackedRun[],
];

type PackedRun =
  | readonly [PackedSide | 0, readonly PackedError[]]
  | readonly [PackedSide | 0, readonly PackedError[], PackedConversation];
type PackedError = readonly [kinds: number, gold: number, answer: number];
/** The questions, the replies with their reasoning, and how they were read. */
type PackedConversation = readonly [
  asked: readonly (readonly [role: string, content: string])[],
  answers: readonly (readonly [text: string, thought: string])[],
  reading: string,
];

/** Numbers labels in the order of first appearance. */
type LabelNumbers = Map<string, number>;

function numberOf(labels: LabelNumbers, label: string): number {
  const known = labels.get(label);
  if (known !== undefined) return known;
  labels.set(label, labels.size);
  return labels.size - 1;
}

/** The examples of a task for the browser of errors: an index, and packed chunks of examples. */
export function bundle(task: TaskAnalysis): { index: BundleIndex; chunks: Iterable<string> } {
  const labels: LabelNumbers = new Map();
  for (const { classes } of task.runs) for (const { label } of classes) numberOf(labels, label);
  const filterable = labels.size;
  const has = labelBits(task, labels, filterable);
  const index = { ...indexOf(task, labels, has), filterable };
  return { index, chunks: packAll(index.examples, (i) => packExample(task, labels, i)) };
}

/**
 * Which of the filterable labels occur in gold or any answer of every example: `examples × ceil(filterable / 32)`. Numbers the
 * others too: the index lists all.
 */
function labelBits({ shown, runs }: TaskAnalysis, labels: LabelNumbers, filterable: number): Uint32Array {
  const words = Math.max(1, Math.ceil(filterable / 32));
  const has = new Uint32Array(shown.gold.length * words);
  shown.gold.forEach((gold, i) => {
    for (const { elements, marks = [] } of [gold, ...runs.flatMap(({ answers }) => answers.sides[i] ?? [])]) {
      for (const { label } of elements) {
        const at = numberOf(labels, label);
        if (at < filterable) has[i * words + (at >> 5)] |= 1 << (at & 31);
      }
      for (const { label } of marks) numberOf(labels, label);
    }
  });
  return has;
}

function indexOf(
  { shown, runs }: TaskAnalysis,
  labels: LabelNumbers,
  has: Uint32Array,
): Omit<BundleIndex, 'filterable'> {
  const masks = runs.map(({ answers }) =>
    Uint32Array.from(answers.errors, (list) => list.reduce((bits, { kinds }) => bits | kinds, 0)),
  );
  const counts = runs.map(({ answers }) =>
    Uint8Array.from(answers.errors, (list) => Math.min(MOST_ERRORS, list.length)),
  );
  return {
    examples: shown.gold.length,
    chunk: CHUNK,
    runs: runs.map(({ run }) => ({ name: nameOf(run.record), id: run.record.id })),
    kinds: KINDS.map(({ id, title }, i) => ({ id, title, shape: i < SHAPES })),
    labels: [...labels.keys()],
    masks: masks.map(pack),
    counts: counts.map(pack),
    has: pack(has),
    spans: shown.gold.some(({ elements, marks }) => [...elements, ...(marks ?? [])].some(({ span }) => span)),
    ranks: shown.gold.some(({ values }) => values),
  };
}

function packExample({ shown, runs }: TaskAnalysis, labels: LabelNumbers, i: number): PackedExample {
  const { id, group = 0 } = runs[0].run.examples[i];
  return [
    id,
    group,
    shown.blocks[i].map(({ who, text }) => [who ?? '', text]),
    packSide(shown.gold[i], labels),
    runs.map(({ answers, said }): PackedRun => {
      const side = answers.sides[i];
      const packed = side ? packSide(side, labels) : 0;
      const errors = answers.errors[i].map(
        ({ kinds, gold = -1, answer = -1 }): PackedError => [kinds, gold, answer],
      );
      const words = said?.[i];
      return words ? [packed, errors, packConversation(words)] : [packed, errors];
    }),
  ];
}

function packConversation({ asked, answers, answer }: ParsedConversation): PackedConversation {
  const reading =
    answer.status === 'answered' ? '' : [answer.status, answer.reason].filter(Boolean).join(': ');
  return [
    asked.map(({ role, content }) => [role, content]),
    answers.map(({ text, thought = '' }) => [text, thought]),
    reading,
  ];
}

function packSide({ elements, marks, values }: Side, labels: LabelNumbers): PackedSide {
  const packElement = ({ label, surface, span }: Element): PackedElement =>
    span ? [numberOf(labels, label), span.block, span.start, span.end] : [numberOf(labels, label), surface];
  return {
    e: elements.map(packElement),
    ...(marks && { m: marks.map(packElement) }),
    ...(values && { v: values }),
  };
}

const nameOf = ({ model, seed }: TaskAnalysis['runs'][number]['run']['record']): string =>
  `${model.name} #${seed}`;

function* packAll(count: number, example: (index: number) => PackedExample): Generator<string> {
  for (let from = 0; from < count; from += CHUNK) {
    const part = Array.from({ length: Math.min(CHUNK, count - from) }, (_, i) => example(from + i));
    yield pack(Buffer.from(JSON.stringify(part)));
  }
}

/** Raw deflate in base64: nothing in it can end a script element. */
function pack(bytes: Uint8Array | Uint32Array): string {
  return deflateRawSync(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString('base64');
}
