import * as z from 'zod';
import type { InputShape } from '../../../tasks/families/family.ts';
import type { Text1, Text2 } from '../../../tasks/families/shared/types.ts';
import type { ArraysOf } from '../modelfile.ts';
import type { Encoder } from './encoder.ts';
import { fitPairEncoder, openPairEncoder } from './pairs.ts';
import { fitTextEncoder, openTextEncoder } from './texts.ts';
import type { TfidfOptions } from './tfidf.ts';
import { type TFIDF_ARRAYS, tfidfOptionsJson } from './tfidf-content.ts';

/** The input of a classifier: one text or a pair. */
export type ClassifierInput = Text1 | Text2;

/** The texts of an input, one or two. */
export const textsOf = (input: ClassifierInput): readonly string[] =>
  'text' in input ? [input.text] : [input.textA, input.textB];

/** An encoder of inputs of one shape; `measured`: pairs are also described by measures of overlap. */
export function fitInputEncoder(
  shape: InputShape,
  inputs: readonly ClassifierInput[],
  options: TfidfOptions,
  measured: boolean,
): Encoder<ClassifierInput> {
  if (shape === 'pair') {
    const pairs = inputs.flatMap((input) => ('textA' in input ? [input] : []));
    return fitPairEncoder(pairs, options, measured);
  }
  return fitTextEncoder(
    inputs.flatMap((input) => ('text' in input ? [input] : [])),
    options,
  );
}

/** What `pack` of such an encoder puts into the header of a model file. */
export const encoderJson = z.object({ options: tfidfOptionsJson, measured: z.boolean().optional() });

/** The encoder that was packed. */
export function openInputEncoder(
  shape: InputShape,
  { options, measured = false }: z.infer<typeof encoderJson>,
  arrays: ArraysOf<typeof TFIDF_ARRAYS>,
): Encoder<ClassifierInput> {
  return shape === 'pair' ? openPairEncoder(arrays, options, measured) : openTextEncoder(arrays, options);
}
