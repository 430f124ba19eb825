import { maskPersonal } from '../../text/personal/find.ts';
import { createPersonalScan, type PersonalReport } from '../personal-scan.ts';
import type { RawRecord } from './raw.ts';
import type { SettledRecord } from './targets.ts';

/** What an import found that must not leave a hospital. */
export interface ScanReport extends PersonalReport {
  readonly masked: boolean;
  /** Entities whose text was replaced, as a whole or in part. */
  readonly maskedEntities: number;
}

/** Personal data in an import: found, and replaced on request. */
export interface Masking {
  /** A record without its id, and with a number for its group, where data is masked: either may be a person's. */
  unnamed(record: RawRecord): RawRecord;
  /** Sees the texts of a record; where data is masked, the record with its gold as the masked text has it. */
  see(record: SettledRecord): SettledRecord;
  report(): ScanReport;
}

export function createMasking(mask: boolean): Masking {
  const scan = createPersonalScan();
  const groups = new Map<string, string>();
  let maskedEntities = 0;
  return {
    unnamed(record) {
      if (!mask) return record;
      const { id, group, ...rest } = record;
      if (group === undefined) return rest;
      const number = groups.get(group) ?? String(groups.size + 1);
      groups.set(group, number);
      return { ...rest, group: number };
    },
    see(record) {
      const { file, line } = record.place;
      const place = {
        file,
        ...(line === undefined ? {} : { line }),
        ...(record.id === undefined ? {} : { id: record.id }),
      };
      const texts = record.texts.map((text, i) => maskPersonal(text, scan.see(text, { ...place, text: i })));
      if (!mask) return record;
      const [text] = texts;
      const spans = record.spans?.map((span) => {
        const mention = text.slice(span.start, span.end);
        if (mention !== span.mention) maskedEntities++;
        return { ...span, mention };
      });
      return { ...record, texts, ...(spans ? { spans } : {}) };
    },
    report: () => ({ ...scan.report(), masked: mask, maskedEntities }),
  };
}
