/**
 * Runs `data audit` on a synthetic corpus of a million records of 1 KB in a separate process: CPU time, peak memory, and how
 * many of the known duplicates it finds.
 *
 * node bench/audit/scale.ts [--records 1000000] [--family classification|ner] [--writing characters|notes] [--keep DIR]
 *
 * Adds a row to bench/results/audit-scale.json.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Audit } from '../../src/audit/audit.ts';
import { withEarlier, writeResult } from '../result.ts';
import { runAudit } from './audit-process.ts';
import { characters, type Family, notes, type Planted, writeCorpus } from './material.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    family: { type: 'string', default: 'classification' },
    writing: { type: 'string', default: 'characters' },
  },
});
const writings = { characters, notes };
const records = Number(values.records);
const family: Family = values.family === 'ner' ? 'ner' : 'classification';
const writing = values.writing === 'notes' ? 'notes' : 'characters';
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bench-audit-'));

/** Known twins of a kind, and how many of them were found. */
function recallOf(planted: readonly Planted[], { findings }: Audit) {
  const found = new Map(findings.map(({ code, items }) => [code, new Set(items.map(({ id }) => id))]));
  const isFound = ({ code, id }: Planted): boolean => found.get(code)?.has(id) ?? false;
  const bins = [
    { what: 'identical', of: (one: Planted) => one.code === 'identical-across-splits' },
    { what: 'equal after folding', of: (one: Planted) => one.code === 'folded-across-splits' },
    { what: 'similarity from 0.9', of: (one: Planted) => isNear(one) && one.similarity >= 0.9 },
    {
      what: 'similarity 0.82 to 0.9',
      of: (one: Planted) => isNear(one) && one.similarity >= 0.82 && one.similarity < 0.9,
    },
    {
      what: 'similarity 0.8 to 0.82',
      of: (one: Planted) => isNear(one) && one.similarity >= 0.8 && one.similarity < 0.82,
    },
  ];
  return bins.map(({ what, of }) => {
    const known = planted.filter(of);
    return { what, known: known.length, found: known.filter(isFound).length };
  });
}

const isNear = ({ code }: Planted): boolean => code === 'near-across-splits';

try {
  const { task, bytes, planted } = await writeCorpus(scratch, records, family, writings[writing]);
  const vocabulary = new URL('../../models/cbert-small/vocab.txt', import.meta.url).pathname;
  const [load] = loadavg();
  const { audits, ...used } = await runAudit([
    'scale',
    ...['--task-file', task, '--data-dir', scratch, '--vocab', vocabulary],
  ]);
  const [audit] = audits;
  const counts = audit.findings.map(({ code, message, items }) => ({
    code,
    message: message.en,
    items: items.length,
  }));
  const row = {
    ...{ name: `${records} ${family} ${writing}`, records, family, writing, bytes, load, ...used },
    ...{ recall: recallOf(planted, audit), counts },
  };
  console.log(JSON.stringify(row, null, 1));
  await writeResult('audit-scale', { node: process.version, rows: withEarlier('audit-scale', [row]) });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
