/** Runs a fine-tuned encoder in the page: everything is requested while it is opened, nothing afterwards. */

import { at, load } from './load.js';
import { openPortable } from './modules/models/bert/portable.js';
import * as ort from './ort/ort.wasm.min.mjs';
import { files } from './stubs.js';

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = {
  mjs: at('./ort/ort-wasm-simd-threaded.mjs'),
  wasm: at('./ort/ort-wasm-simd-threaded.wasm'),
};

/** A function that answers one input. */
export async function openModel(name) {
  const folder = `models/${name}`;
  const { tokenizer, ...parts } = await (await load(`./${folder}/parts.json`)).json();
  for (const [file, text] of Object.entries(tokenizer)) files.set(`${folder}/${file}`, text);
  const bytes = await (await load(`./${folder}/model.onnx`)).arrayBuffer();
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  return openPortable(folder, parts, async (feeds, { batch, length }) => {
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([key, data]) => [key, new ort.Tensor('int64', data, [batch, length])]),
    );
    const outputs = await session.run(inputs);
    return Object.fromEntries(Object.entries(outputs).map(([key, { data }]) => [key, data]));
  });
}
