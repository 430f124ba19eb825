import { pairRecord, type RecordReader } from '../shared/record.ts';
import type { SimilarityTypes } from './types.ts';

export const record: RecordReader<SimilarityTypes> = { ...pairRecord };
