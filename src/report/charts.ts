import * as Plot from '@observablehq/plot';
import type { Language } from '../ground/language.ts';
import type { Breakdown } from './breakdown.ts';
import type { Calibration } from './calibration.ts';
import type { Confusion } from './classes.ts';
import { drawSvg } from './draw.ts';
import { type Html, html, printable } from './html.ts';
import type { Curve } from './learning.ts';

/** Half a page wide; on a phone it is shown slightly smaller. */
const WIDTH = 460;
const ACCENT = 'var(--accent)';
const LONGEST_LABEL = 12;

const shorten = (label: string): string =>
  [...label].length > LONGEST_LABEL ? `${[...label].slice(0, LONGEST_LABEL - 1).join('')}…` : label;

/** `alt` describes the picture in words. */
function draw(alt: string, options: Plot.PlotOptions): Html {
  const svg = drawSvg({ style: FONT as never, ...options });
  return html`<div role="img" aria-label="${alt}">${{ markup: printable(svg.outerHTML) }}</div>`;
}

const FONT = { background: 'transparent', fontSize: '12px', fontFamily: 'inherit' };

const shareAxis = { domain: [0, 1], tickFormat: '.0%', ticks: 5, label: null, grid: true } as const;

/** A dot with its interval per slice. `alt` describes the chart in words. */
export function breakdownChart({ slices }: Breakdown, alt: string, language: Language): Html {
  const rows = slices.map(({ name, count, value }) => ({
    name: name[language],
    count,
    estimate: value.estimate,
    low: Number.isNaN(value.low) ? value.estimate : value.low,
    high: Number.isNaN(value.high) ? value.estimate : value.high,
  }));
  return draw(alt, {
    width: WIDTH,
    height: 46 + rows.length * 34,
    marginLeft: 100,
    marginRight: 64,
    marginBottom: 30,
    x: { ...scoreDomain(rows), label: null, grid: true },
    y: { domain: rows.map(({ name }) => name), label: null },
    marks: [
      // Names are distinguished by their full text, however little is drawn.
      Plot.axisY({ tickSize: 0, label: null, tickFormat: shorten }),
      Plot.ruleY(rows, {
        y: 'name',
        x1: (d) => scale(d.low),
        x2: (d) => scale(d.high),
        stroke: ACCENT,
        strokeWidth: 6,
        strokeOpacity: 0.3,
        strokeLinecap: 'round',
      }),
      Plot.dot(rows, { y: 'name', x: (d) => scale(d.estimate), fill: ACCENT, r: 5 }),
      Plot.text(rows, {
        y: 'name',
        frameAnchor: 'right',
        dx: 60,
        textAnchor: 'end',
        text: (d) => `n ${d.count}`,
        fill: 'var(--muted)',
      }),
    ],
  });
}

const scale = (share: number): number => share * 100;

/** The part of 0 to 100 that the intervals need, in steps of ten. */
function scoreDomain(rows: readonly { low: number; high: number }[]): { domain: [number, number] } {
  const lows = rows.map(({ low }) => low).filter(Number.isFinite);
  const highs = rows.map(({ high }) => high).filter(Number.isFinite);
  const from = Math.max(0, Math.floor(Math.min(...lows, 0.9) * 10 - 0.5) * 10);
  const to = Math.min(100, Math.ceil(Math.max(...highs, 0.1) * 10) * 10);
  return { domain: [from, Math.max(to, from + 10)] };
}

/** Stated confidence against the share that was right; the diagonal is perfect. */
export function calibrationChart({ bins, count }: Calibration, alt: string): Html {
  return draw(alt, {
    width: WIDTH,
    height: 320,
    marginLeft: 46,
    marginBottom: 36,
    x: shareAxis,
    y: shareAxis,
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: 'var(--muted)', strokeDasharray: '4 4' },
      ),
      Plot.rectY(bins, {
        x1: 'from',
        x2: 'to',
        y: (d) => (d.count / count) * 0.25,
        fill: 'var(--muted)',
        fillOpacity: 0.25,
        inset: 1,
      }),
      Plot.ruleX(bins, {
        x: 'confidence',
        y1: 'low',
        y2: 'high',
        stroke: ACCENT,
        strokeWidth: 6,
        strokeOpacity: 0.3,
        strokeLinecap: 'round',
      }),
      Plot.line(bins, { x: 'confidence', y: 'accuracy', stroke: ACCENT, strokeWidth: 1.5 }),
      Plot.dot(bins, { x: 'confidence', y: 'accuracy', fill: ACCENT, r: 4 }),
    ],
  });
}

/** Curves that stay below it, such as learning rates, have their axis in powers of ten. */
const TINY = 0.01;

/** One figure of the training log over its steps. */
export function curveChart({ name, points }: Curve, alt: string): Html {
  const tiny = points.every(({ y }) => Math.abs(y) < TINY);
  return draw(alt, {
    width: WIDTH,
    height: 240,
    marginLeft: 56,
    x: { label: null, ticks: 6, tickFormat: 's' },
    y: { label: name, grid: true, labelArrow: 'none', tickFormat: tiny ? '.0e' : undefined },
    marks: [
      Plot.line(points, { x: 'x', y: 'y', stroke: ACCENT, strokeWidth: 1.75 }),
      ...(points.length <= 40 ? [Plot.dot(points, { x: 'x', y: 'y', fill: ACCENT, r: 3 })] : []),
    ],
  });
}

const CELL = { small: 18, large: 46 } as const;
/** From this many classes on, cells are small and without figures. */
const MANY_CLASSES = 16;

/** About how wide a label is drawn, in pixels: Chinese characters are twice as wide as Latin letters. */
const textWidth = (label: string): number =>
  [...label].reduce((width, character) => width + (character > '\u2e7f' ? 12 : 6.8), 0);

/** Gold by rows, answers by columns, shaded by the share of the row; ∅ is nothing. */
export function confusionChart({ rows, columns, counts }: Confusion, alt: string): Html {
  const cell = rows.length > MANY_CLASSES ? CELL.small : CELL.large;
  const name = (label: string | null): string => label ?? '∅';
  const cells = rows.flatMap((row, i) => {
    const total = counts[i].reduce((sum, count) => sum + count, 0);
    return columns.map((column, j) => ({
      row: name(row),
      column: name(column),
      count: counts[i][j],
      share: total === 0 ? 0 : counts[i][j] / total,
      right: row === column,
    }));
  });
  const filled = cells.filter(({ count }) => count > 0);
  const longest = Math.max(
    ...columns.map((label) => textWidth(shorten(name(label)))),
    ...rows.map((label) => textWidth(shorten(name(label)))),
  );
  const slanted = longest > cell - 6;
  return draw(alt, {
    width: columns.length * cell + longest + 24 + (slanted ? 40 : 0),
    height: rows.length * cell + 10 + (slanted ? longest * 0.8 + 24 : 28),
    marginLeft: longest + 14,
    marginTop: slanted ? longest * 0.8 + 24 : 28,
    marginRight: slanted ? 50 : 10,
    marginBottom: 10,
    x: {
      domain: columns.map(name),
      label: null,
      axis: 'top',
      tickRotate: slanted ? -50 : 0,
      tickSize: 0,
      tickFormat: shorten,
    },
    y: { domain: rows.map(name), label: null, tickSize: 0, tickFormat: shorten },
    marks: [
      Plot.cell(cells, { x: 'column', y: 'row', fill: 'var(--sunken)', inset: 0.5, rx: 2 }),
      Plot.cell(filled, {
        x: 'column',
        y: 'row',
        inset: 0.5,
        rx: 2,
        fill: (d) => (d.right ? 'right' : 'wrong'),
        fillOpacity: (d) => 0.15 + 0.85 * d.share,
        title: (d) => `${d.row} → ${d.column}: ${d.count}`,
      }),
      ...(cell === CELL.large
        ? [Plot.text(filled, { x: 'column', y: 'row', text: 'count', fill: 'currentColor', fontWeight: 600 })]
        : []),
    ],
    color: { type: 'ordinal', domain: ['right', 'wrong'], range: ['var(--right)', 'var(--wrong)'] },
    opacity: { type: 'identity' },
  });
}
