import type { SplitName } from '../../tasks/task.ts';

/** How many records the official files hold, by the folder of the corpus; IMCS-V2 counts dialogues. */
const SIZES: Readonly<Record<string, Readonly<Partial<Record<SplitName, number>>>>> = {
  'CBLUE/CMeEE': { train: 15000, dev: 5000, test: 3000 },
  'CBLUE/CMeEE-V2': { train: 15000, dev: 5000, test: 3000 },
  'CBLUE/CMeIE': { train: 14339, dev: 3585, test: 4482 },
  'CBLUE/CMeIE-V2': { train: 14339, dev: 3585, test: 4482 },
  'CBLUE/CHIP-CDN': { train: 6000, dev: 2000, test: 10192 },
  'CBLUE/CHIP-CTC': { train: 22962, dev: 7682, test: 10000 },
  'CBLUE/CHIP-STS': { train: 16000, dev: 4000, test: 10000 },
  'CBLUE/KUAKE-QIC': { train: 6931, dev: 1955, test: 1944 },
  'CBLUE/KUAKE-QTR': { train: 24174, dev: 2913, test: 5465 },
  'CBLUE/KUAKE-QQR': { train: 15000, dev: 1600, test: 1596 },
  'CBLUE/CHIP-CDEE': { train: 1587, dev: 384 },
  'CBLUE/CHIP-MDCFNPC': { train: 5000, dev: 1000, test: 2000 },
  'CBLUE/KUAKE-IR': { dev: 1000 },
  'CBLUE/PromptCBLUE': { train: 68900, dev: 10360, test: 10320 },
  'CBLUE/IMCS-V2': { train: 2472, dev: 833, test: 811 },
};

/** Corpora whose official numbers count groups of examples: dialogues, where each sentence is an example. */
const GROUPED: readonly string[] = ['CBLUE/IMCS-V2'];

export const countsGroups = (folder: string): boolean => GROUPED.includes(folder);

/** The official number of records of a split; undefined if no source agrees on one. */
export const officialRecords = (folder: string, split: SplitName): number | undefined =>
  SIZES[folder]?.[split];
