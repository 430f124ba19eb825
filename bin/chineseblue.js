#!/usr/bin/env node
// A checkout runs its TypeScript source as it is; a published package has only `dist/`.
// This file alone must also run on an older Node, to say which one is needed: no syntax newer than Node 14.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEEDED = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  const needed = NEEDED.join('.');
  console.error(
    `chineseblue needs Node.js ${needed} or later, this is ${process.versions.node}. ` +
      `chineseblue 需要 Node.js ${needed} 或更高版本，当前为 ${process.versions.node}。`,
  );
  process.exitCode = 1;
} else {
  // Compiled code is kept between calls (NODE_DISABLE_COMPILE_CACHE=1 turns that off), for child processes too.
  process.env.NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE || join(tmpdir(), 'node-compile-cache');
  module.enableCompileCache();
  // A reader that stops early (`| head`) is no error, also where that shows after the command has ended.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);
  import(entry.href)
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
