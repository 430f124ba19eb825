import { formats } from '../datasets/formats/registry.ts';
import { OFFICIAL_ADDRESS } from '../datasets/release/manifest.ts';
import type { Task } from '../tasks/task.ts';
import type { Audit } from './audit.ts';

/** The context that the Croissant 1.0 specification prescribes word for word. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

/** What to cite for a corpus of the release, and when it appeared; the dialogues have a separate paper. */
const PAPERS = {
  release: {
    citeAs:
      'Zhang et al. (2020). Conceptualized Representation Learning for Chinese Biomedical Text Mining. arXiv:2008.10813.',
    datePublished: '2020-08',
  },
  dialogues: {
    citeAs:
      'Lin et al. (2019). Enhancing Dialogue Symptom Diagnosis with Global Attention and Symptom Graph. EMNLP-IJCNLP 2019, D19-1508.',
    datePublished: '2019-11',
  },
} as const;

const REPOSITORY = 'https://github.com/alibaba-research/ChineseBLUE';

/** A licence that is an SPDX identifier as the URL of its text; any other unchanged. */
const licenceOf = (licence: string): string =>
  /^[A-Za-z0-9.+-]+$/.test(licence) ? `https://spdx.org/licenses/${licence}.html` : licence;

/** Croissant 1.0 metadata of a corpus (MLCommons): files with their hashes and what a record looks like. */
export function croissant(task: Task, audit: Audit): object {
  const { corpus, title } = task;
  const { list, shape } = formats[corpus.format];
  const directory = list !== undefined;
  const released = task.access === 'public' && !audit.synthetic;
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: task.id,
    description: `${title.en}. ${title.zh}。 A record: ${shape.en}.${audit.synthetic ? ' Synthetic sample.' : ''}`,
    license: licenceOf(corpus.licence),
    url: corpus.source.startsWith('http') ? corpus.source : REPOSITORY,
    ...(released ? (directory ? PAPERS.dialogues : PAPERS.release) : {}),
    inLanguage: 'zh',
    keywords: [task.family, 'Chinese', 'biomedical'],
    version: '1.0.0',
    distribution: directory
      ? directoriesOf(audit, released)
      : audit.files.map(({ path, bytes, sha256 }) => ({
          '@type': 'cr:FileObject',
          '@id': path,
          name: path,
          contentUrl: released ? `${OFFICIAL_ADDRESS}/${path}` : path,
          contentSize: `${bytes} B`,
          encodingFormat: corpus.format.endsWith('-tsv')
            ? 'text/tab-separated-values'
            : 'application/jsonlines',
          sha256,
        })),
  };
}

/**
 * Splits with one file per record: sets of files inside the repository of the release (or the local folder).
 * Croissant has no hash for a set, so the combined one is in its description.
 */
function directoriesOf({ files }: Audit, released: boolean): object[] {
  const container = {
    '@type': 'cr:FileObject',
    '@id': 'repository',
    name: 'repository',
    contentUrl: released ? REPOSITORY : '.',
    encodingFormat: 'git+https',
    // A repository has no hash: this is the value in the examples of the specification.
    sha256: 'https://github.com/mlcommons/croissant/issues/80',
  };
  const sets = files.map(({ path, bytes, sha256, gitBlob }) => ({
    '@type': 'cr:FileSet',
    '@id': path,
    name: path,
    description: `${bytes} B in all; sha256 over the lines "name sha256" in byte order of the names: ${sha256}; git tree ${gitBlob}`,
    containedIn: { '@id': container['@id'] },
    encodingFormat: 'application/json',
    includes: released ? `data/${path}/*.json` : `${path}/*.json`,
  }));
  return [container, ...sets];
}
