import { UserError } from '../../ground/errors.ts';
import { readStart } from '../../ground/files.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { casJson } from './formats/cas-json.ts';
import { conll } from './formats/conll.ts';
import { csv } from './formats/csv.ts';
import { doccano } from './formats/doccano.ts';
import { fasttext } from './formats/fasttext.ts';
import { json } from './formats/json.ts';
import { readObjects } from './formats/json-records.ts';
import { labelStudio } from './formats/label-studio.ts';
import { labelStudioMin } from './formats/label-studio-min.ts';
import { webanno } from './formats/webanno.ts';
import type { ImportFormat } from './import-format.ts';
import type { Head } from './raw.ts';

/** Formats of files, in the order in which their content is compared: adding one is adding a file and a line here. */
export const importFormats: Readonly<Record<string, ImportFormat>> = {
  'label-studio': labelStudio,
  'label-studio-min': labelStudioMin,
  doccano,
  'cas-json': casJson,
  json,
  webanno,
  conll,
  fasttext,
  csv,
};

const HEAD_BYTES = 1 << 18;
const HEAD_LINES = 50;
const HEAD_VALUES = 50;

/** The beginning of a file of UTF-8. Throws a UserError if it begins as JSON but is not. */
export async function readHead(file: string, path: string): Promise<Head> {
  const start = await readStart(path, HEAD_BYTES);
  let text = new TextDecoder().decode(start);
  const cut = text.lastIndexOf('\n');
  // A second line that is longer than all of this is still one.
  if (start.length === HEAD_BYTES && cut > text.indexOf('\n')) text = text.slice(0, cut);
  const filled = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const lines = filled.slice(0, HEAD_LINES);
  if (!/^\s*[[{]/.test(text)) return { file, path, lines };
  const values: PlainRecord[] = [];
  for await (const { value } of readObjects(path)) {
    values.push(value);
    if (values.length === HEAD_VALUES) break;
  }
  return { file, path, lines, values };
}

/** The format of a file by its content. Throws a UserError `import-format`. */
export function detectFormat(head: Head): { readonly name: string; readonly format: ImportFormat } {
  const found = Object.entries(importFormats).find(([, format]) => format.fits(head));
  if (found) return { name: found[0], format: found[1] };
  if (head.lines.length < 2 && !head.values) throw tooShort(head);
  const titles = Object.values(importFormats).map(({ title }) => title);
  throw new UserError(
    'import-format',
    { en: 'This is not a supported import format', zh: '不是可导入的格式' },
    {
      file: head.file,
      hint: {
        en: `Known: ${titles.map(({ en }) => en).join(', ')}, Excel, Parquet, and brat and dataset folders.`,
        zh: `支持：${titles.map(({ zh }) => zh).join('、')}、Excel、Parquet，以及 brat 目录和数据集目录。`,
      },
    },
  );
}

/** A file without any record, which may be of any format. */
const tooShort = ({ file, lines }: Head): UserError =>
  new UserError(
    'import-format',
    lines.length === 0
      ? { en: 'The file is empty', zh: '文件为空' }
      : { en: 'The file has a single line and no records', zh: '文件只有一行，没有记录' },
    { file, hint: { en: 'Export it again.', zh: '请重新导出。' } },
  );
