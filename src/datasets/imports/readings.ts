import { UserError } from '../../ground/errors.ts';
import type { Misfit } from './raw.ts';
import { settle } from './settle.ts';
import type { SpooledSource } from './spool.ts';
import type { SettledRecord } from './targets.ts';
import { STANDARD_OFFSETS } from './written.ts';

/** The reading of a document by one annotator. */
export interface Reading {
  readonly annotator: string;
  readonly record: SettledRecord;
}

/** A document and its readings, by different annotators, in the order of the sources. */
export interface ReadDocument {
  readonly readings: readonly Reading[];
}

/** Documents that annotators read, and the reading of each that is kept. */
export interface Readings {
  readonly annotators: readonly string[];
  readonly documents: readonly ReadDocument[];
  /** The record that stands for a record of the sources, which come in their order; undefined for further readings. */
  choose(record: SettledRecord): SettledRecord | undefined;
}

/** How one of several readings is made: by majority, or as an annotator reads; absent: the first. */
export type Adjudication = string | undefined;
export const MAJORITY = 'majority';

/**
 * Puts the readings of each document together, in memory; undefined if none has several. Documents are known
 * by what their format calls them, else by their text. Throws a UserError `unknown-annotator` or `no-annotators`.
 */
export async function collectReadings(
  sources: readonly SpooledSource[],
  adjudication: Adjudication,
  misfit: (misfit: Misfit) => void,
): Promise<Readings | undefined> {
  const idle = idleIn(sources, misfit);
  const all = new Set(sources.flatMap((source) => [...source.annotators]));
  const annotators = [...all].filter((name) => !idle.has(name)).sort();
  if (annotators.length < 2 && adjudication !== undefined) throw noAnnotators();
  if (annotators.length < 2 && idle.size === 0 && !sources.some(({ repeats }) => repeats)) return undefined;
  if (adjudication !== undefined && adjudication !== MAJORITY && !annotators.includes(adjudication))
    throw unknownAnnotator(adjudication, annotators);
  const { documents, firsts, further } = await group(sources, idle, misfit);
  let number = -1;
  const chosen = new Map<number, SettledRecord>();
  for (const [i, document] of documents.entries())
    chosen.set(firsts[i], adjudicate(document, adjudication, misfit));
  return {
    annotators,
    documents,
    choose(record) {
      number++;
      return further.has(number) ? undefined : (chosen.get(number) ?? record);
    },
  };
}

/** Annotators who marked nothing at all although others did: their files list the records of the project only. */
function idleIn(sources: readonly SpooledSource[], misfit: (misfit: Misfit) => void): Set<string> {
  const busy = new Set(sources.flatMap((source) => [...source.busy]));
  const idle = new Set<string>();
  if (busy.size === 0) return idle;
  for (const { annotators, report } of sources) {
    for (const name of annotators) {
      if (busy.has(name) || idle.has(name)) continue;
      idle.add(name);
      misfit({ code: 'annotator-idle', file: report.path, readings: [name] });
    }
  }
  return idle;
}

async function group(
  sources: readonly SpooledSource[],
  idle: ReadonlySet<string>,
  misfit: (misfit: Misfit) => void,
) {
  const byKey = new Map<string, Reading[]>();
  const firsts: number[] = [];
  /** Records of the sources that are no first reading. */
  const further = new Set<number>();
  const times = new Map<string, number>();
  const ofIdle: { readonly number: number; readonly key: string }[] = [];
  let number = -1;
  for (const { report, records } of sources) {
    for await (const batch of records()) {
      for (const raw of batch) {
        number++;
        const { annotator, document, texts } = raw;
        if (annotator === undefined) continue;
        const text = [document ?? '', ...texts].join('\u0001');
        const own = `${annotator}\u0001${text}`;
        const time = times.get(own) ?? 0;
        times.set(own, time + 1);
        if (document !== undefined && time > 0) {
          further.add(number);
          misfit({ code: 'annotator-twice', ...raw.place, id: raw.id, readings: [annotator] });
          continue;
        }
        const key = `${time}\u0001${text}`;
        if (idle.has(annotator)) {
          ofIdle.push({ number, key });
          continue;
        }
        const reading = {
          annotator,
          record: settle(raw, report.offsets ?? STANDARD_OFFSETS, () => undefined),
        };
        const readings = byKey.get(key);
        if (readings) {
          readings.push(reading);
          further.add(number);
        } else {
          byKey.set(key, [reading]);
          firsts.push(number);
        }
      }
    }
  }
  // Records that nobody annotated are kept, once.
  const kept = new Set(byKey.keys());
  for (const { number: own, key } of ofIdle) {
    if (kept.has(key)) further.add(own);
    kept.add(key);
  }
  return { documents: [...byKey.values()].map((readings) => ({ readings })), firsts, further };
}

const noAnnotators = (): UserError =>
  new UserError(
    'no-annotators',
    { en: 'The sources do not name two annotators', zh: '来源中没有两名以上的标注者' },
    {
      hint: {
        en: 'Leave --adjudicate out, or say that each source is the work of one annotator: --by-annotator.',
        zh: '请去掉 --adjudicate；若每个来源对应一名标注者，请加 --by-annotator。',
      },
      exitCode: 2,
    },
  );

const unknownAnnotator = (name: string, annotators: readonly string[]): UserError =>
  new UserError(
    'unknown-annotator',
    { en: `There is no annotator "${name}"`, zh: `没有标注者“${name}”` },
    {
      hint: {
        en: `Known: ${annotators.join(', ')}; or ${MAJORITY}.`,
        zh: `可用：${annotators.join('、')}，或 ${MAJORITY}。`,
      },
      exitCode: 2,
    },
  );

/** What a reading marks, by what makes two marks the same. */
export const marksOf = {
  classes: ({ labels }: SettledRecord): string[] => [...new Set(labels)],
  entities: ({ spans = [] }: SettledRecord): string[] => [...new Set(spans.map(placeOf))],
  relations: ({ spans = [], relations = [] }: SettledRecord): string[] => {
    const byKey = new Map(spans.map((span) => [span.key, placeOf(span)]));
    return [...new Set(relations.map(({ type, from, to }) => `${byKey.get(from)} ${type} ${byKey.get(to)}`))];
  },
} as const;

type Span = NonNullable<SettledRecord['spans']>[number];
const placeOf = ({ start, end, type, fragments = [[start, end]] }: Span): string =>
  `${fragments.map(([from, to]) => `${from}-${to}`).join(',')} ${type}`;

/** Classes, entities and relations in one line that does not depend on their order. */
export const briefOf = (record: SettledRecord): string =>
  [...marksOf.classes(record), ...marksOf.entities(record), ...marksOf.relations(record)].sort().join('; ') ||
  '∅';

function adjudicate(
  { readings }: ReadDocument,
  how: Adjudication,
  misfit: (misfit: Misfit) => void,
): SettledRecord {
  const [{ record: first }] = readings;
  const other = readings.find(({ record }) => briefOf(record) !== briefOf(first));
  const at = { ...first.place, id: first.id };
  if (other) misfit({ code: 'annotators-differ', ...at, readings: [briefOf(first), briefOf(other.record)] });
  if (how === undefined || readings.length === 1) return first;
  if (how === MAJORITY) return majorityOf(readings.map(({ record }) => record));
  const own = readings.find(({ annotator }) => annotator === how);
  if (!own) misfit({ code: 'not-adjudicated', ...at });
  return own?.record ?? first;
}

/** Marks in more than half of the readings; relations only between kept entities. */
function majorityOf(records: readonly SettledRecord[]): SettledRecord {
  const [first] = records;
  const kept = (marks: (record: SettledRecord) => string[]): Set<string> => {
    const counts = new Map<string, number>();
    for (const mark of records.flatMap(marks)) counts.set(mark, (counts.get(mark) ?? 0) + 1);
    return new Set([...counts].filter(([, count]) => count > records.length / 2).map(([mark]) => mark));
  };
  const labels = records.some((record) => record.labels) ? { labels: [...kept(marksOf.classes)] } : {};
  if (!records.some(({ spans }) => spans)) return { ...first, ...labels };
  const places = kept(marksOf.entities);
  const spans = new Map<string, Span>();
  for (const span of records.flatMap((record) => record.spans ?? []))
    if (places.has(placeOf(span)) && !spans.has(placeOf(span)))
      spans.set(placeOf(span), { ...span, key: placeOf(span) });
  const wanted = kept(marksOf.relations);
  const relations = new Map<string, NonNullable<SettledRecord['relations']>[number]>();
  for (const record of records) {
    const places = new Map((record.spans ?? []).map((span) => [span.key, placeOf(span)]));
    for (const { type, from, to, field } of record.relations ?? []) {
      const [start, end] = [places.get(from) ?? '', places.get(to) ?? ''];
      const mark = `${start} ${type} ${end}`;
      if (wanted.has(mark) && spans.has(start) && spans.has(end))
        relations.set(mark, { type, from: start, to: end, field });
    }
  }
  const whole = records.some((record) => record.relations) ? { relations: [...relations.values()] } : {};
  return {
    ...first,
    ...labels,
    spans: [...spans.values()].sort((a, b) => a.start - b.start || b.end - a.end),
    ...whole,
  };
}
