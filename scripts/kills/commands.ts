import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { samplesDir } from '../../src/datasets/directory.ts';
import { initFolder } from '../../src/encoders/folder/init.ts';
import { identifyBytes } from '../../src/fetch/identity.ts';
import { createRandom } from '../../src/ground/random.ts';
import { buildCorpus } from '../../src/pretraining/corpus/build.ts';

/** A command that is killed: its inputs, and what it makes below its folder. */
export interface KilledCommand {
  readonly name: string;
  /** Arguments of `node`; all that they write is below `folder`. */
  readonly args: (folder: string) => readonly string[];
}

const bin = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));
const command = (name: string, args: (folder: string) => readonly string[]): KilledCommand => ({
  name,
  args: (folder) => [bin, ...name.split(' '), ...args(folder)],
});

const WORDS = ['头痛', '发热', '咳嗽', '乏力', '胸闷', '腹泻', '恶心', '呕吐', '皮疹', '失眠'];
const DRAWN = createRandom(13, 'kills');
const one = (): string => WORDS[DRAWN.below(WORDS.length)];
const document = (i: number): string =>
  `病历第${i}号患者因${one()}伴${one()}${2 + DRAWN.below(9)}天入院。\n查体未见明显异常，既往有${one()}病史。\n给予对症治疗后${one()}、${one()}好转，第${i}天出院。`;

/** What all commands read: raw text, a corpus, a vocabulary, an encoder, files to fetch. */
async function makeInputs(folder: string) {
  const raw = join(folder, 'raw.txt');
  writeFileSync(raw, Array.from({ length: 1500 }, (_, i) => document(i)).join('\n\n'));
  const corpus = join(folder, 'corpus');
  await buildCorpus({ inputs: [raw], train: [], guarded: [], dataDir: folder, out: corpus });
  const vocab = join(folder, 'vocab.txt');
  const characters = [...new Set(readFileSync(raw, 'utf8').replaceAll(/\s/g, ''))];
  writeFileSync(vocab, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...characters].join('\n'));
  const encoder = join(folder, 'encoder');
  await initFolder({ vocab, out: encoder, seed: 1, layers: 2, hidden: 64, heads: 2, positions: 64 });
  return { raw, corpus, vocab, encoder };
}

/** Serves files in small pieces with pauses, so that kills meet them half fetched. */
async function serveRelease(folder: string) {
  const contents = ['a', 'b', 'c'].map((name) => Buffer.from(`${name}\t头痛三天\n`.repeat(20_000)));
  const files = contents.map((content, i) => ({ path: `cMedIC/part-${i}.txt`, ...identifyBytes(content) }));
  const list = join(folder, 'release.json');
  writeFileSync(list, JSON.stringify(files));
  const server = createServer(async ({ url = '', headers }, response) => {
    const found = files.findIndex(({ path }) => url.endsWith(path));
    if (found < 0) return response.writeHead(404).end();
    const content = contents[found];
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': content.length - from,
      ...(from > 0 && range),
    });
    for (let at = from; at < content.length && !response.destroyed; at += 16_384) {
      response.write(content.subarray(at, at + 16_384));
      await sleep(10);
    }
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, list, close: () => server.close() };
}

const TINY = 'layers=1,hidden=32,heads=2,threads=1,max-length=24';

/** The commands with small inputs below `folder`; `close` ends what they are served by. */
export async function makeCommands(folder: string) {
  mkdirSync(folder, { recursive: true });
  const { raw, corpus, encoder } = await makeInputs(folder);
  const data = join(folder, 'data');
  cpSync(join(samplesDir(), 'cMedIC'), join(data, 'cMedIC'), { recursive: true });
  cpSync(join(samplesDir(), 'cMedQQ'), join(data, 'cMedQQ'), { recursive: true });
  const release = await serveRelease(folder);
  const fetcher = fileURLToPath(new URL('./fetch.ts', import.meta.url));
  const commands: KilledCommand[] = [
    command('run', (own) => [
      ...['--task', 'cMedIC,cMedQQ', '--model', 'linear,fasttext', '--keep-model', '--jobs', '2'],
      ...['--data-dir', data, '--runs-dir', join(own, 'runs')],
    ]),
    command('train', (own) => [
      ...['--task', 'cMedIC', '--model', 'bert', '--param', `${TINY},epochs=4`],
      ...['--data-dir', data, '--out', join(own, 'model')],
    ]),
    command('pretrain', (own) => [
      ...[corpus, '--out', join(own, 'pretrained'), '--layers', '1', '--hidden', '32', '--heads', '2'],
      ...['--vocab', encoder, '--max-positions', '32', '--max-length', '32', '--batch-size', '8'],
      ...['--steps', '120', '--evaluate-every', '40', '--checkpoint-minutes', '0.005', '--threads', '1'],
    ]),
    command('corpus build', (own) => [raw, '--data-dir', data, '--out', join(own, 'corpus')]),
    command('model import', (own) => [encoder, '--out', join(own, 'imported')]),
    command('export', (own) => [encoder, '--out', join(own, 'exported')]),
    { name: 'data get', args: (own) => [fetcher, release.address, join(own, 'data'), release.list] },
  ];
  return { commands, close: release.close };
}
