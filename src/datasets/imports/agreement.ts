import {
  type Agreement,
  agreementF1,
  cohenKappa,
  krippendorffAlpha,
  type Stretch,
  weightedAlpha,
} from '../../statistics/agreement.ts';
import { bootstrap } from '../../statistics/bootstrap.ts';
import type { Interval } from '../../statistics/interval.ts';
import { type LabelDistribution, labelAgreement } from './label-agreement.ts';
import { type Adjudication, briefOf, marksOf, type ReadDocument, type Readings } from './readings.ts';

/** How far two annotators agree, over the records that both read. */
export interface PairAgreement {
  readonly a: string;
  readonly b: string;
  readonly records: number;
  /** Cohen's kappa of the classes: the whole set of them, where a record may have several. */
  readonly kappa?: Interval;
  /** F1 of entities by place and type, and of relations by those and their own type. */
  readonly entities?: Interval;
  readonly relations?: Interval;
}

/** Agreement and adjudication of several annotators. Places are UTF-16 offsets, `end` exclusive; no text is kept. */
export interface AgreementReport {
  readonly annotators: readonly string[];
  /** Records that two or more annotators read, and those that they read differently. */
  readonly records: number;
  readonly differing: number;
  readonly adjudication: string;
  /** Krippendorff's alpha (nominal) of the classes, over all annotators. */
  readonly alpha?: Interval;
  /** Krippendorff's alpha (nominal) over the characters of the texts: each has the set of types of the entities over it. */
  readonly entityAlpha?: Interval;
  /** Which labels they agree on, and which they take for each other. */
  readonly labels: LabelDistribution;
  readonly pairs: readonly PairAgreement[];
  /** The first of the records that are read differently. */
  readonly disagreements: readonly Disagreement[];
}

export interface Disagreement {
  readonly file: string;
  readonly line?: number;
  readonly id?: string;
  readonly readings: readonly { readonly annotator: string; readonly marks: string }[];
}

const RESAMPLES = 2000;
/** Disagreements that are listed; the rest are counted. */
const LISTED = 1000;

/** Agreement of annotators, with bootstrap intervals over records, and where they disagree; null of a single one. */
export function reportAgreement(
  { annotators, documents }: Readings,
  adjudication: Adjudication,
  seed: number,
): AgreementReport | null {
  if (annotators.length < 2) return null;
  const shared = documents.filter(({ readings }) => readings.length > 1);
  const has = (kind: keyof typeof marksOf): boolean =>
    shared.some(({ readings }) => readings.some(({ record }) => marksOf[kind](record).length > 0));
  const kinds = { classes: has('classes'), entities: has('entities'), relations: has('relations') };
  const measure = ({ counts, width, figure }: Agreement): Interval =>
    bootstrap(counts, width, figure.value, { resamples: RESAMPLES, seed });
  const classes = shared.map(({ readings }) => readings.map(({ record }) => classOf(record)));
  const differing = shared.filter(
    ({ readings }) => new Set(readings.map(({ record }) => briefOf(record))).size > 1,
  );
  return {
    ...{ annotators, records: shared.length, differing: differing.length },
    adjudication: adjudication ?? 'first',
    ...(kinds.classes && { alpha: measure(krippendorffAlpha(classes)) }),
    ...(kinds.entities && { entityAlpha: measure(weightedAlpha(shared.map(stretchesOf))) }),
    labels: labelAgreement(shared),
    pairs: annotators.flatMap((a, i) =>
      annotators.slice(i + 1).flatMap((b) => {
        const both = readBoth(shared, a, b);
        if (both.length === 0) return [];
        const f1 = (kind: 'entities' | 'relations'): Interval =>
          measure(agreementF1(both.map(([one, other]) => compare(marksOf[kind](one), marksOf[kind](other)))));
        return [
          {
            ...{ a, b, records: both.length },
            ...(kinds.classes && {
              kappa: measure(cohenKappa(both.map(([x, y]) => [classOf(x), classOf(y)]))),
            }),
            ...(kinds.entities && { entities: f1('entities') }),
            ...(kinds.relations && { relations: f1('relations') }),
          },
        ];
      }),
    ),
    disagreements: differing.slice(0, LISTED).map(({ readings }) => ({
      ...readings[0].record.place,
      id: readings[0].record.id,
      readings: readings.map(({ annotator, record }) => ({ annotator, marks: briefOf(record) })),
    })),
  };
}

type Settled = ReadDocument['readings'][number]['record'];

/** The text of a document cut where any annotator begins or ends an entity, and the types that each has over every piece. */
function stretchesOf({ readings }: ReadDocument): Stretch[] {
  const parts = readings.map(({ record: { spans = [] } }) =>
    spans.flatMap(({ start, end, type, fragments = [[start, end]] }) =>
      fragments.map(([from, to]) => ({ from, to, type })),
    ),
  );
  const { length } = readings[0].record.texts[0];
  const cuts = [...new Set([0, length, ...parts.flat().flatMap(({ from, to }) => [from, to])])];
  cuts.sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => ({
    weight: to - cuts[i],
    choices: parts.map((own) => {
      const over = own.filter((part) => part.from <= cuts[i] && part.to >= to);
      return [...new Set(over.map(({ type }) => type))].sort().join('\u0001');
    }),
  }));
}

/** The classes of a reading as one label. */
const classOf = (record: Settled): string => marksOf.classes(record).sort().join('\u0001');

const readBoth = (documents: readonly ReadDocument[], a: string, b: string): [Settled, Settled][] =>
  documents.flatMap(({ readings }) => {
    const [one, other] = [a, b].map((name) => readings.find(({ annotator }) => annotator === name));
    return one && other ? [[one.record, other.record]] : [];
  });

const compare = (a: readonly string[], b: readonly string[]) => ({
  ...{ a: a.length, b: b.length },
  both: a.filter((mark) => b.includes(mark)).length,
});
