/**
 * Tokenizers from a tokenizer.json, ours and the Rust implementation (called from Node): ids and offsets must be equal on
 * every line of every corpus; also measures texts per second.
 *
 * node bench/bert/pipelines.ts TOKENIZER.json…   (the corpora in ../shared; bench/peers/tokenizer_models.py makes tokenizers)
 */
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { Tokenizer as Reference } from '@anush008/tokenizers';
import { corpora, linesOf } from '../../src/encoders/tokenizers/fixtures/corpora.ts';
import { charactersBefore } from '../../src/encoders/tokenizers/fixtures/reference.ts';
import { loadTokenizer } from '../../src/encoders/tokenizers/load.ts';

const BATCH = 512;

for (const file of argv.slice(2)) {
  const ours = await loadTokenizer(file);
  const reference = Reference.fromString(readFileSync(file, 'utf8'));
  let [lines, tokens, ids, offsets, seconds] = [0, 0, 0, 0, 0];
  for (const corpus of corpora()) {
    const texts = linesOf(corpus);
    const started = performance.now();
    const found = texts.map((text) => ours.encode(text));
    seconds += (performance.now() - started) / 1000;
    lines += texts.length;
    for (let from = 0; from < texts.length; from += BATCH) {
      const batch = texts.slice(from, from + BATCH);
      for (const [i, expected] of (await reference.encodeBatch(batch)).entries()) {
        const own = found[from + i];
        tokens += own.ids.length;
        if (String([...own.ids]) !== String(expected.getIds())) {
          if (ids++ === 0) console.log('ids differ', JSON.stringify(batch[i]));
          continue;
        }
        const before = charactersBefore(batch[i]);
        const spans = Array.from(own.ids, (_, k) => [before[own.starts[k]], before[own.ends[k]]]);
        if (String(spans) !== String(expected.getOffsets()) && offsets++ === 0)
          console.log('offsets differ', JSON.stringify(batch[i]));
      }
    }
  }
  const rate = Math.round(lines / seconds);
  console.log(
    `${file}: ${lines} lines, ${tokens} tokens, ${ids} with other ids, ${offsets} with other offsets; ${rate} lines/s`,
  );
}
