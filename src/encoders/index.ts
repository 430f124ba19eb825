/** The public exports of `chineseblue/encoders`: tokenizers, folders with weights, vectors of texts. */
export { findFolder } from './folder/find.ts';
export { type ListedModel, listModels } from './folder/list.ts';
export { type LoadedFolder, loadFolder } from './folder/load.ts';
export { type Model, saveFolder } from './folder/save.ts';
export type { Pooling } from './inference/parameters.ts';
export { cosine, textVectors, type VectorOptions } from './inference/vectors.ts';
export { loadTokenizer } from './tokenizers/load.ts';
export type { NormalizerOptions } from './tokenizers/normalize.ts';
export {
  createTokenizer,
  type Encoding,
  type Tokenizer,
  type TokenizerOptions,
  type Tokens,
} from './tokenizers/tokenizer.ts';
export { createVocabulary, type Vocabulary } from './tokenizers/vocabulary.ts';
export type { Tensor } from './weights/read.ts';
