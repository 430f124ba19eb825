import * as Plot from '@observablehq/plot';
import { html, raw } from 'hono/html';
import { type Language, listed, type Text } from '../../ground/language.ts';
import { drawSvg } from '../../report/draw.ts';
import { figure } from '../../scoring/figures.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { Markup } from './layout.ts';
import { KIND_TITLES, KINDS, type Kind } from './words.ts';

/** A chart is drawn for phones and for wider screens; the style sheet shows one of them. */
const WIDTHS = { narrow: 350, wide: 720 } as const;
type Size = keyof typeof WIDTHS;
const LONGEST_NAME: Readonly<Record<Size, number>> = { narrow: 14, wide: 34 };
/** Drawn charts that are kept: a board is read more often than it changes. */
const KEPT = 200;

/** The symbol of each kind of system, so that kinds can be distinguished without colours. */
const SYMBOLS = {
  encoder: { symbol: 'circle', character: '●' },
  llm: { symbol: 'triangle', character: '▲' },
  other: { symbol: 'diamond', character: '◆' },
  baseline: { symbol: 'square', character: '■' },
  unsaid: { symbol: 'wye', character: '⅄' },
} as const satisfies Readonly<Record<Kind, unknown>>;

interface Chart {
  readonly title: Text;
  /** What it shows, in words. */
  readonly alt: string;
  readonly legend?: Markup | '';
}

const kept = new Map<string, Markup>();

/** A labelled figure; `data` is all that its drawing depends on. */
function chart(
  { title, alt, legend = '' }: Chart,
  language: Language,
  data: unknown,
  draw: (size: Size) => Plot.PlotOptions,
): Markup {
  const key = JSON.stringify([title.en, alt, language, data]);
  const known = kept.get(key);
  if (known) return known;
  const drawn = html`<figure>
    <figcaption>${title[language]} ${legend}</figcaption>
    <div role="img" aria-label="${alt}">${picture('narrow', draw)}${picture('wide', draw)}</div>
  </figure>`;
  kept.set(key, drawn);
  const [oldest] = kept.keys();
  if (kept.size > KEPT) kept.delete(oldest);
  return drawn;
}

function picture(size: Size, draw: (size: Size) => Plot.PlotOptions): Markup {
  const svg = drawSvg({ width: WIDTHS[size], ...draw(size) });
  // The pages' policy forbids inline styles.
  svg.querySelector('style')?.remove();
  svg.setAttribute('class', size);
  svg.setAttribute('font-size', '12');
  svg.removeAttribute('font-family');
  return html`${raw(svg.outerHTML)}`;
}

/** Scores as an axis shows them: percent where the convention has shares. */
function axisOf(convention: string, language: Language) {
  const { unit = 'percent', title } = findConvention(convention);
  const factor = unit === 'percent' ? 100 : 1;
  return { scale: (score: number): number => score * factor, label: title[language] };
}

const shorten = (name: string, size: Size): string =>
  [...name].length > LONGEST_NAME[size] ? `${[...name].slice(0, LONGEST_NAME[size] - 1).join('')}…` : name;

/** The approximate width of a name in pixels: Chinese characters are twice as wide as Latin letters. */
const textWidth = (name: string): number =>
  [...name].reduce((width, character) => width + (character > '\u2e7f' ? 12 : 7), 0);

const marginFor = (names: readonly string[], size: Size): number =>
  Math.max(...names.map((name) => textWidth(shorten(name, size)))) + 14;

const isNumber = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** A scored system. */
export interface Bar {
  readonly name: string;
  readonly kind: Kind;
  readonly score: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

function legendOf(kinds: readonly Kind[], language: Language): Markup {
  const items = KINDS.filter((kind) => kinds.includes(kind)).map(
    (kind) =>
      html`<span class="legend"><span class="${kind}" aria-hidden="true">${SYMBOLS[kind].character}</span> ${KIND_TITLES[kind][language]}</span>`,
  );
  return html`${items}`;
}

const colour = (kind: Kind): string => `var(--${kind})`;

/** One mark per kind, because each mark has one symbol. */
const dots = <T extends { readonly kind: Kind }>(
  rows: readonly T[],
  channels: Plot.DotOptions,
): Plot.Markish[] =>
  KINDS.flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const { symbol } = SYMBOLS[kind];
    const look = { symbol, fill: colour(kind), stroke: colour(kind), r: 4.5 };
    return own.length === 0 ? [] : [Plot.dot(own, { ...look, ...channels })];
  });

/** The range of an axis around a single value. */
const around = (value: number): [number, number] => {
  const room = Math.max(Math.abs(value) / 20, 0.05);
  return [value - room, value + room];
};

/** The score of every system with its interval, in the order given; undefined where nothing has a score. */
export function boardChart(bars: readonly Bar[], convention: string, language: Language): Markup | '' {
  const rows = bars.filter(({ score }) => isNumber(score));
  if (rows.length === 0) return '';
  const { scale, label } = axisOf(convention, language);
  const names = rows.map(({ name }) => name);
  const intervals = rows.filter(({ low, high }) => isNumber(low) && isNumber(high));
  const alt = listed(rows.map(({ name, score }) => `${name} ${figure(score!, convention)}`))[language];
  const alone =
    new Set(rows.map(({ score }) => score)).size === 1 && !intervals[0] ? rows[0].score! : undefined;
  const title = { en: label, zh: label };
  const legend = legendOf(
    rows.map(({ kind }) => kind),
    language,
  );
  return chart({ title, alt, legend }, language, rows, (size) => ({
    height: 44 + rows.length * 26,
    marginLeft: marginFor(names, size),
    marginTop: 24,
    marginBottom: 20,
    marginRight: 52,
    x: {
      ...{ label: null, grid: true, nice: true, axis: 'top', ticks: size === 'narrow' ? 4 : 8 },
      ...(alone !== undefined && { domain: around(scale(alone)) }),
    },
    y: { domain: names, label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, size) },
    marks: [
      Plot.ruleY(intervals, {
        y: 'name',
        x1: (d: Bar) => scale(d.low!),
        x2: (d: Bar) => scale(d.high!),
        stroke: (d: Bar) => colour(d.kind),
        strokeWidth: 5,
        strokeOpacity: 0.3,
        strokeLinecap: 'round',
      }),
      ...dots(rows, { y: 'name', x: (d: Bar) => scale(d.score!) }),
      Plot.text(rows, {
        y: 'name',
        frameAnchor: 'right',
        dx: 48,
        textAnchor: 'end',
        text: (d: Bar) => figure(d.score!, convention),
      }),
    ],
  }));
}

/** A system whose cost is known. */
export interface Priced extends Bar {
  readonly cost: number;
}

/** Score against cost, which has its axis in powers of ten; empty for fewer than two systems. */
export function costChart(
  systems: readonly Priced[],
  convention: string,
  currency: string,
  language: Language,
): Markup | '' {
  const rows = systems.filter(({ score, cost }) => isNumber(score) && cost > 0);
  if (rows.length < 2) return '';
  const { scale } = axisOf(convention, language);
  const title = {
    en: `Score by cost of 1 000 answers (${currency})`,
    zh: `得分与每千条答案成本（${currency}）`,
  };
  const alt = rows
    .map(({ name, score, cost }) => `${name} ${figure(score!, convention)}, ${cost}`)
    .join('; ');
  const costs = rows.map(({ cost }) => cost);
  const domain = [Math.min(...costs) / 1.5, Math.max(...costs) * 1.5] as const;
  const middle = Math.sqrt(domain[0] * domain[1]);
  const names = { y: (d: Priced) => scale(d.score!), x: 'cost', dy: -12 };
  return chart({ title, alt }, language, rows, (size) => ({
    height: 260,
    marginLeft: 40,
    marginRight: 20,
    marginTop: 24,
    x: {
      type: 'log',
      domain: [...domain],
      label: null,
      grid: true,
      ticks: roundCosts(domain),
      tickFormat: '~g',
    },
    y: { label: null, grid: true, nice: true, ticks: 5 },
    marks: [
      ...dots(rows, { x: 'cost', y: (d: Priced) => scale(d.score!) }),
      ...(['start', 'end'] as const).map((textAnchor) =>
        Plot.text(
          rows.filter(({ cost }) => cost < middle === (textAnchor === 'start')),
          { ...names, textAnchor, text: (d: Priced) => shorten(d.name, size) },
        ),
      ),
    ],
  }));
}

/** 1, 2 and 5 times powers of ten where costs are close together, else the powers alone. */
function roundCosts([from, to]: readonly [number, number]): number[] {
  const factors = to / from > 100 ? [1] : [1, 2, 5];
  const powers = Array.from(
    { length: Math.ceil(Math.log10(to)) - Math.floor(Math.log10(from)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(from)) + i),
  );
  return powers
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((cost) => cost >= from && cost <= to);
}

/** A score at a point in time. */
export interface Reached {
  readonly received: string;
  readonly score: number | null;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** The part of an ISO time that distinguishes results within a span of time. */
const momentOf = (span: number): [from: number, to: number] =>
  span > DAY_MS ? [5, 10] : span > HOUR_MS ? [11, 16] : [11, 19];

/** The score of a team over time; empty for fewer than two results. */
export function historyChart(
  reached: readonly Reached[],
  convention: string,
  language: Language,
): Markup | '' {
  const rows = reached
    .filter(({ score }) => isNumber(score))
    .map(({ received, score }) => ({ at: new Date(received), score: score! }));
  if (rows.length < 2) return '';
  const { scale, label } = axisOf(convention, language);
  const shown = momentOf(rows.at(-1)!.at.getTime() - rows[0].at.getTime());
  const alt = listed(
    rows.map(({ at, score }) => `${at.toISOString().slice(0, 10)} ${figure(score, convention)}`),
  )[language];
  return chart({ title: { en: label, zh: label }, alt }, language, rows, (size) => ({
    height: 240,
    marginLeft: 44,
    marginRight: 24,
    marginTop: 20,
    x: {
      type: 'utc',
      label: null,
      ticks: size === 'narrow' ? 3 : 6,
      tickFormat: (at: Date) => at.toISOString().slice(...shown),
    },
    y: { label: null, grid: true, nice: true, ticks: 5 },
    marks: [
      Plot.line(rows, {
        x: 'at',
        y: (d: { score: number }) => scale(d.score),
        curve: 'step-after',
        stroke: 'var(--accent)',
        strokeWidth: 1.75,
      }),
      Plot.dot(rows, { x: 'at', y: (d: { score: number }) => scale(d.score), fill: 'var(--accent)', r: 4 }),
    ],
  }));
}

/** Two scores of one line. */
export interface Paired {
  readonly name: string;
  readonly a: number | null;
  readonly b: number | null;
}

/** Two systems line by line, in percent: a filled, b hollow. Empty where nothing has both scores. */
export function pairChart(
  lines: readonly Paired[],
  { a, b }: { readonly a: string; readonly b: string },
  language: Language,
): Markup | '' {
  const rows = lines.filter((line) => isNumber(line.a) && isNumber(line.b));
  if (rows.length === 0) return '';
  const names = rows.map(({ name }) => name);
  const percent = (share: number): number => share * 100;
  const alt = rows
    .map((row) => `${row.name}: ${percent(row.a!).toFixed(1)}, ${percent(row.b!).toFixed(1)}`)
    .join('; ');
  const legend = html`<span class="legend"><span class="accent" aria-hidden="true">●</span> ${a}</span>
    <span class="legend"><span class="accent" aria-hidden="true">○</span> ${b}</span>`;
  const title = { en: 'Scores in percent', zh: '得分（%）' };
  return chart({ title, alt, legend }, language, [rows, a, b], (size) => ({
    height: 44 + rows.length * 26,
    marginLeft: marginFor(names, size),
    marginTop: 24,
    marginBottom: 20,
    marginRight: 20,
    x: { label: null, grid: true, nice: true, axis: 'top', ticks: size === 'narrow' ? 4 : 8 },
    y: { domain: names, label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, size) },
    marks: [
      Plot.ruleY(rows, {
        y: 'name',
        x1: (d: Paired) => percent(d.a!),
        x2: (d: Paired) => percent(d.b!),
        stroke: 'var(--accent)',
        strokeOpacity: 0.4,
        strokeWidth: 2,
      }),
      Plot.dot(rows, { y: 'name', x: (d: Paired) => percent(d.a!), fill: 'var(--accent)', r: 5 }),
      Plot.dot(rows, {
        y: 'name',
        x: (d: Paired) => percent(d.b!),
        fill: 'var(--ground)',
        stroke: 'var(--accent)',
        strokeWidth: 1.75,
        r: 4,
      }),
    ],
  }));
}
