import { homedir } from 'node:os';
import { join } from 'node:path';

/** The Python that bench/peers/setup.sh installs: in the folder $CHINESEBLUE_PEERS, else in the user's cache. */
export const PEER_PYTHON = join(
  process.env.CHINESEBLUE_PEERS ?? join(homedir(), '.cache/chineseblue-peers'),
  'bin/python',
);
