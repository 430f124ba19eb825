import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { UserError } from '../../../ground/errors.ts';
import { damaged, type ModelArray, type ModelContent, readModelFile, writeModelFile } from '../modelfile.ts';
import { type CrfModel, restoreModel } from './model.ts';

const bytesOf = (array: ModelArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** CRC-32 over the JSON and all arrays. */
function checksum(header: unknown, arrays: ModelContent['arrays']): number {
  let sum = crc32(JSON.stringify(header));
  for (const name of Object.keys(arrays).sort()) sum = crc32(bytesOf(arrays[name]), sum);
  return sum;
}

/** Writes content to one file, with a checksum. */
export async function saveContent(
  file: string,
  kind: string,
  { header, arrays }: ModelContent,
): Promise<void> {
  await writeModelFile(file, kind, {
    header: { content: header, checksum: checksum(header, arrays) },
    arrays,
  });
}

const object = z.record(z.string(), z.unknown());

/** Reads what `saveContent` wrote. UserError for a file that is missing, cut short, altered or of another kind. */
export async function loadContent(file: string, kind: string): Promise<ModelContent> {
  try {
    const { header, arrays } = await readModelFile(file, kind);
    if (header.checksum !== checksum(header.content, arrays))
      throw damaged(file, { en: 'its checksum differs', zh: '校验和不符' });
    return { header: object.parse(header.content), arrays };
  } catch (error) {
    throw error instanceof UserError
      ? error
      : damaged(file, { en: 'its arrays cannot be read', zh: '数组无法读取' });
  }
}

/** The CRF in a content. Throws a UserError where it does not fit together. */
export function openCrf(file: string, content: ModelContent): CrfModel {
  const model = restoreModel(content);
  if ('fault' in model) throw damaged(file, model.fault);
  return model;
}
