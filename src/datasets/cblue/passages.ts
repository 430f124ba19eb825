import { UserError } from '../../ground/errors.ts';
import { createRandom, shuffle } from '../../ground/random.ts';
import { SPLITS, type SplitName } from '../../tasks/task.ts';
import { nearestPassages } from '../../text/nearest-passages.ts';
import type { SourceFile } from './sources.ts';
import { asUtf8, type Encoding } from './utf8.ts';

/** The folder of KUAKE-IR below that of CBLUE. */
export const PASSAGES = 'KUAKE-IR';
const CORPUS = 'corpus.tsv';

/** Number of candidate passages of a query in dev or test: others cannot be found. */
const JUDGED_DEPTH = 50;
/** Those of train, the right one included. */
const TRAIN_DEPTH = 10;
/** A submission has as many for each query. */
const LEAST = 10;
/** Number of train queries, selected by a seeded rule. */
const TRAIN_QUERIES = 10_000;
const SEED = 0;

/** The queries of one split, each with the passages to order. */
export interface PassageSplit {
  readonly split: SplitName;
  /** What the queries were read from. */
  readonly source: string;
  readonly encoding: Encoding;
  /** Queries in the file; for train fewer are used. */
  readonly queries: number;
  /** One record of `query-documents-jsonl` per line. */
  readonly content: string;
}

interface Query {
  readonly id: string;
  readonly text: string;
  /** The ids of the passages that answer it; absent if gold is not there. */
  readonly passages?: readonly string[];
}

interface QueryFile {
  readonly split: SplitName;
  readonly queries: SourceFile;
  readonly judgements: SourceFile | undefined;
}

/** The query files of KUAKE-IR among those of an archive, with the passages; undefined if either is absent. */
function findFiles(sources: readonly SourceFile[]) {
  const named = (...names: readonly string[]): SourceFile | undefined =>
    sources.find(({ base }) => names.includes(base));
  const splits = SPLITS.flatMap((split): QueryFile[] => {
    const stem = `${PASSAGES}_${split}`;
    const queries = named(`${stem}_query.txt`, `${stem}.query.txt`);
    return queries ? [{ split, queries, judgements: named(`${stem}.tsv`) }] : [];
  });
  const corpus = named(CORPUS);
  return corpus && splits.length > 0 ? { corpus, splits } : undefined;
}

export const hasPassages = (sources: readonly SourceFile[]): boolean => findFiles(sources) !== undefined;

/**
 * The splits of KUAKE-IR as lists to order: for every query its best passages of the whole corpus by BM25 over pairs of
 * characters, in the order of the corpus. Lists of dev and test are as they are found, so that a query whose passage is not
 * among them cannot be right, and the mean reciprocal rank at 10 is that of finding and ordering together. Lists of train
 * hold the right passage. Throws a UserError for a line without its two columns, an id twice, and a query or passage that
 * a judgement names and no file has.
 */
export async function takePassages(
  sources: readonly SourceFile[],
  signal?: AbortSignal,
): Promise<PassageSplit[]> {
  const files = findFiles(sources);
  if (!files) return [];
  const { text: corpus } = await read(files.corpus);
  const { name } = files.corpus;
  const texts = function* (): Generator<string> {
    for (const { text } of rows(corpus, name)) yield text;
  };
  const splits = await Promise.all(files.splits.map(readQueries));
  const places = placesOf(corpus, name);
  const queries = splits.flatMap(({ split, queries, judgements = '' }) =>
    queries.map((query) => ({ split, judgements, ...query })),
  );
  const counts = queries.map(({ split }) => (split === 'train' ? TRAIN_DEPTH : JUDGED_DEPTH));
  const found = await nearestPassages(
    { queries: queries.map(({ text }) => text), passages: texts, counts },
    signal,
  );
  const lists = queries.map((query, i) => listOf(query, found[i], places));
  const shown = textsAt(lists.flat(), rows(corpus, name));
  let next = 0;
  return splits.map(({ split, queries: own, all, source, encoding }) => {
    const lines = own.map((query) => recordOf(query, lists[next++], shown));
    return { split, source, encoding, queries: all, content: lines.join('') };
  });
}

async function read(source: SourceFile): Promise<{ text: string; encoding: Encoding }> {
  const { content, encoding } = asUtf8(await source.read(), source.name);
  return { text: content.toString('utf8').replace(/^\ufeff/, ''), encoding };
}

interface Row {
  readonly id: string;
  readonly text: string;
  readonly line: number;
}

/** The rows of two columns of a file; empty lines are skipped. Throws a UserError `bad-columns`. */
function* rows(content: string, file: string): Generator<Row> {
  let start = 0;
  for (let line = 1; start < content.length; line++) {
    const newline = content.indexOf('\n', start);
    const end = newline < 0 ? content.length : newline;
    const text = content.slice(start, end).replace(/\r$/, '');
    start = end + 1;
    if (text.trim() === '') continue;
    const tab = text.indexOf('\t');
    const [id, rest] = [text.slice(0, tab), text.slice(tab + 1)];
    if (tab <= 0 || rest === '') throw badColumns(file, line);
    yield { id, text: rest, line };
  }
}

/** The position of each passage in the corpus, by its id. */
function placesOf(corpus: string, file: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const { id, line } of rows(corpus, file)) {
    if (places.has(id)) throw duplicateId(id, file, line);
    places.set(id, places.size);
  }
  return places;
}

async function readQueries({ split, queries: source, judgements }: QueryFile) {
  const { text, encoding } = await read(source);
  const passages = new Map<string, string[]>();
  if (judgements) {
    for (const row of rows((await read(judgements)).text, judgements.name))
      passages.set(row.id, [...(passages.get(row.id) ?? []), row.text.trim()]);
  }
  const known = new Set<string>();
  const queries: Query[] = [];
  for (const { id, text: query, line } of rows(text, source.name)) {
    if (known.has(id)) throw duplicateId(id, source.name, line);
    known.add(id);
    queries.push({ id, text: query, passages: passages.get(id) });
  }
  const stray = [...passages.keys()].find((id) => !known.has(id));
  if (judgements && stray !== undefined) throw unknownId(stray, judgements.name);
  // the official test file lists its queries without judgements
  const judged = queries.filter((one) => one.passages !== undefined);
  const all = queries.length;
  const kept = split === 'train' ? sample(judged) : judged.length > 0 ? judged : queries;
  return { split, queries: kept, all, source: source.name, judgements: judgements?.name, encoding };
}

/** Some queries, in their order. */
function sample(queries: readonly Query[]): readonly Query[] {
  if (queries.length <= TRAIN_QUERIES) return queries;
  const chosen = new Set(shuffle([...queries], createRandom(SEED, PASSAGES)).slice(0, TRAIN_QUERIES));
  return queries.filter((query) => chosen.has(query));
}

interface ListedPassage {
  /** Its place in the corpus. */
  readonly place: number;
  readonly isRight: boolean | undefined;
}

/** The passages of a query in the order of the corpus, which says nothing about how they were found. */
function listOf(
  { id, split, judgements, passages }: Query & { readonly split: SplitName; readonly judgements: string },
  found: readonly number[],
  places: ReadonlyMap<string, number>,
): ListedPassage[] {
  const right = passages?.map((passage) => {
    const place = places.get(passage);
    if (place === undefined) throw unknownId(passage, judgements, id);
    return place;
  });
  const absent = split === 'train' ? (right ?? []).filter((place) => !found.includes(place)) : [];
  const listed = [...found.slice(0, found.length - absent.length), ...absent];
  // a query that shares little with any passage still needs as many answers as are submitted
  for (let place = 0; listed.length < Math.min(LEAST, places.size); place++)
    if (!listed.includes(place)) listed.push(place);
  return listed.toSorted((a, b) => a - b).map((place) => ({ place, isRight: right?.includes(place) }));
}

/** The rows of the corpus at these places. */
function textsAt(listed: readonly ListedPassage[], corpus: Iterable<Row>): ReadonlyMap<number, Row> {
  const wanted = new Set(listed.map(({ place }) => place));
  const found = new Map<number, Row>();
  let place = 0;
  for (const row of corpus) {
    if (wanted.has(place)) found.set(place, row);
    place++;
  }
  return found;
}

function recordOf(
  { id, text: query }: Query,
  listed: readonly ListedPassage[],
  shown: ReadonlyMap<number, Row>,
): string {
  const documents = listed.map(({ place, isRight }) => {
    const { id: url = '', text: title = '' } = shown.get(place) ?? {};
    return { url, title, ...(isRight !== undefined && { label: isRight ? '1' : '0' }) };
  });
  return `${JSON.stringify({ id, query, documents })}\n`;
}

const badColumns = (file: string, line: number): UserError =>
  new UserError(
    'bad-columns',
    { en: 'Expected an id, a tab and a text', zh: '应为 编号、制表符、文本' },
    {
      ...{ file, line },
      hint: { en: 'The file may be truncated: fetch it again.', zh: '文件可能不完整，请重新下载。' },
    },
  );

const duplicateId = (id: string, file: string, line: number): UserError =>
  new UserError(
    'duplicate-id',
    { en: `The id "${id}" occurs twice`, zh: `编号“${id}”重复` },
    {
      ...{ file, line, id },
      hint: { en: 'Parts of the corpus may overlap.', zh: '文件的各部分可能有重叠。' },
    },
  );

const unknownId = (id: string, file: string, query?: string): UserError =>
  new UserError(
    'unknown-id',
    { en: `Nothing has the id "${id}"`, zh: `没有编号为“${id}”的内容` },
    {
      ...{ file, id: query ?? id },
      hint: {
        en: `Queries, judgements and ${CORPUS} must be of one version.`,
        zh: `查询、标注与 ${CORPUS} 应为同一版本。`,
      },
    },
  );
