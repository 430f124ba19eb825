import { formats } from '../corpora/formats/registry.ts';
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
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

/** Croissant 1.0 metadata of a corpus (MLCommons): files with their hashes and what a record looks like. */
export function croissant(task: Task, audit: Audit): object {
  const { corpus, title } = task;
  const mime = corpus.format.endsWith('-tsv') ? 'text/tab-separated-values' : 'application/jsonlines';
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: task.id,
    description: `${title.en}. ${title.zh}。 A record: ${formats[corpus.format].shape}.${audit.synthetic ? ' Synthetic sample.' : ''}`,
    license: corpus.licence,
    url: corpus.source.startsWith('http') ? corpus.source : 'https://github.com/alibaba-research/ChineseBLUE',
    inLanguage: 'zh',
    keywords: [task.family, 'Chinese', 'biomedical'],
    version: '1.0.0',
    distribution: audit.files.map(({ path, bytes, sha256 }) => ({
      '@type': 'cr:FileObject',
      '@id': path,
      name: path,
      contentUrl: path,
      contentSize: `${bytes} B`,
      encodingFormat: mime,
      sha256,
    })),
  };
}
