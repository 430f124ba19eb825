import { pairRecord, type RecordReader } from '../shared/record.ts';

export const record: RecordReader<'inference'> = { ...pairRecord };
