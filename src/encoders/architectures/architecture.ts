import type { Value } from '../../autograd/index.ts';
import type { Vocabulary } from '../tokenizers/vocabulary.ts';
import type { Tensor } from '../weights/stored.ts';
import type { BatchShape, EncodeOptions, EncoderInputs, HeadContext, Layout, Lookup } from './graph.ts';

/** The common part of encoder configurations; an architecture adds its own fields. */
export interface EncoderConfig {
  /** `model_type` in `config.json`: which architecture reads the rest. */
  readonly modelType: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Attention heads of a layer. */
  readonly heads: number;
  /** Maximum sequence length in tokens. */
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Dropout before the head; `hiddenDropout` if absent. */
  readonly classifierDropout?: number;
  /** Dropout of the embeddings; `hiddenDropout` if absent. */
  readonly embeddingDropout?: number;
  /** Standard deviation of the normal distribution of new weights. */
  readonly initializerRange: number;
  readonly padTokenId: number;
  /** Class names of the head's outputs, by id; absent for a bare encoder. */
  readonly labels?: readonly string[];
  /** Class in `transformers` that loads the model, e.g. `BertForTokenClassification`. */
  readonly transformersClass?: string;
  /** How `transformers` interprets the logits, e.g. `multi_label_classification`. */
  readonly problemType?: string;
  /** Whether the weights are random (`chineseblue init`), so that fine-tuning is training from scratch. */
  readonly untrained?: boolean;
  /** Whether the decoder of masked tokens has separate weights instead of the word embeddings. */
  readonly untied?: boolean;
}

/** Sizes of a new model. */
export interface Sizes {
  readonly layers: number;
  readonly hidden: number;
  /** 0 or absent: one per 64 of the hidden size, as in BERT-base. */
  readonly heads?: number;
  /** Absent: four times the hidden size. */
  readonly intermediate?: number;
  /** Maximum sequence length in tokens; absent: 512. */
  readonly positions?: number;
  readonly dropout?: number;
}

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** `config.json` of one model type. */
export interface ConfigFormat<Config extends EncoderConfig = EncoderConfig> {
  /**
   * Reads the parsed JSON of a `config.json` with this `model_type`. Throws a UserError that names the file and the field.
   */
  parse(json: object, file?: string): Config;
  /** The content of a `config.json` that `transformers` reads; `torchDtype` is the number type of the weights. */
  write(config: Config, torchDtype: 'float32' | 'float16'): object;
  /** The configuration of a new model of these sizes. */
  initial(vocabulary: Vocabulary, sizes: Sizes, transformersClass: string): Config;
}

/** Names, shapes, initial values and roles of parameters. Names are canonical: see `canonical`. */
export interface ParameterScheme<Config extends EncoderConfig = EncoderConfig> {
  /** Every parameter of the encoder and its pooler, in the order of the file; linear weights are `[out, in]`. */
  shapes(config: Config): Shapes;
  /** Random weights for all of `shapes`; the same seed gives the same bits. */
  initial(config: Config, seed: number): Map<string, Tensor>;
  /** Initial value of a single parameter of a head, by the convention of the architecture for its role. */
  fresh(config: Config, name: string, shape: readonly number[], seed: number): Tensor;

  /** The canonical name of a tensor in a PyTorch or safetensors file, without wrapper prefixes; null for a buffer. */
  canonical(name: string): string | null;
  /** The same for a TensorFlow 1 checkpoint, and whether the matrix is stored transposed; null for optimizer slots. */
  canonicalTensorflow(name: string): { readonly name: string; readonly transposed: boolean } | null;
  /** The name under which `transformers` saves a parameter in a model of this class. */
  saved(name: string, transformersClass: string | undefined): string;
  /** Duplicate names of tied parameters in PyTorch files, with the parameter that each repeats. */
  readonly copies: Readonly<Record<string, string>>;
  /** Tensors that `transformers` saves although they follow from the configuration: written, and not read back. */
  constants?(config: Config): ReadonlyMap<string, Tensor>;

  /** Whether a parameter belongs to the encoder proper: neither pooler nor head. */
  isEncoder(name: string): boolean;
  /** Whether it belongs to the pooler, which files may lack. */
  isPooler(name: string): boolean;
  /** Whether any class of `transformers` has this parameter. */
  isKnown(name: string): boolean;
  /** Whether weight decay applies. */
  decays(name: string): boolean;
  /** 0 for embeddings, 1 for the first layer, …, `layers + 1` for pooler and head. */
  depth(config: Config, name: string): number;
}

/** An embedding table, and which of its rows a token reads. */
export interface EmbeddingTable {
  readonly name: string;
  /** `token` is an index into the flattened `[batch, length]` inputs. */
  row(inputs: TableInputs, token: number, length: number, config: EncoderConfig): number;
}

/** The fed inputs that select rows of embedding tables. */
export interface TableInputs {
  readonly ids: BigInt64Array;
  readonly types: BigInt64Array;
}

/** Dense layers on the normalised sum of embeddings, by the names of their parameters. */
export interface FirstDense {
  readonly norm: string;
  readonly epsilon: number;
  readonly dense: readonly string[];
}

/** The encoder as a graph. */
export interface EncoderGraph<Config extends EncoderConfig = EncoderConfig> {
  inputs(shape: BatchShape, config: Config): EncoderInputs;
  /**
   * The sum of the embeddings of every token, `[batch, length, width of the tables]`. Its gradient is sufficient for the
   * tables: the host adds up its rows, so that no gradient of the size of the vocabulary leaves the graph.
   */
  embed(config: Config, inputs: EncoderInputs, parameter: Lookup, layout: Layout): Value;
  /** From `embed` to the last hidden states, `[batch, length, hidden]`. `mask` is int64 `[batch, length]`. */
  encode(config: Config, embedded: Value, mask: Value, parameter: Lookup, options: EncodeOptions): Value;
  /**
   * The dense layers that read the sum of embeddings after nothing but its layer normalisation; absent if there are none.
   * `encode` takes their outputs from `shortcuts.first`.
   */
  firstDense?(config: Config): FirstDense | undefined;
  /** Embedding tables that `embed` reads, of one width; those that a configuration lacks are passed over. */
  readonly tables: readonly EmbeddingTable[];
  /** The table of token embeddings. */
  readonly words: string;
  /** The table of token types; absent if the architecture has none. */
  readonly types?: string;
}

/** A classifier of `transformers`: its parameters by Hugging Face name, and the logits. */
export interface Classifier<Config extends EncoderConfig = EncoderConfig> {
  /** The class in `transformers`. */
  readonly transformersClass: string;
  /** Parameters, those of the pooler included where it is used. */
  parameters(config: Config, classes: number): Shapes;
  /** Whether only the first token is read: the last layer may then skip the others. For one class per token never. */
  firstOnly?(config: Config): boolean;
  logits(config: Config, context: HeadContext): Value;
  /** Number of classes of stored weights; undefined if they have no such head. */
  classes(tensors: ReadonlyMap<string, Tensor>): number | undefined;
}

/** Masked-language-model head; the decoder's weights are the word embeddings. */
export interface MaskedLanguageModel<Config extends EncoderConfig = EncoderConfig> {
  readonly transformersClass: string;
  /** Parameters besides the tied table. */
  parameters(config: Config): Shapes;
  /** Hidden states `[…, hidden]` as they are multiplied with the table, `[…, width of the table]`. */
  transform(config: Config, context: HeadContext, hidden: Value): Value;
  /** The decoder's bias, `[vocabulary]`. */
  readonly bias: string;
}

/** Next-sentence head: its parameters (with the pooler's) and logits `[batch, 2]`, class 0 for "follows". */
export interface NextSentence<Config extends EncoderConfig = EncoderConfig> {
  /** The class in `transformers` with this head and the masked-language-model head. */
  readonly transformersClass: string;
  parameters(config: Config): Shapes;
  logits(context: HeadContext): Value;
}

/** Heads that `transformers` has for an architecture. */
export interface TransformersHeads<Config extends EncoderConfig = EncoderConfig> {
  /** Class of the encoder without a head. */
  readonly encoderClass: string;
  /** One class for a sequence, logits `[batch, classes]`. */
  readonly sequence: Classifier<Config>;
  /** One class for every token, logits `[batch, length, classes]`. */
  readonly tokens: Classifier<Config>;
  readonly masked: MaskedLanguageModel<Config>;
  /** Absent if the architecture is not pretrained with it. */
  readonly nextSentence?: NextSentence<Config>;
  /** The class that has a place for all tensors of a file. */
  classOf(tensors: ReadonlyMap<string, Tensor>): string;
}

/**
 * One model type: everything that depends on its names, shapes and layers. Adding one is adding a folder that exports one
 * of these, and a line in `registry.ts`. Its functions only ever receive configurations of its own `modelType`.
 */
export interface Architecture<Config extends EncoderConfig = EncoderConfig> {
  /** `model_type` in `config.json`. */
  readonly modelType: string;
  readonly config: ConfigFormat<Config>;
  readonly parameters: ParameterScheme<Config>;
  readonly graph: EncoderGraph<Config>;
  readonly heads: TransformersHeads<Config>;
}
