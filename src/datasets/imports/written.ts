import { UserError } from '../../ground/errors.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { SplitName } from '../../tasks/task.ts';
import type { Masking } from './masking.ts';
import type { OffsetRule } from './offsets.ts';
import type { Misfit } from './raw.ts';
import type { Readings } from './readings.ts';
import { settle } from './settle.ts';
import type { SourceReport, SpooledSource } from './spool.ts';
import { type GoldFields, hasOther, type SettledRecord, targetOf } from './targets.ts';

/** A record of the result, and the split named by its source. */
export interface Written {
  readonly value: PlainRecord;
  readonly hasGold: boolean;
  readonly split: SplitName | null;
}

/** How records without spans are treated. */
export const STANDARD_OFFSETS: OffsetRule = { unit: 'utf16', end: 'exclusive' };

/** The transformations of records between reading and writing. */
export interface Stages {
  readonly readings: Readings | undefined;
  readonly masking: Masking | undefined;
}

/**
 * Streams the records of a source in UTF-16 offsets, with the gold of `families`. Throws a UserError `no-group` where
 * records are to be kept together by a field that their format does not have.
 */
export async function* settledRecords(
  { report, records }: SpooledSource,
  families: readonly FamilyId[],
  group: string | undefined,
  misfit: (misfit: Misfit) => void,
  { readings, masking }: Stages,
): AsyncGenerator<Written[]> {
  const rule = report.offsets ?? STANDARD_OFFSETS;
  for await (const batch of records()) {
    yield batch.flatMap((record): Written[] => {
      if (group !== undefined && record.group === undefined) throw noGroups(report, group);
      const read = settle(record, rule, misfit);
      const chosen = readings ? readings.choose(read) : read;
      if (!chosen) return [];
      const settled = masking ? masking.see(chosen) : chosen;
      const at = { ...record.place, id: record.id };
      if (hasOther(settled, families)) misfit({ code: 'other-gold', ...at });
      const gold = goldOf(settled, families);
      if (typeof gold === 'string') misfit({ code: gold, ...at });
      if (gold === 'several-labels') return [];
      const hasGold = typeof gold !== 'string';
      const value = { ...inputOf(settled, families), ...(hasGold ? gold : {}) };
      return [{ value, hasGold, split: report.split }];
    });
  }
}

function goldOf(record: SettledRecord, families: readonly FamilyId[]): GoldFields {
  let all: PlainRecord = {};
  for (const family of families) {
    const gold = targetOf(family).gold(record);
    if (typeof gold === 'string') return gold;
    all = { ...all, ...gold };
  }
  return all;
}

const noGroups = ({ path, format }: SourceReport, field: string): UserError =>
  new UserError(
    'no-group',
    { en: `Records of the format ${format} have no groups`, zh: `${format} 格式的记录没有分组字段` },
    {
      ...{ file: path, field },
      hint: {
        en: 'Leave --group out. In CoNLL files with -DOCSTART- lines, sentences have the group "document".',
        zh: '请去掉 --group。含 -DOCSTART- 行的 CoNLL 文件可用 --group document。',
      },
    },
  );

function inputOf({ id, group, texts }: SettledRecord, families: readonly FamilyId[]): PlainRecord {
  const [text, textB] = texts;
  const named = { ...(id === undefined ? {} : { id }), ...(group === undefined ? {} : { group }) };
  return targetOf(families[0]).pair ? { ...named, textA: text, textB } : { ...named, text };
}
