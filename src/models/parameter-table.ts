import type { Language } from '../ground/language.ts';
import { describeAccepted, kebab, type Parameter } from '../ground/parameters.ts';
import type { ModelKind } from './contract.ts';

/** The parameters of a kind as rows: name, what it accepts, default, meaning. */
export const parameterRows = ({ parameters }: ModelKind, language: Language): string[][] =>
  Object.entries(parameters).map(([name, spec]) => [
    kebab(name),
    describeAccepted(spec)[language],
    defaultOf(spec),
    spec.summary[language],
  ]);

const defaultOf = ({ default: value }: Parameter): string => (value === undefined ? '–' : String(value));

const BEGIN = '<!-- parameters: generated from the specs by scripts/parameters.ts -->';
const END = '<!-- /parameters -->';

/** A page with the table of a kind's parameters between its markers; unchanged where it has no markers. */
export function withParameterTable(page: string, kind: ModelKind): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) return page;
  return `${page.slice(0, begin + BEGIN.length)}\n\n${markdown(kind)}\n\n${page.slice(end)}`;
}

function markdown(kind: ModelKind): string {
  const rows = parameterRows(kind, 'en');
  if (rows.length === 0) return 'It has no parameters.';
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(['parameter', 'accepts', 'default', 'meaning']),
    line(['---', '---', '---', '---']),
    ...rows.map(([name, ...rest]) => line([`\`${name}\``, ...rest])),
  ].join('\n');
}
