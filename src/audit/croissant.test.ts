import { describe, expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import type { Audit } from './audit.ts';
import { croissant } from './croissant.ts';

const HASH = 'a'.repeat(64);
const audit = (task: string, path: string, synthetic = false): Audit => ({
  ...{ schema: 'chineseblue/audit@1', task, synthetic, splits: [], findings: [], signal: [], power: [] },
  sharing: [],
  files: [{ path, bytes: 7, sha256: HASH, gitBlob: 'b'.repeat(40) }],
  published: [],
});

describe('croissant', () => {
  it('names the released file, its hash, its paper and its licence', () => {
    expect(croissant(findTask('cMedQQ'), audit('cMedQQ', 'cMedQQ/test.txt'))).toMatchObject({
      name: 'cMedQQ',
      description: expect.stringContaining('A record: label<TAB>text a<TAB>text b on each line.'),
      license: 'https://spdx.org/licenses/Apache-2.0.html',
      citeAs: expect.stringContaining('arXiv:2008.10813'),
      distribution: [
        {
          '@type': 'cr:FileObject',
          contentUrl: expect.stringMatching(/^https:.*\/data\/cMedQQ\/test\.txt$/),
          encodingFormat: 'text/tab-separated-values',
          sha256: HASH,
        },
      ],
    });
  });

  it('has a set of files where a split is a folder', () => {
    const { distribution } = croissant(findTask('CMDD'), audit('CMDD', 'CMDD/test')) as {
      distribution: Record<string, unknown>[];
    };
    const [repository, test] = distribution;
    expect(repository).toMatchObject({ '@type': 'cr:FileObject', encodingFormat: 'git+https' });
    expect(test).toMatchObject({
      '@type': 'cr:FileSet',
      containedIn: { '@id': repository['@id'] },
      includes: 'data/CMDD/test/*.json',
      description: expect.stringContaining(HASH),
    });
    expect(test).not.toHaveProperty('sha256');
  });

  it('links a sample to itself, without a citation', () => {
    const metadata = croissant(findTask('cMedIC'), audit('cMedIC', 'cMedIC/test.synthetic.txt', true));
    expect(metadata).toMatchObject({ distribution: [{ contentUrl: 'cMedIC/test.synthetic.txt' }] });
    expect(metadata).not.toHaveProperty('citeAs');
  });
});
