import { UserError } from '../../../ground/errors.ts';
import { readLines } from '../../../ground/files.ts';
import type { Text } from '../../../ground/language.ts';
import type { ImportFormat } from '../import-format.ts';
import { entityLayers, kindOf } from '../layers.ts';
import type { RawPlace, RawRecord, RawRelation, RawSpan, ReadContext } from '../raw.ts';

/** A layer of annotations, and the columns that its features are in, from 0. */
interface Layer {
  readonly kind: 'SP' | 'RL' | 'CH';
  readonly name: string;
  readonly features: readonly string[];
  readonly first: number;
  /** Of relations: the layer between whose annotations they are, and the column of their source. */
  readonly base?: string;
}

/** A token, or a part of one, with its annotations. */
interface Unit {
  /** `1-2`, of a part `1-2.1`. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly cells: readonly string[];
  readonly line: number;
}

const HEAD = '#FORMAT=WebAnno TSV 3';
/** Characters between two sentences. */
const MAX_GAP = 1 << 20;

/**
 * WebAnno TSV 3.x, as INCEpTION exports it: one document, whose spans and relations count UTF-16 code units. Its
 * entities are those of the layer that `--fields entities=LAYER` names, else of named entities, else of all layers that are not
 * linguistic; other layers, chains and slots are counted and left out.
 */
export const webanno: ImportFormat = {
  title: { en: 'WebAnno TSV 3', zh: 'WebAnno 的 TSV 3 导出' },
  offsets: { unit: 'utf16', end: 'exclusive' },
  fits: ({ lines }) => lines[0]?.startsWith(HEAD) ?? false,
  async *read({ file, path }, context) {
    const layers: Layer[] = [];
    const units: Unit[] = [];
    const document = createDocument(file);
    for await (const { text: line, number } of readLines(path)) {
      const place = { file, line: number };
      if (line.startsWith('#T_')) layers.push(readLayer(line, layers, place));
      else if (line.startsWith('#Text=')) document.begin(unescaped(line.slice('#Text='.length)));
      else if (line !== '' && !line.startsWith('#')) {
        const unit = readUnit(line, layers, place);
        document.place(unit);
        units.push(unit);
      }
    }
    const text = document.text();
    if (text.trim() === '') context.misfit({ code: 'no-text', file });
    else yield readRecord(text, layers, units, context, { file });
  },
};

/** The text of a document from its sentences, placed at the offsets of their tokens. */
function createDocument(file: string) {
  let whole = '';
  let waiting: string[] = [];
  return {
    begin(sentence: string): void {
      waiting.push(sentence);
    },
    place({ start, text, line }: Unit): void {
      if (waiting.length === 0) return;
      const sentence = waiting.join('\n');
      waiting = [];
      const gap = start - Math.max(0, sentence.indexOf(text)) - whole.length;
      const place = { file, line };
      if (gap < 0 || gap > MAX_GAP)
        throw badLine(
          place,
          { en: 'a token that stands in its sentence', zh: '位于该句之内的词元' },
          String(start),
        );
      whole += (gap > 0 ? '\n'.padStart(gap) : '') + sentence;
    },
    text: (): string => whole,
  };
}

function readLayer(line: string, before: readonly Layer[], place: RawPlace): Layer {
  const [, kind = '', name = '', rest = ''] = /^#T_(SP|RL|CH)=([^|]+)(?:\|(.*))?$/.exec(line) ?? [];
  if (kind !== 'SP' && kind !== 'RL' && kind !== 'CH')
    throw badLine(place, { en: '#T_SP=layer|feature', zh: '#T_SP=层|特征' }, line);
  const last = before.at(-1);
  const first = last ? last.first + Math.max(1, last.features.length) : 0;
  const features = rest === '' ? [] : rest.split('|');
  const base = features.find((feature) => feature.startsWith('BT_'))?.slice(3);
  return { kind, name, features, first, base };
}

function readUnit(line: string, layers: readonly Layer[], place: RawPlace): Unit {
  const [id = '', range = '', text = '', ...cells] = line.split('\t');
  const [, start, end] = /^(\d+)-(\d+)$/.exec(range) ?? [];
  const last = layers.at(-1);
  const wanted = last ? last.first + Math.max(1, last.features.length) : 0;
  if (!/^\d+-\d+(\.\d+)?$/.test(id) || end === undefined || cells.length < wanted) {
    const expected = `1-1\t0-2\t…${'\t_'.repeat(wanted)}`;
    throw badLine(place, { en: expected, zh: expected }, line);
  }
  return { id, start: Number(start), end: Number(end), text: unescaped(text), cells, line: place.line ?? 0 };
}

function readRecord(
  text: string,
  layers: readonly Layer[],
  units: readonly Unit[],
  context: ReadContext,
  place: RawPlace,
): RawRecord {
  const spanLayers = layers.filter(({ kind }) => kind === 'SP').map(({ name }) => name);
  const wanted = entityLayers(spanLayers, context.fields.entities);
  const spans: RawSpan[] = [];
  const relations: RawRelation[] = [];
  for (const layer of layers) {
    if (layer.kind === 'SP' && wanted.has(layer.name)) spans.push(...spansOf(layer, units));
    else if (layer.kind === 'RL' && wanted.has(layer.base ?? ''))
      relations.push(...relationsOf(layer, units));
    else if (units.some(({ cells }) => cells[layer.first] !== '_')) {
      context.misfit({ code: 'not-carried', ...place, field: layer.name });
    }
  }
  return { place, texts: [text], spans, relations };
}

/** An annotation at a unit: the values of the features of its layer, and the number that ties it to others. */
interface Annotation {
  readonly values: readonly (string | undefined)[];
  readonly number?: string;
}

/** Stacked annotations of a layer at a unit. */
function annotationsAt({ features, first }: Layer, { cells }: Unit): Annotation[] {
  const columns = Array.from({ length: Math.max(1, features.length) }, (_, i) =>
    splitStack(cells[first + i]),
  );
  if (columns[0].length === 1 && columns[0][0] === '_') return [];
  return columns[0].map((_, stacked): Annotation => {
    const parts = columns.map((column) => /^(.*?)(?:\[(\d+)\])?$/s.exec(column[stacked] ?? '*') ?? []);
    const values = parts.map(([, value = '']) =>
      value === '*' || value === '_' ? undefined : unescaped(value),
    );
    return { values, number: parts.map(([, , number]) => number).find((number) => number !== undefined) };
  });
}

/** What relations call an annotation: by its number, else by its unit. */
const keyOf = (layer: string, unit: string, number: string | undefined): string =>
  number === undefined || number === '0' ? `${layer}@${unit}` : `${layer}#${number}`;

function spansOf(layer: Layer, units: readonly Unit[]): RawSpan[] {
  const kind = layer.features.indexOf(
    kindOf(layer.features.filter((name) => !name.startsWith('ROLE_'))) ?? '',
  );
  const found = new Map<string, RawSpan>();
  for (const unit of units) {
    for (const { values, number } of annotationsAt(layer, unit)) {
      const key = keyOf(layer.name, unit.id, number);
      const before = found.get(key);
      const type = values[kind] ?? layer.name.slice(layer.name.lastIndexOf('.') + 1);
      const { start, end, text, line } = unit;
      const field = `${unit.id} (${line})`;
      if (before) {
        const { mention, ...rest } = before;
        found.set(key, { ...rest, start: Math.min(rest.start, start), end: Math.max(rest.end, end) });
      } else found.set(key, { start, end, type, key, mention: text, field });
    }
  }
  return [...found.values()];
}

/** Relations are listed at their target; the last column names the unit of the source, and the numbers of both ends. */
function relationsOf(layer: Layer, units: readonly Unit[]): RawRelation[] {
  const source = layer.features.findIndex((feature) => feature.startsWith('BT_'));
  const kind = layer.features.indexOf(kindOf(layer.features.filter((_, i) => i !== source)) ?? '');
  return units.flatMap((unit) => {
    const columns = layer.features.map((_, i) => splitStack(unit.cells[layer.first + i]));
    return (columns[source] ?? []).flatMap((target, stacked): RawRelation[] => {
      const [, from, fromNumber, toNumber] = /^(\d+-\d+(?:\.\d+)?)(?:\[(\d+)_(\d+)\])?$/.exec(target) ?? [];
      if (from === undefined) return [];
      const value = columns[kind]?.[stacked] ?? '*';
      return [
        {
          type: value === '*' || value === '_' ? '' : unescaped(value),
          from: keyOf(layer.base ?? '', from, fromNumber),
          to: keyOf(layer.base ?? '', unit.id, toNumber),
          field: unit.id,
        },
      ];
    });
  });
}

/** Divides a cell at bars that are not escaped. */
const splitStack = (cell = '_'): string[] => cell.match(/(?:\\.|[^\\|])+/gs) ?? ['_'];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(->|.)/gs, (_, mark: string) => ESCAPES[mark] ?? mark) : text;

const badLine = (place: RawPlace, expected: Text, found: string): UserError =>
  new UserError(
    'bad-webanno',
    {
      en: `Expected ${expected.en}, found ${JSON.stringify(found.slice(0, 40))}`,
      zh: `应为 ${expected.zh}，实际为 ${JSON.stringify(found.slice(0, 40))}`,
    },
    {
      ...place,
      hint: { en: 'Export the document again (WebAnno TSV v3.3).', zh: '请重新导出（WebAnno TSV v3.3）。' },
    },
  );
