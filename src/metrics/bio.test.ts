import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BioRule, decodeBio, decodeTagged, encodeBio, type TagSpan } from './bio.ts';
import { setMetric } from './sets.ts';

type Span = readonly [start: number, end: number, type: string];
interface Scores {
  readonly types: readonly string[];
  readonly perType: readonly (readonly [number, number, number, number])[];
  readonly micro: readonly [number, number, number];
  readonly macro: readonly [number, number, number];
  readonly weighted: readonly [number, number, number];
}
interface Decoded {
  readonly gold: readonly (readonly Span[])[];
  readonly guess: readonly (readonly Span[])[];
  readonly scores?: Scores;
}
interface Case {
  readonly name: string;
  readonly gold: readonly (readonly string[])[];
  readonly guess: readonly (readonly string[])[];
  readonly seqeval: Decoded;
  readonly strict?: Decoded;
  readonly conlleval: {
    readonly overall: Counts;
    readonly types: Readonly<Record<string, Counts>>;
  };
}
interface Counts {
  readonly gold: number;
  readonly pred: number;
  readonly correct: number;
}

const { cases } = JSON.parse(readFileSync(new URL('./fixtures/tags.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const spans = (tags: readonly string[], rule: BioRule): Span[] =>
  decodeBio(tags, rule).map(({ start, end, type }) => [start, end, type]);

interface Pair {
  readonly gold: readonly TagSpan[];
  readonly guess: readonly TagSpan[];
}
const strictF1 = (classes: readonly string[], average: 'micro' | 'macro/supported' | 'weighted') =>
  setMetric<Pair, TagSpan>({
    gold: ({ gold }) => gold,
    predicted: ({ guess }) => guess,
    same: (a, b) => a.start === b.start && a.end === b.end && a.type === b.type,
    classOf: ({ type }) => type,
    classes,
    average,
  });

describe.each(cases)('tags: $name', ({ gold, guess, seqeval, strict, conlleval }) => {
  const decoded = (rule: BioRule): Pair[] =>
    gold.map((tags, i) => ({ gold: decodeBio(tags, rule), guess: decodeBio(guess[i], rule) }));

  const expectScores = (rule: BioRule, scores: Scores) => {
    const units = decoded(rule);
    for (const average of ['micro', 'macro/supported', 'weighted'] as const) {
      const metric = strictF1(scores.types, average);
      const counts = new Float64Array(metric.width);
      for (const unit of units) metric.count([unit], counts, 0);
      const theirs = average === 'macro/supported' ? scores.macro : scores[average];
      expect(metric.value(counts)).toBeCloseTo(theirs[2], 12);
      const rows = metric.details!(counts).classes as {
        precision: number;
        recall: number;
        f1: number;
        gold: number;
      }[];
      expect(rows).toHaveLength(scores.types.length);
      for (const [i, [precision, recall, f1, support]] of scores.perType.entries()) {
        expect(rows[i].precision).toBeCloseTo(precision, 12);
        expect(rows[i].recall).toBeCloseTo(recall, 12);
        expect(rows[i].f1).toBeCloseTo(f1, 12);
        expect(rows[i].gold).toBe(support);
      }
    }
  };

  it("reads seqeval's spans", () => {
    expect(gold.map((tags) => spans(tags, 'seqeval'))).toEqual(seqeval.gold);
    expect(guess.map((tags) => spans(tags, 'seqeval'))).toEqual(seqeval.guess);
  });

  if (seqeval.scores) {
    it("reaches seqeval's scores", () => expectScores('seqeval', seqeval.scores!));
  }

  if (strict) {
    it("reads strict seqeval's spans", () => {
      expect(gold.map((tags) => spans(tags, 'seqeval-strict'))).toEqual(strict.gold);
      expect(guess.map((tags) => spans(tags, 'seqeval-strict'))).toEqual(strict.guess);
    });
  }

  if (strict?.scores) {
    it("reaches strict seqeval's scores", () => expectScores('seqeval-strict', strict.scores!));
  }

  it("counts conlleval's chunks", () => {
    const types = Object.keys(conlleval.types);
    const metric = strictF1(types, 'micro');
    const counts = new Float64Array(metric.width);
    metric.count(decoded('conlleval'), counts, 0);
    const { gold, predicted, correct, classes } = metric.details!(counts) as {
      gold: number;
      predicted: number;
      correct: number;
      classes: { class: string; gold: number; predicted: number; correct: number }[];
    };
    expect({ gold, pred: predicted, correct }).toEqual(conlleval.overall);
    for (const [i, type] of types.entries()) {
      const row = classes[i];
      expect({ gold: row.gold, pred: row.predicted, correct: row.correct }).toEqual(conlleval.types[type]);
    }
  });
});

describe('the rule of this benchmark', () => {
  it('keeps every letter of a type', () => {
    expect(spans(['B_疾病和诊断', 'I_疾病和诊断', 'O', 'B_a_b-c', 'I_a_b-c'], 'chineseblue')).toEqual([
      [0, 2, '疾病和诊断'],
      [3, 5, 'a_b-c'],
    ]);
  });

  it('reads hyphens too, where seqeval would lose the underscore of `B_time`', () => {
    expect(spans(['B-time', 'I-time'], 'chineseblue')).toEqual([[0, 2, 'time']]);
    expect(spans(['B_time', 'I_time'], 'seqeval')).toEqual([[0, 2, '_time']]);
  });

  it('begins a span at an orphan I, and ends it where the type changes', () => {
    expect(spans(['I_x', 'I_x', 'I_y', 'O', 'I_y'], 'chineseblue')).toEqual([
      [0, 2, 'x'],
      [2, 3, 'y'],
      [4, 5, 'y'],
    ]);
  });

  it('treats everything else as outside', () => {
    expect(spans(['B', 'I_', 'E_x', 'Bx', '', 'b_x', 'O'], 'chineseblue')).toEqual([]);
  });
});

describe('strict decoding', () => {
  it('takes all of a type, without hyphens at its ends', () => {
    // As seqeval 1.2.2 reads them; by default it takes what follows the first hyphen.
    const tags = ['B_a-b', 'I_a-b', 'B--x-', 'I-x', 'B-a-b', 'I_b', 'B-'];
    expect(spans(tags, 'seqeval-strict')).toEqual([
      [0, 2, '_a-b'],
      [2, 4, 'x'],
      [4, 5, 'a-b'],
      [6, 7, '_'],
    ]);
    expect(spans(tags.slice(0, 2), 'seqeval')).toEqual([[0, 2, 'b']]);
  });

  it('drops an I that continues nothing of its type', () => {
    expect(spans(['I-x', 'B-x', 'I-y', 'I-x', 'B-y', 'B-y', 'I-y'], 'seqeval-strict')).toEqual([
      [1, 2, 'x'],
      [4, 5, 'y'],
      [5, 7, 'y'],
    ]);
  });
});

describe('tags of text', () => {
  it('counts UTF-16 code units', () => {
    expect(decodeTagged(['𠮷', '痛', ' '], ['B_x', 'I_x', 'B_y'], 'chineseblue')).toEqual([
      { start: 0, end: 3, type: 'x' },
      { start: 3, end: 4, type: 'y' },
    ]);
  });

  it('returns what cannot be encoded', () => {
    const long = { start: 0, end: 4, type: 'x' };
    const inner = { start: 1, end: 2, type: 'y' };
    const half = { start: 4, end: 5, type: 'y' };
    const { tags, lost } = encodeBio('前列腺炎𠮷', [inner, half, long]);
    expect(tags).toEqual(['B_x', 'I_x', 'I_x', 'I_x', 'O']);
    expect(lost).toEqual([inner, half]);
  });

  it('survives encoding and decoding', () => {
    const text = fc.array(fc.constantFrom('头', '痛', 'a', '𠮷', ' '), { maxLength: 20 });
    const marks = fc.array(
      fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 4 }), fc.constantFrom('x', 'y-z', '_')),
    );
    fc.assert(
      fc.property(text, marks, fc.constantFrom('_' as const, '-' as const), (pieces, wanted, separator) => {
        const offsets = [0];
        for (const piece of pieces) offsets.push(offsets.at(-1)! + piece.length);
        const entities: TagSpan[] = [];
        let free = 0;
        for (const [at, length, type] of wanted.sort((a, b) => a[0] - b[0])) {
          if (at < free || at + length > pieces.length) continue;
          entities.push({ start: offsets[at], end: offsets[at + length], type });
          free = at + length;
        }
        const { pieces: again, tags, lost } = encodeBio(pieces.join(''), entities, separator);
        expect(lost).toEqual([]);
        expect(decodeTagged(again, tags, 'chineseblue')).toEqual(entities);
      }),
    );
  });
});
