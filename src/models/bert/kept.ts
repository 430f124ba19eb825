import { dirname, join } from 'node:path';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { onnxFiles } from '../../encoders/folder/onnx.ts';
import { OWN_WEIGHTS, readOwn, requireHead, splitOwn } from '../../encoders/folder/own.ts';
import { type ExtraFiles, saveFolder } from '../../encoders/folder/save.ts';
import { sentenceFiles } from '../../encoders/folder/sentence-files.ts';
import type { Head } from '../../encoders/heads/head.ts';
import { type Dtype, exportOnnx } from '../../encoders/inference/export.ts';
import { type Forward, openForward } from '../../encoders/inference/forward.ts';
import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { safetensorsFile } from '../../encoders/weights/safetensors_write.ts';
import { UserError } from '../../ground/errors.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { FittedModel } from '../contract.ts';
import { type Answering, predictEach, weightsOf } from './answer.ts';
import { type BertFamily, served } from './families.ts';
import { type BertParameters, DTYPES } from './parameters.ts';
import type { FamilyPlan } from './plan.ts';
import { PLANNERS } from './planners.ts';
import { type KeptRecord, parametersOf, RECORD, readRecord, removeRecord, writeRecord } from './record.ts';
import { requireEntities } from './resolve.ts';

/** A model that was fine-tuned or read back. */
export interface Fitted<F extends FamilyId> {
  readonly config: EncoderConfig;
  readonly tokenizer: Tokenizer;
  /** Files that configure the encoder for `sentence-transformers`, as in the base model. */
  readonly sentence: ExtraFiles;
  readonly plan: FamilyPlan<F>;
  readonly record: KeptRecord;
  readonly parameters: BertParameters;
  /** Of encoder and head; also the pooler where its class in `transformers` has one that the head does not use. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Writes a folder that `transformers` and `openKept` load; `dtypes` are those of its ONNX files. The record, which holds the
 * hashes of the other files, is removed first and written last: a folder that has one is complete.
 */
export async function keep<F extends FamilyId>(
  folder: string,
  { config, tokenizer, sentence, plan, record, tensors }: Omit<Fitted<F>, 'parameters'>,
  dtypes: readonly Dtype[] = DTYPES,
): Promise<void> {
  const { known, own } = splitOwn({ config, tensors });
  const { head, labels } = plan;
  const extra: ExtraFiles = new Map([
    ...(plan.files ?? sentence),
    ...(own.size > 0 ? [[OWN_WEIGHTS, safetensorsFile(own)] as const] : []),
    ...onnxFiles({ config, head, tensors }, dtypes),
  ]);
  const transformersClass = head.transformersClass ?? architectureOf(config).heads.encoderClass;
  const model = { config: { ...config, transformersClass, labels }, tensors: known, tokenizer };
  await removeRecord(folder);
  await writeRecord(folder, record, await saveFolder(folder, model, extra));
}

/**
 * Reads a folder that `keep` wrote; `answering` are parameters of how it answers. Throws a UserError if the folder
 * was not fine-tuned by this program or is damaged.
 */
export async function openKept(
  folder: string,
  answering: Partial<BertParameters> = {},
): Promise<Fitted<FamilyId>> {
  const record = await readRecord(folder);
  const { config, tensors: known, tokenizer, file } = await loadFolder(folder);
  const tensors = new Map([...known, ...(await readOwn(folder))]);
  if (answering.lexiconFeatures) requireEntities('lexiconFeatures', true, record.family);
  const { plan, parameters } = await inRecord(folder, async () => {
    const parameters = parametersOf(record, answering);
    const context = { tokenizer, config, parameters };
    return { parameters, plan: await planOf(record, context) };
  });
  requireHead(plan.head.parameters, tensors, folder);
  return {
    config,
    tokenizer,
    sentence: await sentenceFiles(dirname(file)),
    plan,
    record,
    parameters,
    tensors,
  };
}

const planOf = (
  { family, learnt }: KeptRecord,
  context: Parameters<(typeof PLANNERS)[BertFamily]['plan']>[1],
): Promise<FamilyPlan<FamilyId>> => PLANNERS[served(family)].plan(learnt, context);

/** Attributes errors in a record to its file. */
async function inRecord<T>(folder: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { text, place, hintText: hint } = error;
    throw new UserError('bad-model', text, { file: join(folder, RECORD), ...place, hint });
  }
}

/**
 * Opens the kept ONNX model (`onnx/model.onnx`, or `onnx/model_quantized.onnx` where its `dtype` is int8), to read
 * sequences. Throws a UserError for a device that there is not.
 */
export function openReader<F extends FamilyId, Answer>(
  head: Head<Answer>,
  { config, tensors, parameters: { dtype, device, threads } }: Fitted<F>,
): Promise<Forward<Answer>> {
  const model = exportOnnx({ config, head, weights: tensors, precision: dtype });
  return openForward(head, model, { config, device, threads });
}

/** A model that answers and can be kept as a folder. */
export function createModel<F extends FamilyId, Answer>(
  fitted: Omit<Fitted<F>, 'parameters'>,
  answering: Answering<F, Answer>,
): FittedModel<F> {
  return {
    bytes: [...answering.weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    answer: (inputs, { onAnswer, ...options }) =>
      predictEach(answering, inputs, {
        ...options,
        onPrediction: (index, prediction) => onAnswer(index, { raw: prediction }),
      }),
    save: (folder) => keep(folder, fitted),
  };
}

/** Opens a model that was read back, for answering. */
export const openModel = <F extends FamilyId>(fitted: Fitted<F>): Promise<FittedModel<F>> =>
  fitted.plan.use(async ({ head, ask }) =>
    createModel(fitted, {
      ask,
      forward: await openReader(head, fitted),
      weights: weightsOf(fitted.tensors),
    }),
  );
