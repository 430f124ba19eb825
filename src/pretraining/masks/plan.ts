import { UserError } from '../../ground/errors.ts';
import type { Random } from '../../ground/random.ts';
import { counterRandom, PURPOSE } from './counter.ts';
import type { PretrainingText } from './text.ts';

/** 0: the second part follows the first; 1: it comes from another document (BERT's convention); -1: no second part. */
export type NextLabel = 0 | 1 | -1;

/** One sequence: ranges of tokens, each followed by `[SEP]`. */
export interface Instance {
  /** Token ranges of the text, end exclusive: two where there is a second part, any number otherwise. */
  readonly pieces: readonly { readonly from: number; readonly to: number }[];
  readonly next: NextLabel;
}

export interface PlanOptions {
  /** Maximum tokens per sequence, special ones included. */
  readonly maxLength: number;
  /** Make pairs for next sentence prediction; otherwise sentences are packed. */
  readonly nextSentence: boolean;
  readonly seed: number;
}

/** Share of the chunks that are deliberately short, as in BERT. */
const SHORT_SHARE = 0.1;
/** `[CLS]`, `[SEP]` and, for a pair, another `[SEP]`. */
const SPECIALS = 3;

/**
 * The sequences of one epoch in training order: boundaries, partners and order differ between epochs and are the same
 * for the same seed and epoch. A document is read once; of two parts the second is the actual continuation half of the
 * time, else text of another document. Documents of a single sentence have no continuation: they are packed, separated
 * by `[SEP]`, without a next sentence label.
 * Throws a UserError (`max-length`) for sequences of fewer than 8 tokens.
 */
export function planEpoch(text: PretrainingText, epoch: number, options: PlanOptions): Instance[] {
  if (!(options.maxLength >= 8)) {
    throw new UserError(
      'max-length',
      {
        en: `Sequences of ${options.maxLength} tokens are too short to train on`,
        zh: `序列长度 ${options.maxLength} 过短，无法训练`,
      },
      { hint: { en: 'Use at least 32, usually 128.', zh: '至少 32，通常为 128。' } },
    );
  }
  const instances: Instance[] = [];
  const singles: number[] = [];
  const { documentStarts } = text;
  const documents = documentStarts.length - 1;
  const balance = { real: 0, random: 0 };
  for (let document = 0; document < documents; document++) {
    const sentences = documentStarts[document + 1] - documentStarts[document];
    if (!options.nextSentence || sentences === 1 || documents === 1) singles.push(document);
    else
      pairDocument(
        text,
        document,
        counterRandom(options.seed, PURPOSE.plan, epoch, document),
        options,
        balance,
        instances,
      );
  }
  const order = counterRandom(options.seed, PURPOSE.order, epoch, 0);
  packSingles(text, shuffled(singles, order), options.maxLength, instances);
  return shuffled(instances, order);
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/** As BERT's `create_instances_from_document`; actual and random continuations are balanced. */
function pairDocument(
  { sentenceStarts, documentStarts }: PretrainingText,
  document: number,
  random: Random,
  { maxLength }: PlanOptions,
  balance: { real: number; random: number },
  instances: Instance[],
): void {
  const end = documentStarts[document + 1];
  const room = maxLength - SPECIALS;
  const aim = (): number => (random.next() < SHORT_SHARE ? 2 + random.below(room - 1) : room);
  for (let first = documentStarts[document], target = aim(); first < end; target = aim()) {
    let last = first + 1;
    while (last < end && sentenceStarts[last] - sentenceStarts[first] < target) last++;
    const count = last - first;
    const middle = count > 1 ? first + 1 + random.below(count - 1) : last;
    const a = { from: sentenceStarts[first], to: sentenceStarts[middle] };
    const wantsRandom =
      balance.random < balance.real || (balance.random === balance.real && random.next() < 0.5);
    if (count > 1 && !wantsRandom) {
      balance.real++;
      instances.push({
        pieces: trimPair(a, { from: a.to, to: sentenceStarts[last] }, room, random),
        next: 0,
      });
      first = last;
      continue;
    }
    balance.random++;
    const b = elsewhere(
      { sentenceStarts, documentStarts },
      document,
      Math.max(1, target - (a.to - a.from)),
      random,
    );
    instances.push({ pieces: trimPair(a, b, room, random), next: 1 });
    // The text that the random part replaced is read next.
    first = middle;
  }
}

type Piece = Instance['pieces'][number];

/** Sentences of another document, starting at a random one, until there are `room` tokens. */
function elsewhere(
  { sentenceStarts, documentStarts }: Pick<PretrainingText, 'sentenceStarts' | 'documentStarts'>,
  document: number,
  room: number,
  random: Random,
): Piece {
  const drawn = random.below(documentStarts.length - 2);
  const other = drawn < document ? drawn : drawn + 1;
  const first = documentStarts[other] + random.below(documentStarts[other + 1] - documentStarts[other]);
  let last = first + 1;
  while (last < documentStarts[other + 1] && sentenceStarts[last] - sentenceStarts[first] < room) last++;
  return { from: sentenceStarts[first], to: sentenceStarts[last] };
}

/** Removes single tokens from the longer part, at a random end, until both fit. */
function trimPair(a: Piece, b: Piece, room: number, random: Random): Piece[] {
  const pieces = [{ ...a }, { ...b }];
  while (pieces[0].to - pieces[0].from + pieces[1].to - pieces[1].from > room) {
    const longer = pieces[0].to - pieces[0].from > pieces[1].to - pieces[1].from ? pieces[0] : pieces[1];
    if (random.next() < 0.5) longer.from++;
    else longer.to--;
  }
  return pieces;
}

/** Fills sequences with whole documents, split where one alone is too long. */
function packSingles(
  text: PretrainingText,
  documents: readonly number[],
  maxLength: number,
  instances: Instance[],
): void {
  const { sentenceStarts, documentStarts } = text;
  let pieces: Piece[] = [];
  let length = 1;
  const flush = (): void => {
    if (pieces.length > 0) instances.push({ pieces, next: -1 });
    pieces = [];
    length = 1;
  };
  for (const document of documents) {
    const end = sentenceStarts[documentStarts[document + 1]];
    for (let from = sentenceStarts[documentStarts[document]]; from < end; ) {
      const to = Math.min(end, from + maxLength - 2);
      if (length + to - from + 1 > maxLength) flush();
      pieces.push({ from, to });
      length += to - from + 1;
      from = to;
    }
  }
  flush();
}
