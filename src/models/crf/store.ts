import { crc32 } from 'node:zlib';
import { UserError } from '../../ground/errors.ts';
import { type ModelArray, type ModelContent, readModelFile, writeModelFile } from '../shared/modelfile.ts';
import { type CrfModel, modelContent, restoreModel } from './model.ts';

const KIND = 'crf';

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

/** Reads what `saveContent` wrote. UserError for a file that is missing, cut short, altered or of another kind. */
export async function loadContent(file: string, kind: string): Promise<ModelContent> {
  try {
    const { header, arrays } = await readModelFile(file, kind);
    if (header.checksum !== checksum(header.content, arrays)) throw damaged(file, 'its checksum differs');
    return { header: header.content as ModelContent['header'], arrays };
  } catch (error) {
    throw error instanceof UserError ? error : damaged(file, 'its arrays cannot be read');
  }
}

export const damaged = (file: string, what: string): UserError =>
  new UserError('not-a-model', `This is not a whole model file: ${what}`, {
    file,
    hint: 'Fit the model again.',
  });

/** Writes a CRF to one file. */
export const saveCrf = (file: string, model: CrfModel): Promise<void> =>
  saveContent(file, KIND, modelContent(model));

/** Reads a CRF. UserError for anything but a whole one. */
export async function loadCrf(file: string): Promise<CrfModel> {
  const model = restoreModel(await loadContent(file, KIND));
  if (typeof model === 'string') throw damaged(file, model);
  return model;
}
