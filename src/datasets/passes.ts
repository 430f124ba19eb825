import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyFile } from '../fetch/identity.ts';
import { explainFileError } from '../ground/files.ts';
import type { Example } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { Dataset } from './dataset.ts';
import type { Notice } from './formats/format.ts';
import { findFormat } from './formats/registry.ts';
import { identifyDirectory } from './hashes.ts';
import { filesAtHand, type Location, locate, type Place } from './location.ts';
import { emptySplit, readItems } from './read.ts';
import { schemes } from './schemes/registry.ts';
import { type CorpusFile, hasGold, type Item, noGold, type Split } from './split.ts';

/** Bytes of the files of all splits up to which they are held in memory together. */
export const MOST_HELD = 64 * 1024 * 1024;

/** One split of a dataset, which can be read from beginning to end repeatedly. */
export interface Pass {
  readonly name: SplitName;
  readonly hasGold: boolean;
  readonly synthetic: boolean;
  /** All items if they fit in memory; else every pass reads the file. */
  readonly held?: Split;
  /** The identity of the files. */
  readonly files: readonly CorpusFile[];
  /** In the order of the file, in batches; `group` of linked texts is there where the split is held. Throws as `Dataset.split`. */
  items(notice?: (notices: readonly Notice[]) => void): AsyncGenerator<readonly Item[]>;
  /** As `items`; throws a UserError `no-gold` if the split has none. */
  examples(notice?: (notices: readonly Notice[]) => void): AsyncGenerator<readonly Example[]>;
}

/**
 * The splits of a dataset as passes: held in memory where the files of all of them have at most `mostHeld` bytes. A scheme that
 * splits again is always held. Throws as `Dataset.split`.
 */
export async function openPasses(dataset: Dataset, mostHeld = MOST_HELD): Promise<Pass[]> {
  const { task, dir, source, splits, scheme } = dataset;
  const place: Place = { task, dir, source };
  const isHeld = !schemes[scheme].asReleased || (await bytesAtHand(place)) <= mostHeld;
  const passes: Pass[] = [];
  for (const name of splits) {
    const location = isHeld ? undefined : locate(place, name);
    passes.push(location ? await openFile(task, name, location) : passOf(await dataset.split(name)));
  }
  return passes;
}

/** Bytes of the files of all splits. */
export async function bytesAtHand(place: Place): Promise<number> {
  let bytes = 0;
  for (const name of filesAtHand(place)) {
    const location = locate(place, name);
    for (const file of location ? await filesOf(location) : []) {
      try {
        bytes += (await stat(file)).size;
      } catch (error) {
        throw explainFileError(error, file);
      }
    }
  }
  return bytes;
}

async function filesOf({ format, path }: Location): Promise<string[]> {
  const { list } = findFormat(format);
  return list ? (await list(path)).map((name) => join(path, name)) : [path];
}

function passOf(split: Split): Pass {
  const { name, synthetic, files, notices } = split;
  return {
    ...{ name, synthetic, files, held: split, hasGold: split.hasGold },
    async *items(notice) {
      notice?.(notices);
      yield split.hasGold ? split.examples : split.questions;
    },
    async *examples(notice) {
      notice?.(notices);
      yield split.examples;
    },
  };
}

async function openFile(task: Task, name: SplitName, location: Location): Promise<Pass> {
  const { path, synthetic, format } = location;
  const { list, shape } = findFormat(format);
  const identity = list ? await identifyDirectory(path, await list(path)) : await identifyFile(path);
  let wasRead = false;
  async function* items(notice?: (notices: readonly Notice[]) => void): AsyncGenerator<Item[]> {
    const notices: Notice[] = [];
    let isEmpty = true;
    for await (const batch of readItems(location, task, { notices, areUnique: wasRead })) {
      isEmpty &&= batch.length === 0;
      if (notices.length > 0) notice?.(notices.splice(0));
      yield batch;
    }
    if (isEmpty) throw emptySplit(task, name, location);
    wasRead = true;
    notice?.(notices);
  }
  return {
    ...{ name, synthetic, items, hasGold: await startsWithGold(items()) },
    files: [{ path: location.name, ...identity }],
    async *examples(notice) {
      for await (const batch of items(notice)) {
        const examples = batch.filter(hasGold);
        if (examples.length < batch.length) throw noGold(name, { file: path, shape });
        yield examples;
      }
    },
  };
}

/** All items of a file have gold, or none: reading throws otherwise. */
async function startsWithGold(batches: AsyncGenerator<readonly Item[]>): Promise<boolean> {
  for await (const [first] of batches) if (first) return hasGold(first);
  return false;
}
