/** Chunks that stay unpacked. */
const KEPT_CHUNKS = 48;

/** Bytes of a raw deflate stream in base64. */
export async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).arrayBuffer();
}

/**
 * Gives examples by their number, unpacking chunks when they are asked for and keeping the latest. `use` is called
 * at once where the example is at hand; else later, and a promise of that is returned.
 */
export function chunkStore(task, size) {
  const kept = new Map();
  const open = (number) => {
    const known = kept.get(number);
    if (known) {
      kept.delete(number);
      kept.set(number, known);
      return known;
    }
    const chunk = { examples: undefined };
    const packed = document.getElementById(`chunk-${task}-${number}`).textContent;
    chunk.ready = unpack(packed).then((buffer) => {
      chunk.examples = JSON.parse(new TextDecoder().decode(buffer));
    });
    kept.set(number, chunk);
    if (kept.size > KEPT_CHUNKS) kept.delete(kept.keys().next().value);
    return chunk;
  };
  return (i, use) => {
    const chunk = open(Math.floor(i / size));
    if (chunk.examples) {
      use(chunk.examples[i % size]);
      return undefined;
    }
    return chunk.ready.then(() => {
      use(chunk.examples[i % size]);
    });
  };
}
