import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { takeFromArchive } from '../../../src/datasets/release/archive.ts';
import { identifyBytes } from '../../../src/fetch/identity.ts';
import { unpack } from '../../../src/fetch/unpack.ts';
import { gzip, zip, zipOf } from '../containers.ts';
import type { Container, Reader, Subject } from '../subject.ts';

const CONTENT = Buffer.from('0\t头痛三天\n1\t发热\n'.repeat(200));
const FILES = [
  { name: 'model/vocab.txt', bytes: Buffer.from('[PAD]\n[UNK]\n头\n痛\n') },
  { name: 'model/config.json', bytes: Buffer.from('{"vocab_size": 4}') },
  { name: 'train.txt', bytes: CONTENT },
];
const OFFICIAL = { path: 'cMedIC/train.txt', ...identifyBytes(CONTENT) };

async function tarOf(files: typeof FILES): Promise<Buffer> {
  const tar = pack();
  for (const { name, bytes } of files) tar.entry({ name, mtime: new Date(0) }, bytes);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

export const archives: Reader = {
  name: 'archives',
  async prepare(folder) {
    const tar = await tarOf(FILES);
    const own = (name: string, bytes: Buffer, container?: Container): Subject => {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      const into = join(folder, `${name}-unpacked`);
      const read = async (): Promise<unknown> => {
        rmSync(into, { recursive: true, force: true });
        const names = await unpack(file, into, /\.(txt|json)$/);
        return names.map((one) => [one, identifyBytes(readFileSync(join(into, one))).sha256]);
      };
      return { name, file, shape: 'bytes', container, read };
    };
    return [
      own('a.tar', tar),
      own('a.tar.gz', gzipSync(tar), gzip),
      own('a.zip', zipOf(FILES), zip(FILES)),
      release(folder, tar),
    ];
  },
};

/** A release: whatever the archive holds, nothing but the official content gets in. */
function release(folder: string, tar: Buffer): Subject {
  const file = join(folder, 'release.tar.gz');
  writeFileSync(file, gzipSync(tar));
  const into = join(folder, 'data');
  const read = async (): Promise<unknown> => {
    rmSync(into, { recursive: true, force: true });
    const { fetched } = await takeFromArchive(file, [OFFICIAL], into);
    for (const path of fetched) {
      if (identifyBytes(readFileSync(join(into, path))).sha256 !== OFFICIAL.sha256)
        throw new Error(`${path} is not the official file`);
    }
    return fetched;
  };
  return { name: 'release.tar.gz', file, shape: 'bytes', container: gzip, read };
}
