/**
 * Saves encoders with chineseblue and loads them with Python transformers: all parameters, labels and token ids must
 * be equal, with no missing or unexpected keys.
 *
 * node bench/bert/hf_load.ts [FOLDER | MODEL-TYPE] [--python PATH]   (Python of bench/peers/setup.sh; without FOLDER, small
 * random models of the given type or all types, as bare encoder, sequence and token classifier and masked language model)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { architectureOf } from '../../src/encoders/architectures/registry.ts';
import { initFolder } from '../../src/encoders/folder/init.ts';
import { loadFolder } from '../../src/encoders/folder/load.ts';
import { saveFolder } from '../../src/encoders/folder/save.ts';
import { SHARED, VOCAB } from '../../src/encoders/tokenizers/fixtures/corpora.ts';
import { PEER_PYTHON } from '../peer-python.ts';

const MAX_LENGTH = 128;
/** Fewer for the small models, which are many. */
const PAIRS = { given: 300, small: 20 };

const { python, folder } = parse(process.argv.slice(2));
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-hf-'));

function parse(words: string[]): { python: string; folder: string | undefined } {
  const flag = words.indexOf('--python');
  const chosen = flag >= 0 ? words.splice(flag, 2)[1] : PEER_PYTHON;
  return { python: chosen, folder: words[0] };
}

const corpus = new URL('chineseblue/data/cMedQQ/dev.txt', SHARED);
const texts: (string | string[])[] = [
  '患者头痛[UNK]发热 39.5℃，ECG正常。',
  ...(existsSync(corpus) ? readFileSync(corpus, 'utf8').trimEnd().split('\n') : [])
    .slice(0, folder ? PAIRS.given : PAIRS.small)
    .map((line) => line.split('\t').slice(1, 3)),
];

async function check(path: string): Promise<Record<string, string | number>> {
  const script = new URL('../peers/hf_load.py', import.meta.url).pathname;
  const input = JSON.stringify({ texts, max_length: MAX_LENGTH });
  const run = spawnSync(python, [script, path], { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (run.status !== 0) throw new Error(run.error?.message ?? run.stderr);
  const theirs = JSON.parse(run.stdout);
  const { tensors, tokenizer, config } = await loadFolder(path);
  let differing = 0;
  const { parameters } = architectureOf(config);
  const constants = new Map(
    Array.from(parameters.constants?.(config) ?? [], ([name, tensor]) => [
      parameters.saved(name, config.transformersClass),
      tensor,
    ]),
  );
  for (const [name, crc] of Object.entries(theirs.tensors)) {
    const canonical = parameters.canonical(name) ?? '';
    // of tied parameters, PyTorch names the one that comes first
    const ours =
      tensors.get(canonical) ?? tensors.get(parameters.copies[canonical] ?? '') ?? constants.get(name);
    const bytes = ours && new Uint8Array(ours.data.buffer, ours.data.byteOffset, ours.data.byteLength);
    if (!bytes || crc32(bytes) !== crc) differing++;
  }
  let otherIds = 0;
  for (const [i, text] of texts.entries()) {
    const [first, second] = Array.isArray(text) ? text : [text];
    const ours =
      second === undefined
        ? tokenizer.encode(first, MAX_LENGTH)
        : tokenizer.encodePair(first, second, MAX_LENGTH);
    const { ids, types } = theirs.encodings[i];
    if (String(ours.ids) !== String(ids) || (types && String(ours.types) !== String(types))) otherIds++;
  }
  const labels = config.labels ? String(config.labels) === String(Object.values(theirs.id2label)) : true;
  return {
    class: theirs.architecture,
    tokenizer: theirs.tokenizer,
    tensors: Object.keys(theirs.tensors).length,
    differing,
    missing: theirs.missing.length,
    unexpected: theirs.unexpected.length,
    texts: texts.length,
    'other ids': otherIds,
    labels: labels ? 'same' : 'DIFFER',
    transformers: theirs.versions.transformers,
  };
}

const FIXTURES = new URL('../../src/encoders/tokenizers/pipeline/fixtures/', import.meta.url).pathname;
/** Model types with a vocabulary or a tokenizer.json of their kind. */
const MODEL_TYPES = [
  ['bert', VOCAB],
  ['distilbert', VOCAB],
  ['electra', VOCAB],
  ['ernie', VOCAB],
  ['roformer', VOCAB],
  ['xlm-roberta', join(FIXTURES, 'unigram.json')],
  ['roberta', join(FIXTURES, 'roberta.json')],
  ['modernbert', join(FIXTURES, 'bpe.json')],
] as const;
const LABELS = ['无', 'B-药物', 'I-药物'];

async function smallModels([modelType, vocab]: (typeof MODEL_TYPES)[number]): Promise<string[]> {
  const bare = join(scratch, modelType);
  const model = await initFolder({ layers: 2, hidden: 128, vocab, seed: 0, out: bare, modelType });
  const { heads, parameters } = architectureOf(model.config);
  const folders = [bare];
  for (const head of [heads.sequence, heads.tokens, heads.masked]) {
    const labels = head === heads.masked ? undefined : LABELS;
    const own = Array.from(head.parameters(model.config, LABELS.length), ([name, shape]) => {
      return [name, parameters.fresh(model.config, name, shape, 1)] as const;
    });
    const kept = [...model.tensors].filter(([name]) => parameters.isEncoder(name));
    const path = join(scratch, head.transformersClass);
    await saveFolder(path, {
      ...model,
      config: { ...model.config, transformersClass: head.transformersClass, labels },
      tensors: new Map([...kept, ...own]),
    });
    folders.push(path);
  }
  return folders;
}

try {
  const rows: Record<string, string | number>[] = [];
  const chosen = MODEL_TYPES.filter(([type]) => folder === undefined || type === folder);
  const folders = chosen.length > 0 ? (await Promise.all(chosen.map(smallModels))).flat() : [folder!];
  for (const path of folders) rows.push(await check(path));
  console.table(rows);
  const clean = rows.every(
    (row) =>
      row.differing === 0 &&
      row.missing === 0 &&
      row.unexpected === 0 &&
      row['other ids'] === 0 &&
      row.labels === 'same',
  );
  console.log(clean ? 'transformers loads all of it.' : 'transformers loads something else.');
  process.exitCode = clean ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}
