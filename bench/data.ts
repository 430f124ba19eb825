import { join } from 'node:path';

/** The corpora: `CHINESEBLUE_DATA`, otherwise those next to the checkout. */
export const DATA =
  process.env.CHINESEBLUE_DATA ?? join(import.meta.dirname, '../../shared/chineseblue/data');
