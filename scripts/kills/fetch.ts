/** `data get` of files that a server on this machine offers as a release: `fetch.ts ADDRESS DATA_DIR FILES`. */
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { getFiles } from '../../src/datasets/release/get.ts';

const [, , address, dataDir, list] = argv;
await getFiles(JSON.parse(readFileSync(list, 'utf8')), { dataDir, address });
