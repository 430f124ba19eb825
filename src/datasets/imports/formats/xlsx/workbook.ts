import { posix } from 'node:path';
import { readZip, type ZipFile } from '../../../../fetch/zip.ts';
import { UserError } from '../../../../ground/errors.ts';
import { explainFileError } from '../../../../ground/files.ts';
import { readXml, textHandler } from './parts.ts';
import { type CellStyle, readStyles } from './styles.ts';
import { attributeOf } from './xml.ts';

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly part: ZipFile;
}

/** An `.xlsx` file: its sheets, and what their cells refer to. */
export interface Workbook {
  readonly file: string;
  readonly sheets: readonly Sheet[];
  readonly styles: readonly CellStyle[];
  /** Days count from 1904. */
  readonly from1904: boolean;
  /** Texts that cells refer to by number, read on first use. */
  strings(): Promise<readonly string[]>;
}

/** An unpacked part is refused where it is both larger than this and than this many times its packed file. */
const MAX_BYTES = 100 * 1024 * 1024;
const MAX_RATIO = 200;
/** All texts of a workbook together, in characters. */
const MAX_CHARACTERS = 1 << 27;

/**
 * Opens an `.xlsx` file. Throws a UserError: `bad-workbook` if it is damaged or none, `workbook-too-large` if it
 * unpacks to absurd sizes.
 */
export async function openWorkbook(file: string): Promise<Workbook> {
  return explained(file, async () => {
    const parts = new Map((await readZip(file)).map((part) => [part.name, part]));
    refuseBomb(file, [...parts.values()]);
    const main = await partBy(parts, '', 'officeDocument');
    if (!main) throw new Error('it has no workbook');
    const relations = await relationsOf(parts, main.name);
    const sheets: Sheet[] = [];
    let from1904 = false;
    await readXml(main, {
      open(name, attributes) {
        if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attributeOf(attributes, 'date1904') ?? '');
        if (name !== 'sheet') return;
        const target = relations.get(attributeOf(attributes, 'r:id') ?? attributeOf(attributes, 'id') ?? '');
        const part = target && parts.get(target.path);
        if (!part || !target.type.endsWith('/worksheet')) return;
        const isHidden = (attributeOf(attributes, 'state') ?? 'visible') !== 'visible';
        sheets.push({ name: attributeOf(attributes, 'name') ?? '', isHidden, part });
      },
      close: () => undefined,
      text: () => undefined,
    });
    const styles = await partBy(parts, main.name, 'styles');
    let strings: Promise<readonly string[]> | undefined;
    return {
      ...{ file, sheets, from1904, styles: styles ? await readStyles(styles) : [] },
      strings() {
        strings ??= partBy(parts, main.name, 'sharedStrings').then((part) =>
          part ? readStrings(part, file) : [],
        );
        return strings;
      },
    };
  });
}

/** What `act` comes to, its errors as one of the workbook. */
export async function explained<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw badWorkbook(error, file);
  }
}

export function badWorkbook(error: unknown, file: string): unknown {
  const known = explainFileError(error, file);
  if (known instanceof UserError) return known;
  const cause = error instanceof Error ? error.message : String(error);
  return new UserError(
    'bad-workbook',
    { en: `The workbook cannot be read: ${cause}`, zh: `无法读取该工作簿：${cause}` },
    {
      file,
      hint: {
        en: 'Open it in a spreadsheet program and save it as .xlsx again.',
        zh: '请用表格软件打开并重新另存为 .xlsx。',
      },
    },
  );
}

export function tooLarge(file: string): UserError {
  return new UserError(
    'workbook-too-large',
    { en: 'The workbook unpacks to more than can be read', zh: '工作簿解压后过大，无法读取' },
    { file, hint: { en: 'Save the sheet as CSV.', zh: '请将工作表另存为 CSV。' } },
  );
}

function refuseBomb(file: string, parts: readonly ZipFile[]): void {
  for (const { bytes, packed } of parts)
    if (bytes > MAX_BYTES && bytes > MAX_RATIO * packed) throw tooLarge(file);
}

interface Relation {
  readonly type: string;
  readonly path: string;
}

/** What a part of the package refers to, by id. */
async function relationsOf(
  parts: ReadonlyMap<string, ZipFile>,
  name: string,
): Promise<Map<string, Relation>> {
  const folder = posix.dirname(name);
  const part = parts.get(posix.join(folder, '_rels', `${posix.basename(name)}.rels`));
  const relations = new Map<string, Relation>();
  if (!part) return relations;
  await readXml(part, {
    open(tag, attributes) {
      if (tag !== 'Relationship') return;
      const target = attributeOf(attributes, 'Target') ?? '';
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      relations.set(attributeOf(attributes, 'Id') ?? '', {
        type: attributeOf(attributes, 'Type') ?? '',
        path,
      });
    },
    close: () => undefined,
    text: () => undefined,
  });
  return relations;
}

/** The part that another refers to as `type`. */
async function partBy(
  parts: ReadonlyMap<string, ZipFile>,
  name: string,
  type: string,
): Promise<ZipFile | undefined> {
  const relations = [...(await relationsOf(parts, name)).values()];
  const found = relations.find((relation) => relation.type.endsWith(`/${type}`));
  return found && parts.get(found.path);
}

/** Texts of a workbook: those of its runs together, without the phonetic readings of Chinese and Japanese ones. */
async function readStrings(part: ZipFile, file: string): Promise<string[]> {
  const strings: string[] = [];
  let characters = 0;
  const take = (text: string): void => {
    characters += text.length;
    if (characters > MAX_CHARACTERS) throw tooLarge(file);
    strings.push(text);
  };
  await readXml(part, textHandler(take, 'si'));
  return strings;
}
