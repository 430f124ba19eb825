import type { SymptomStatus } from '../../../tasks/families/dialogue/types.ts';

/** The statuses of symptoms, in the order in which models number them. */
export const STATUSES: readonly SymptomStatus[] = ['true', 'false', 'uncertain'];

export const isStatus = (text: string): text is SymptomStatus => STATUSES.some((status) => status === text);
