import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { AUTO, identityOf, parseParameters } from '../../ground/parameters.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { families } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { type BertParameters, type GivenBertParameters, PARAMETERS } from './parameters.ts';
import { damagedModel } from './plan.ts';
import { threadsOf } from './resolve.ts';

/** The file beside the weights that says how the model was fine-tuned. */
export const RECORD = 'chineseblue.json';
const SCHEMA = 'chineseblue/bert@2';

const recordJson = z.object({
  schema: z.literal(SCHEMA),
  family: z.custom<FamilyId>((value) => typeof value === 'string' && Object.hasOwn(families, value)),
  task: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  learnt: z.unknown(),
});

/** How a kept model was fine-tuned, as its folder says it. */
export type KeptRecord = z.infer<typeof recordJson>;

/** Parameters that only affect speed are left out: a kept model may be loaded on another machine. */
export const recordOf = (task: Task, parameters: BertParameters, learnt: unknown): KeptRecord => ({
  schema: SCHEMA,
  family: task.family,
  task: task.id,
  parameters: identityOf(PARAMETERS, parameters),
  learnt,
});

/**
 * Reads how the model in a folder was fine-tuned. Throws a UserError where it was not fine-tuned by this program
 * (`not-fine-tuned`) or by one that kept models in another way (`other-schema`).
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
  const result = recordJson.safeParse(json);
  if (result.success) return result.data;
  const schema = z.object({ schema: z.string().startsWith('chineseblue/bert@') }).safeParse(json)
    .data?.schema;
  throw schema !== undefined && schema !== SCHEMA
    ? otherSchema(schema, file)
    : notFineTuned(file, result.error.issues[0].path);
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
 * The parameters of a kept model, with those chosen for answering. Throws a UserError where those of the record are not
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
