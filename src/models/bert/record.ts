import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { altered, MANIFEST, verifyFolder } from '../../encoders/folder/manifest.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic } from '../../ground/files.ts';
import { hashFile, isSealed, seal } from '../../ground/hash.ts';
import { AUTO, identityOf, parseParameters } from '../../ground/parameters.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { families } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { type BertParameters, type GivenBertParameters, PARAMETERS } from './parameters.ts';
import { damagedModel } from './plan.ts';
import { threadsOf } from './resolve.ts';

/** The file next to the weights that describes how the model was fine-tuned. */
export const RECORD = MANIFEST;
const SCHEMA = 'chineseblue/bert@2';

const recordJson = z.object({
  schema: z.literal(SCHEMA),
  family: z.custom<FamilyId>((value) => typeof value === 'string' && Object.hasOwn(families, value)),
  task: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  learnt: z.unknown(),
});

/** How a kept model was fine-tuned. */
export type KeptRecord = z.infer<typeof recordJson>;

const storedJson = recordJson.extend({
  /** SHA-256 of every file of the folder, by its path in it. */
  files: z.record(z.string(), z.string()),
  /** SHA-256 of the other fields. */
  sha256: z.string(),
});

/** Parameters that only affect speed are left out: a kept model may be loaded on another machine. */
export const recordOf = (task: Task, parameters: BertParameters, learnt: unknown): KeptRecord => ({
  schema: SCHEMA,
  family: task.family,
  task: task.id,
  parameters: identityOf(PARAMETERS, parameters),
  learnt,
});

/** Marks a folder as incomplete. */
export async function removeRecord(folder: string): Promise<void> {
  const file = join(folder, RECORD);
  try {
    await rm(file, { force: true });
  } catch (error) {
    throw explainFileError(error, file);
  }
}

/** Writes the record of a folder whose named files are complete. */
export async function writeRecord(
  folder: string,
  { schema, family, task, parameters, learnt }: KeptRecord,
  names: readonly string[],
): Promise<void> {
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await hashFile(join(folder, name));
  const record = seal({ schema, family, task, parameters, learnt, files });
  await writeAtomic(join(folder, RECORD), `${JSON.stringify(record)}\n`);
}

/**
 * Reads how the model in a folder was fine-tuned, and verifies its files. Throws a UserError as `readRecord` does, and
 * `damaged-model` for a file that is not what was written.
 */
export async function verifyRecord(folder: string): Promise<void> {
  await readRecord(folder);
  await verifyFolder(folder);
}

/**
 * Reads how the model in a folder was fine-tuned; `loadFolder` verifies the other files. Throws a UserError if it was
 * not fine-tuned by this program (`not-fine-tuned`) or by one that kept models in another way (`other-schema`), and where
 * the record is not what was written (`damaged-model`).
 */
export async function readRecord(folder: string): Promise<KeptRecord> {
  const file = join(folder, RECORD);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
  const json = parse(text);
  const result = storedJson.safeParse(json);
  if (!result.success) {
    const schema = z.object({ schema: z.string().startsWith('chineseblue/bert@') }).safeParse(json)
      .data?.schema;
    throw schema !== undefined && schema !== SCHEMA
      ? otherSchema(schema, file)
      : notFineTuned(file, result.error.issues[0].path);
  }
  const { files: _, sha256: __, ...record } = result.data;
  if (!isSealed(z.record(z.string(), z.unknown()).parse(json))) throw altered(file);
  return record;
}

const AGAIN = {
  en: 'Fine-tune it again with `chineseblue train --model bert`.',
  zh: '请用 `chineseblue train --model bert` 重新微调。',
};

const otherSchema = (schema: string, file: string): UserError =>
  new UserError(
    'other-schema',
    {
      en: `This model was kept by another version of chineseblue, as ${schema}; this version reads ${SCHEMA}`,
      zh: `该模型由其他版本的 chineseblue 保存（${schema}），当前版本读取 ${SCHEMA}`,
    },
    { file, field: 'schema', hint: AGAIN },
  );

const notFineTuned = (file: string, [field]: readonly PropertyKey[]): UserError =>
  new UserError(
    'not-fine-tuned',
    { en: 'This file does not say how the model was fine-tuned', zh: '该文件没有模型的微调信息' },
    { file, field: field === undefined ? undefined : String(field), hint: AGAIN },
  );

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The parameters of a kept model, with those chosen for answering. Throws a UserError if those of the record are not
 * resolved ones of this kind.
 */
export function parametersOf(record: KeptRecord, answering: Partial<BertParameters>): BertParameters {
  const owner = { name: { en: 'The kept model', zh: '已保存的模型' } };
  const given = { ...parseParameters(PARAMETERS, record.parameters, owner), ...answering };
  const parameters = { ...given, threads: threadsOf(given) };
  if (isResolved(parameters)) return parameters;
  throw damagedModel(['parameters']);
}

const isResolved = (parameters: GivenBertParameters): parameters is BertParameters =>
  Object.values(parameters).every((value) => value !== AUTO);
