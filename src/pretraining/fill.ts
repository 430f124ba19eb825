import { compile, input, type SessionOptions, softmax, type Value } from '../autograd/index.ts';
import {
  embed,
  encode,
  encoderInputs,
  fixedLayout,
  noDropout,
} from '../encoders/architectures/bert/graph.ts';
import { loadFolder } from '../encoders/folder/load.ts';
import { encoderFeeds } from '../encoders/inference/sequences.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { maskedLogits, pretrainingParameters } from './objective/head.ts';
import { startFrom } from './start.ts';

export interface Filled {
  readonly token: string;
  readonly probability: number;
}

/** What only the masked-token head has; `startFrom` would make it up. */
const NEEDED = 'cls.predictions.transform.dense.weight';

/**
 * The likeliest tokens for every `[MASK]` of a text, likeliest first, each mask by itself. Throws a UserError where the
 * text has no `[MASK]` (`no-mask`) or does not fit, and for a model without a masked-token head (`head-missing`).
 */
export async function fillMasks(
  folder: string,
  text: string,
  top: number,
  options: SessionOptions = {},
): Promise<Filled[][]> {
  const model = await loadFolder(folder, { specialTokensInText: 'as-token' });
  const { tokenizer } = model;
  if (!model.tensors.has(NEEDED)) {
    throw new UserError('head-missing', 'The model has no head for masked tokens', {
      file: folder,
      field: NEEDED,
      hint: 'Encoders alone and fine-tuned models have none: use a pretrained one, e.g. of `chineseblue pretrain`.',
    });
  }
  const { config, tensors } = startFrom(model, 0);
  const { ids, types } = tokenizer.encode(text);
  const { mask } = tokenizer.vocabulary.ids;
  const masked = [...ids.keys()].filter((at) => ids[at] === mask);
  if (masked.length === 0) {
    throw new UserError('no-mask', `The text has no ${tokenizer.vocabulary.special.mask}`, {
      hint: 'Write one for every token that is to be filled in: 患者出现[MASK][MASK]。',
      exitCode: EXIT.usage,
    });
  }
  if (ids.length > config.maxPositions) {
    throw new UserError(
      'text-too-long',
      `The text has ${ids.length} tokens, the model reads ${config.maxPositions}`,
      {
        hint: 'Give a shorter text.',
      },
    );
  }
  const used = [...tensors].filter(
    ([name]) =>
      /^(embeddings|encoder)\./.test(name) || (pretrainingParameters(config).has(name) && !/seq_/.test(name)),
  );
  const parameters = new Map(used.map(([name, { shape }]) => [name, input(name, shape)]));
  const parameter = (name: string): Value => parameters.get(name)!;
  const inputs = encoderInputs(1, ids.length);
  const context = {
    hidden: encode(config, embed(inputs, parameter), inputs.attention_mask, parameter),
    mask: inputs.attention_mask,
    parameter,
    dense: (x: Value, name: string): Value => fixedLayout.dense(x, name, parameter),
    dropout: noDropout,
  };
  const positions = input('masked_positions', [masked.length], 'int64');
  const program = await compile(
    { probabilities: softmax(maskedLogits(config, context, positions)) },
    options,
  );
  const out = await program.run({
    ...Object.fromEntries(used.map(([name, { data }]) => [name, data])),
    ...encoderFeeds([{ ids, types }], { batch: 1, length: ids.length }, config.padTokenId),
    masked_positions: BigInt64Array.from(masked, BigInt),
  });
  const probabilities = out.probabilities as Float32Array;
  return masked.map((_, row) => {
    const own = probabilities.subarray(row * config.vocabSize, (row + 1) * config.vocabSize);
    return tokenizer.vocabulary.tokens
      .map((token, id) => ({ token, probability: own[id] }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
  });
}
