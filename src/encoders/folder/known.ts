import type { ExpectedFile } from '../../fetch/identity.ts';

/** A model that others published and `model get` fetches. */
export interface KnownModel {
  readonly name: string;
  readonly summary: string;
  /** Of the weights, as their publishers declare it; empty if it is only on their page. */
  readonly licence: string;
  readonly page: string;
  /** In the order in which they are tried. */
  readonly sources: readonly ModelSource[];
}

/** The source of a model: its own URLs, or the Hugging Face hub or a mirror of it. */
export type ModelSource = FilesSource | HubSource;

export interface FilesSource {
  /** Its publisher. */
  readonly publisher: string;
  readonly files: readonly SourceFile[];
}

export interface HubSource {
  readonly publisher: string;
  /** `owner/name`. */
  readonly repository: string;
  /** A commit; `main` where none is known: the commit of the first download is then recorded and kept. */
  readonly revision: string;
}

/**
 * An archive (`ARCHIVE`) is looked through for a model; any other file is one file of it. Size and hash are known for
 * few: where they are not, what came is recorded and nothing vouches for it.
 */
export interface SourceFile extends ExpectedFile {
  readonly url: string;
}

/** The licence of a model whose page is to be read for it. */
const UNDECLARED = '';

const MIRROR = 'https://huggingface.co/freedomking/mc-bert/resolve/ae498db3a4526a5609fdf494209622f4d3a2031b';

/** A model of the hub. Hashes of its files come from the hub, for the commit. */
const ofHub = (
  name: string,
  repository: string,
  { summary, licence, revision = 'main' }: { summary: string; licence: string; revision?: string },
): KnownModel => ({
  ...{ name, summary, licence },
  page: `https://huggingface.co/${repository}`,
  sources: [{ publisher: `${repository} (Hugging Face)`, repository, revision }],
});

const BGE = 'BGE (Xiao et al. 2023): sentence embeddings of Chinese';
const WWM = 'Chinese BERT with whole word masking (Cui et al. 2019)';
const MACBERT = 'MacBERT (Cui et al. 2020): masked words are replaced by similar ones';
const E5 =
  'multilingual E5 (Wang et al. 2024): sentence embeddings; texts begin with "query: " or "passage: "';

const HUB_MODELS: readonly KnownModel[] = [
  ofHub('bge-small-zh-v1.5', 'BAAI/bge-small-zh-v1.5', {
    summary: `${BGE}, 4 layers of 512`,
    licence: 'MIT',
    revision: '7999e1d3359715c523056ef9478215996d62a620',
  }),
  ofHub('bge-base-zh-v1.5', 'BAAI/bge-base-zh-v1.5', {
    summary: `${BGE}, 12 layers of 768`,
    licence: 'MIT',
    revision: 'f03589ceff5aac7111bd60cfc7d497ca17ecac65',
  }),
  ofHub('bge-large-zh-v1.5', 'BAAI/bge-large-zh-v1.5', {
    summary: `${BGE}, 24 layers of 1024`,
    licence: 'MIT',
    revision: '79e7739b6ab944e86d6171e44d24c997fc1e0116',
  }),
  ofHub('chinese-roberta-wwm-ext', 'hfl/chinese-roberta-wwm-ext', {
    summary: `RoBERTa-wwm-ext: ${WWM}, 12 layers`,
    licence: 'Apache-2.0',
    revision: '5c58d0b8ec1d9014354d691c538661bf00bfdb44',
  }),
  ofHub('chinese-roberta-wwm-ext-large', 'hfl/chinese-roberta-wwm-ext-large', {
    summary: `RoBERTa-wwm-ext-large: ${WWM}, 24 layers`,
    licence: 'Apache-2.0',
  }),
  ofHub('chinese-bert-wwm-ext', 'hfl/chinese-bert-wwm-ext', {
    summary: `BERT-wwm-ext: ${WWM}, 12 layers`,
    licence: 'Apache-2.0',
  }),
  ofHub('chinese-macbert-base', 'hfl/chinese-macbert-base', {
    summary: `${MACBERT}, 12 layers`,
    licence: 'Apache-2.0',
    revision: 'a986e004d2a7f2a1c2f5a3edef4e20604a974ed1',
  }),
  ofHub('chinese-macbert-large', 'hfl/chinese-macbert-large', {
    summary: `${MACBERT}, 24 layers`,
    licence: 'Apache-2.0',
  }),
  ofHub('bert-base-chinese', 'google-bert/bert-base-chinese', {
    summary: 'BERT of Chinese (Devlin et al. 2019), 12 layers',
    licence: UNDECLARED,
    revision: 'c30a6ed22ab4564dc1e3b2ecbf6e766b0611a33f',
  }),
  ofHub('medbert', 'trueto/medbert-base-wwm-chinese', {
    summary: 'MedBERT: BERT-wwm, further pretrained on Chinese clinical text',
    licence: UNDECLARED,
  }),
  ofHub('ernie-health', 'nghuyong/ernie-health-zh', {
    summary: 'ERNIE-Health: ERNIE for Chinese medical text',
    licence: UNDECLARED,
  }),
  ofHub('bge-m3', 'BAAI/bge-m3', {
    summary: 'BGE-M3 (Chen et al. 2024): multilingual sentence embeddings, texts of up to 8192 tokens',
    licence: 'MIT',
    revision: '5617a9f61b028005a4858fdac845db406aefb181',
  }),
  ofHub('multilingual-e5-small', 'intfloat/multilingual-e5-small', {
    summary: `${E5}, 12 layers of 384`,
    licence: 'MIT',
    revision: 'fd1525a9fd15316a2d503bf26ab031a61d056e98',
  }),
  ofHub('multilingual-e5-base', 'intfloat/multilingual-e5-base', {
    summary: `${E5}, 12 layers of 768`,
    licence: 'MIT',
    revision: '835193815a3936a24a0ee7dc9e3d48c1fbb19c55',
  }),
  ofHub('bge-reranker-base', 'BAAI/bge-reranker-base', {
    summary: 'BGE reranker: scores a pair of texts, Chinese and English',
    licence: 'MIT',
    revision: '2cfc18c9415c912f9d8155881c133215df768a70',
  }),
];

export const knownModels: readonly KnownModel[] = [
  {
    name: 'mc-bert',
    summary: 'MC-BERT (Zhang et al. 2020): BERT-base, further pretrained on Chinese biomedical text',
    licence: 'Apache-2.0 (repository)',
    page: 'https://github.com/alibaba-research/ChineseBLUE',
    sources: [
      {
        publisher: 'its authors (Google Drive)',
        files: [
          {
            path: 'mc_bert_base.archive',
            url: 'https://drive.usercontent.google.com/download?id=1ccXRvaeox5XCNP_aSk_ttLBY695Erlok&export=download&confirm=t',
          },
        ],
      },
      {
        publisher: 'freedomking (a copy on Hugging Face, July 2022)',
        files: [
          { path: 'config.json', url: `${MIRROR}/config.json` },
          { path: 'vocab.txt', url: `${MIRROR}/vocab.txt` },
          {
            path: 'pytorch_model.bin',
            url: `${MIRROR}/pytorch_model.bin`,
            bytes: 411_578_582,
            sha256: 'b2edecd9ac43c90f93f224eddf28accab3f209c10366e006e133ba9bff70ea86',
          },
        ],
      },
    ],
  },
  ...HUB_MODELS,
];
