import { pairRecord, type RecordReader } from '../shared/record.ts';
import type { InferenceTypes } from './types.ts';

export const record: RecordReader<InferenceTypes> = { ...pairRecord };
