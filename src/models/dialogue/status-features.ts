import type { Turn } from '../../tasks/families/dialogue/types.ts';

/** A mention whose status is to be predicted. */
export interface Asked {
  readonly turn: number;
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** Characters around the mention that are positional features. */
const REACH = 4;
/** How many turns away an answer or a question may be. */
const NEAR = 3;
/** Characters of a turn that are read: around the mention, or from the beginning of another turn. */
const WINDOW = 80;
/** Answers up to this many characters are also a feature as a whole. */
const SHORT = 6;

const ASKS = /[?？吗么]|没有$|有没有|是不是|会不会|怎么|多少|几/u;
const DENIES = /没|不|无|未|否|好了|消失/u;
const DOUBTS = /可能|考虑|也许|或者|估计|怀疑|如果|一般|容易|引起|导致|会|要是|注意/u;

/**
 * Features of a status: the mention, its name, the characters around it by place, the rest of its turn
 * by side, who speaks, the nearest turns of the other speaker before (the question) and after (the
 * answer), and whether the symptom comes up elsewhere in the dialogue.
 */
export function* statusFeatures(
  turns: readonly Turn[],
  asked: Asked,
  all: readonly Asked[],
): Generator<string> {
  const { text: whole, speaker } = turns[asked.turn];
  const mention = whole.slice(asked.start, asked.end);
  const left = whole.slice(Math.max(0, asked.start - WINDOW), asked.start);
  const right = whole.slice(asked.end, asked.end + WINDOW);
  const text = left + mention + right;
  const who = `${speaker}|`;
  yield `speaker=${speaker}`;
  yield `${who}name=${asked.name}`;
  yield `name=${asked.name}`;
  yield `mention=${mention}`;
  for (let n = 1; n <= REACH; n++) {
    yield `before=${left.slice(-n)}`;
    yield `after=${right.slice(0, n)}`;
    yield `${who}before=${left.slice(-n)}`;
    yield `${who}after=${right.slice(0, n)}`;
  }
  for (const gram of pairs(left)) yield `left=${gram}`;
  for (const gram of pairs(right)) yield `right=${gram}`;
  for (const gram of pairs(left + right)) yield `${who}turn=${gram}`;
  for (const cue of cues(text)) yield `${who}${cue}`;
  for (const cue of cues(clause(left, -1))) yield `${who}clause before ${cue}`;
  for (const cue of cues(clause(right, 1))) yield `${who}clause after ${cue}`;
  yield `${who}turn ${asked.turn === 0 ? 'first' : asked.turn < 4 ? 'early' : 'later'}`;
  if (right === '' && left === '') yield `${who}nothing but the mention`;

  const question = other(turns, asked.turn, -1);
  const answer = other(turns, asked.turn, 1);
  yield* neighbour(`${who}question`, question);
  yield* neighbour(`${who}answer`, answer);
  const asks = ASKS.test(text) ? 'asks' : 'says';
  yield* neighbour(`${asks} ${who}answer`, answer);
  if (question?.text.includes(mention)) yield `${who}in the question`;
  if (answer?.text.includes(mention)) yield `${who}in the answer`;

  const seen = new Set<number>();
  for (const { name, turn } of all) {
    if (name !== asked.name || turn === asked.turn || seen.has(turn)) continue;
    seen.add(turn);
    const elsewhere = `${who}also ${turn < asked.turn ? 'before' : 'after'} by ${turns[turn].speaker}`;
    yield elsewhere;
    for (const cue of cues(turns[turn].text.slice(0, WINDOW))) yield `${elsewhere} ${cue}`;
  }
}

function* cues(text: string): Generator<string> {
  if (ASKS.test(text)) yield 'asks';
  if (DENIES.test(text)) yield 'denies';
  if (DOUBTS.test(text)) yield 'doubts';
}

function* pairs(text: string): Generator<string> {
  const points = Array.from(text);
  for (let i = 0; i + 1 < points.length; i++) yield points[i] + points[i + 1];
}

/** The part of a side of the mention up to the nearest punctuation. */
const clause = (side: string, direction: -1 | 1): string => {
  const parts = side.split(/[,，。;；!！?？\s]/u);
  return (direction < 0 ? parts.at(-1) : parts[0]) ?? '';
};

/** The nearest turn of another speaker, at most `NEAR` turns away. */
function other(turns: readonly Turn[], from: number, step: -1 | 1): Turn | undefined {
  for (let n = 1; n <= NEAR; n++) {
    const turn = turns[from + n * step];
    if (turn && turn.speaker !== turns[from].speaker) return { ...turn, text: turn.text.slice(0, WINDOW) };
  }
  return undefined;
}

function* neighbour(role: string, turn: Turn | undefined): Generator<string> {
  if (!turn) {
    yield `${role} none`;
    return;
  }
  if (turn.text.length <= SHORT) yield `${role}=${turn.text}`;
  for (const gram of pairs(turn.text)) yield `${role}~${gram}`;
  for (const cue of cues(turn.text)) yield `${role} ${cue}`;
}
