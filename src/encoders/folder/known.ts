import type { ExpectedFile } from '../../fetch/identity.ts';

/** A model that others published and `model get` fetches. */
export interface KnownModel {
  readonly name: string;
  readonly summary: string;
  /** Of the weights, as their publishers declare it. */
  readonly licence: string;
  readonly page: string;
  /** In the order in which they are tried. */
  readonly sources: readonly ModelSource[];
}

export interface ModelSource {
  /** Who put it there. */
  readonly publisher: string;
  readonly files: readonly SourceFile[];
}

/**
 * An archive (`ARCHIVE`) is looked through for a model; any other file is one file of it. Size and hash are known for
 * few: where they are not, what came is recorded and nothing vouches for it.
 */
export interface SourceFile extends ExpectedFile {
  readonly url: string;
}

const MIRROR = 'https://huggingface.co/freedomking/mc-bert/resolve/ae498db3a4526a5609fdf494209622f4d3a2031b';

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
];
