import type { ZipFile } from '../../../../fetch/zip.ts';
import { readXml } from './parts.ts';
import { attributeOf } from './xml.ts';

/** How a number is shown. */
export interface CellStyle {
  readonly isDate: boolean;
  /** Digits to which a whole number is filled with zeros, as in codes; 0: none. */
  readonly digits: number;
}

/** Formats of dates and times that have no code in the file: ECMA-376 18.8.30, those of Chinese included. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** A format code without its literals: quoted texts, escaped characters, colours and locales. */
const bare = (code: string): string =>
  code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?![hms]+\])[^\]]*\]/gi, '')
    .split(';')[0];

const styleOf = (id: number, code: string | undefined): CellStyle => {
  if (code === undefined) return { isDate: isBuiltInDate(id), digits: 0 };
  const plain = bare(code);
  return {
    isDate: plain.toLowerCase() !== 'general' && /[dmyhs]/i.test(plain),
    digits: /^0{2,}$/.test(plain) ? plain.length : 0,
  };
};

/** The style of every cell format, by number. */
export async function readStyles(part: ZipFile): Promise<CellStyle[]> {
  const codes = new Map<number, string>();
  const ids: number[] = [];
  let inCells = false;
  await readXml(part, {
    open(name, attributes) {
      const id = Number(attributeOf(attributes, 'numFmtId'));
      if (name === 'numFmt') codes.set(id, attributeOf(attributes, 'formatCode') ?? '');
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) ids.push(id);
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
    text: () => undefined,
  });
  return ids.map((id) => styleOf(id, codes.get(id)));
}
