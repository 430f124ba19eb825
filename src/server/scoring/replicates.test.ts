import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import { parseTask } from '../../tasks/schema.ts';
import { pairedDifference } from './paired.ts';
import { errorOfDifference, REPLICATES, replicateScores } from './replicates.ts';

const LABELS = ['a', 'b', 'c'];
const corpus = { folder: 'x', format: 'jsonl', files: { test: 'x' } };
const task = parseTask({ id: 'x', family: 'classification', title: 'x', corpus, labels: LABELS }, 'x');
const random = createRandom(3, 'replicates');
const label = (): { label: string } => ({ label: LABELS[random.below(3)] });
const examples = Array.from({ length: 300 }, (_, i) => ({
  ...{ id: String(i), input: { text: `t${i}` }, gold: label() },
  // Units of three.
  group: String(Math.floor(i / 3)),
}));
/** Answers of which about this share is wrong, with scores that favour the answer. */
const answers = (share: number) =>
  examples.map(({ gold }) => {
    const answer = random.next() < share ? label() : gold;
    const scores = LABELS.map((id) => [id, random.next() + (id === answer.label ? 0.5 : 0)]);
    return { ...answer, scores: Object.fromEntries(scores) };
  });
const [good, bad] = [answers(0.2), answers(0.5)];
const secret = Buffer.alloc(32, 9);
const replicate = (
  predictions: typeof good,
  more: { secret?: Buffer; purpose?: string; convention?: string } = {},
) =>
  replicateScores({
    ...{
      task,
      convention: 'classification/micro-f1@1',
      examples,
      predictions,
      secret,
      purpose: 'ward, test',
    },
    ...more,
  });

describe('replicate scores', () => {
  it.each(familyOf(task).conventions.map(({ id }) => id))(
    'give the same standard error of a paired difference as the items: %s',
    (convention) => {
      const { standardError } = pairedDifference(task, convention, examples, [good, bad]);
      const error = errorOfDifference(replicate(good, { convention }), replicate(bad, { convention }));
      expect(error / standardError).toBeGreaterThan(0.9);
      expect(error / standardError).toBeLessThan(1.1);
    },
  );

  it('are those of the same resamples for every submission, and of others under another secret or purpose', () => {
    const own = replicate(good);
    expect(own).toHaveLength(REPLICATES);
    expect(replicate(good)).toEqual(own);
    expect(errorOfDifference(own, replicate(good))).toBe(0);
    const others = [
      replicate(good, { secret: Buffer.alloc(32, 8) }),
      replicate(good, { purpose: 'ward, dev' }),
    ];
    const alone = errorOfDifference(
      own,
      own.map(() => 0),
    );
    for (const other of others) {
      // Independent resamples: the error is that of two samples.
      const ratio = errorOfDifference(own, other) / alone;
      expect(ratio).toBeGreaterThan(1.25);
      expect(ratio).toBeLessThan(1.6);
    }
  });

  it('make every difference insignificant if they are unknown', () => {
    const none = Float64Array.of(Number.NaN, Number.NaN, 0.5);
    expect(errorOfDifference(none, none)).toBe(Number.POSITIVE_INFINITY);
    expect(errorOfDifference(new Float64Array(0), new Float64Array(0))).toBe(Number.POSITIVE_INFINITY);
  });
});
